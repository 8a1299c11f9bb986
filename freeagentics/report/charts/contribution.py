"""Cumulative rewards of each role."""

from __future__ import annotations

import numpy as np

from freeagentics.report.charts.figure import DASHES, ROLE_COLOURS
from freeagentics.report.charts.time_chart import Line, TimeChart
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import humanize


def contribution_chart(facts: Facts) -> TimeChart:
    """A line for each role: cumulative reward per agent."""
    context = facts.context
    so_far = np.cumsum(facts.contribution.rewards / np.maximum(context.agents, 1), axis=0)
    lines = [
        Line(humanize(name), so_far[:, role], ROLE_COLOURS[role % len(ROLE_COLOURS)], role % len(DASHES))
        for role, name in enumerate(context.team)
    ]
    return TimeChart("Cumulative reward per agent, sd", context.timestamps, lines, unit="number", height=3.0, zero=True)
