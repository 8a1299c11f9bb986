"""What each role's decisions earned, summed over time."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from freeagentics.report.charts.axes import bare, caption, days, end_labels, fitting, market_time, numbers
from freeagentics.report.charts.bands import draw_line
from freeagentics.report.charts.figure import new_figure
from freeagentics.report.charts.palette import DASHES, INK, ROLE_INKS
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import plain


def draw_contribution(facts: Facts) -> Figure:
    """A line for each role: rewards so far, per agent."""
    ground, when = facts.ground, days(facts.ground.timestamps)
    so_far = np.cumsum(facts.contribution.rewards / np.maximum(ground.agents, 1), axis=0)
    figure = new_figure(3.0, top=0.25)
    axes = figure.subplots()
    bare(axes)
    axes.axhline(0, color=INK, linewidth=0.8)
    labels = []
    for role, name in enumerate(ground.team):
        ink = ROLE_INKS[role % len(ROLE_INKS)]
        draw_line(axes, when, so_far[:, role], ink, DASHES[role % len(DASHES)])
        labels.append((float(so_far[-1, role]), plain(name), ink))
    numbers(axes, fitting(so_far))
    caption(axes, "Rewards so far, standard deviations per agent")
    market_time(axes, ground.timestamps)
    end_labels(axes, labels)
    return figure
