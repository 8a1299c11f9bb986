"""Planted events, one after the other, by how many desks foresaw each."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from freeagentics.report.charts.axes import caption, days, end_labels, market_time, minimal_axes, percents
from freeagentics.report.charts.figure import BLUE, ORANGE, new_figure
from freeagentics.report.facts import Facts


def draw_planted(facts: Facts) -> Figure:
    """A dot for each event, a line through the mean of the last five, and how many desks forecast anything elsewhere."""
    found, timestamps = facts.planted, facts.context.timestamps
    figure = new_figure(2.6, top=0.25)
    axes = figure.subplots()
    minimal_axes(axes)
    when = days(timestamps[found.step - 1])
    axes.axhline(found.elsewhere, color=ORANGE, linewidth=1.2, linestyle=(0, (4, 2)))
    axes.plot(when, found.recent, color=BLUE, linewidth=1.3, drawstyle="steps-post")
    axes.scatter(when, found.foreseen, s=16, color=BLUE, linewidths=0, zorder=3)
    axes.set_ylim(-0.03, 1.03)
    axes.set_yticks(np.linspace(0, 1, 5))
    percents(axes)
    caption(axes, "Desks that foresaw a planted event")
    market_time(axes, timestamps)
    end_labels(axes, [(float(found.recent[-1]), "last five events", BLUE), (found.elsewhere, "elsewhere", ORANGE)])
    return figure
