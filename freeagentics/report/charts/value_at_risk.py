"""Value-at-risk: forecast and loss of the median desk, and the share of desks whose loss exceeded its forecast."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from freeagentics.report.charts.axes import caption, days, end_labels, market_time, minimal_axes, percents
from freeagentics.report.charts.bands import draw_line
from freeagentics.report.charts.figure import BLUE, ORANGE, RED, TEXT, new_figure
from freeagentics.report.facts import Facts


def draw_value_at_risk(facts: Facts) -> Figure:
    """Above: value-at-risk and the loss that came, median over desks, at the step of the forecast; below: the share that exceeded."""
    backtest, timestamps = facts.tail_risk.backtest, facts.context.timestamps
    known = np.isfinite(backtest.medians[:, 0])
    when = days(timestamps)[known]
    figure = new_figure(3.2, top=0.25)
    axes, below = figure.subplots(2, 1, sharex=True, height_ratios=[4, 1])
    figure.subplots_adjust(hspace=0.35)
    minimal_axes(axes)
    axes.axhline(0, color=TEXT, linewidth=0.8)
    forecast, loss = backtest.medians[known].T
    draw_line(axes, when, loss, BLUE, width=0.9)
    draw_line(axes, when, forecast, ORANGE)
    percents(axes)
    caption(axes, f"Loss over the next {facts.context.horizon} bars, and its value-at-risk, share of equity, median desk")
    market_time(axes, timestamps)
    end_labels(axes, [(float(loss[-1]), "loss", BLUE), (float(forecast[-1]), "value-at-risk", ORANGE)])
    minimal_axes(below)
    below.fill_between(when, backtest.exceeded()[known], color=RED, linewidth=0, step="mid")
    below.set_ylim(0, 1)
    below.set_yticks([0, 1])
    percents(below)
    caption(below, "Desks whose loss exceeded it")
    market_time(below, timestamps)
    return figure
