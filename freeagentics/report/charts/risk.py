"""Risk: drawdown, and exposure beside its limits."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from freeagentics.report.aggregates.desks import MAXIMUM, MEDIAN, MINIMUM
from freeagentics.report.charts.axes import caption, days, end_labels, market_time, minimal_axes, percents
from freeagentics.report.charts.bands import draw_band, draw_line
from freeagentics.report.charts.figure import BLUE, ORANGE, RED, new_figure
from freeagentics.report.facts import Facts


def draw_drawdown(facts: Facts) -> Figure:
    """Drawdown of the desks from their own highest closes."""
    when, fall = days(facts.context.timestamps), -facts.desks.drawdown[:, ::-1]
    figure = new_figure(2.3, top=0.25)
    axes = figure.subplots()
    minimal_axes(axes)
    draw_band(axes, when, fall, RED)
    axes.set_ylim(min(float(fall.min()) * 1.05, -0.001), 0)
    percents(axes)
    caption(axes, "Drawdown from the highest close so far")
    market_time(axes, facts.context.timestamps)
    if facts.context.desks > 1:
        end_labels(axes, [(fall[-1, MEDIAN], "median desk", RED), (fall[-1, MINIMUM], "worst desk", RED)])
    return figure


def draw_exposure(facts: Facts) -> Figure:
    """Exposure of the desks beside the median limit in force, and the share of desks under a veto."""
    when, limits = days(facts.context.timestamps), facts.limits
    vetoed = bool(limits.vetoed.any())
    figure = new_figure(3.5 if vetoed else 2.8, top=0.25)
    axes, below = figure.subplots(2, 1, sharex=True, height_ratios=[4, 1]) if vetoed else (figure.subplots(), None)
    minimal_axes(axes)
    draw_band(axes, when, facts.desks.exposure, BLUE)
    labels = [(facts.desks.exposure[-1, MEDIAN], "median desk", BLUE)]
    known = ~np.isnan(limits.allowed[:, MEDIAN])
    if known.any():
        draw_line(axes, when[known], limits.allowed[known, MEDIAN], ORANGE, width=0.9)
        labels.append((limits.allowed[known, MEDIAN][-1], "median limit", ORANGE))
    axes.set_ylim(0, max(1.0, float(facts.desks.exposure[:, MAXIMUM].max())))
    percents(axes)
    caption(axes, "Exposure, invested share of equity" + (", and the limit in force" if known.any() else ""))
    market_time(axes, facts.context.timestamps)
    end_labels(axes, labels)
    if below is not None:
        figure.subplots_adjust(hspace=0.3)
        _draw_vetoes(below, facts)
    return figure


def _draw_vetoes(axes: Axes, facts: Facts) -> None:
    minimal_axes(axes)
    axes.fill_between(days(facts.context.timestamps), facts.limits.vetoed, color=RED, linewidth=0, step="post")
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 1])
    percents(axes)
    caption(axes, "Desks under a veto")
    market_time(axes, facts.context.timestamps)
