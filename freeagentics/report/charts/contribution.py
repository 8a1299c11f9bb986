"""Cumulative rewards of each role."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from freeagentics.report.charts.axes import caption, days, end_labels, fitting, market_time, minimal_axes, numbers
from freeagentics.report.charts.bands import draw_line
from freeagentics.report.charts.figure import DASHES, ROLE_COLOURS, TEXT, new_figure
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import humanize


def draw_contribution(facts: Facts) -> Figure:
    """A line for each role: cumulative reward per agent."""
    context, when = facts.context, days(facts.context.timestamps)
    so_far = np.cumsum(facts.contribution.rewards / np.maximum(context.agents, 1), axis=0)
    figure = new_figure(3.0, top=0.25)
    axes = figure.subplots()
    minimal_axes(axes)
    axes.axhline(0, color=TEXT, linewidth=0.8)
    labels = []
    for role, name in enumerate(context.team):
        colour = ROLE_COLOURS[role % len(ROLE_COLOURS)]
        draw_line(axes, when, so_far[:, role], colour, DASHES[role % len(DASHES)])
        labels.append((float(so_far[-1, role]), humanize(name), colour))
    numbers(axes, fitting(so_far))
    caption(axes, "Cumulative reward per agent, sd")
    market_time(axes, context.timestamps)
    end_labels(axes, labels)
    return figure
