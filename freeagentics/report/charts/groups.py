"""Mean equity of groups of desks."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from freeagentics.report.charts.axes import caption, days, end_labels, market_time, minimal_axes, percents
from freeagentics.report.charts.bands import draw_line
from freeagentics.report.charts.figure import DASHES, ROLE_COLOURS, new_figure
from freeagentics.report.facts import Facts


def draw_groups(facts: Facts) -> Figure:
    """A line for each group: the mean return of its desks so far."""
    figure = new_figure(2.8, top=0.25)
    axes = figure.subplots()
    minimal_axes(axes)
    when, gained = days(facts.context.timestamps), facts.groups.equity / facts.context.scenario.market.cash - 1
    labels = []
    for place, name in enumerate(facts.groups.names):
        style = place % len(ROLE_COLOURS)
        draw_line(axes, when, gained[:, place], ROLE_COLOURS[style], dash=DASHES[style])
        labels.append((float(gained[-1, place]), name, ROLE_COLOURS[style]))
    axes.set_ylim(np.minimum(axes.get_ylim()[0], 0), np.maximum(axes.get_ylim()[1], 0.001))
    percents(axes)
    caption(axes, "Return so far, mean over a group's desks")
    market_time(axes, facts.context.timestamps)
    end_labels(axes, labels)
    return figure
