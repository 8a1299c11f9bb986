"""Learned weights of faculties over time."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from freeagentics.report.charts.axes import caption, days, end_labels, market_time, minimal_axes, numbers
from freeagentics.report.charts.figure import DASHES, ROLE_COLOURS, new_figure
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import humanize

MOST_LINES = len(ROLE_COLOURS)
"""Lines of a panel: the faculties that weigh most at the end."""


def draw_weights(facts: Facts, roles: list[str]) -> Figure:
    """A panel for each of these roles: the mean weight over its agents of every faculty that was heard."""
    figure = new_figure(0.4 + 1.5 * len(roles), top=0.25)
    grid = figure.subplots(len(roles), 1, sharex=True, squeeze=False)[:, 0]
    figure.subplots_adjust(hspace=0.3)
    when = days(facts.context.timestamps[np.array(facts.weights.steps) - 1])
    for axes, role in zip(grid, roles, strict=True):
        minimal_axes(axes)
        heard = facts.weights.heard(role)
        largest = sorted(heard, key=lambda name: -abs(heard[name][-1]))[:MOST_LINES]
        for place, faculty in enumerate(largest):
            axes.plot(when, heard[faculty], color=ROLE_COLOURS[place], linestyle=DASHES[place], linewidth=1.3)
        axes.set_ylim(min(0, axes.get_ylim()[0]), max(axes.get_ylim()[1], 0.1))
        numbers(axes, 1)
        caption(axes, f"Mean weight over {humanize(role)}s")
        end_labels(axes, [(float(heard[faculty][-1]), faculty, ROLE_COLOURS[place]) for place, faculty in enumerate(largest)])
    market_time(grid[-1], facts.context.timestamps)
    return figure
