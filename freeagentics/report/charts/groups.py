"""Mean equity of groups of desks."""

from __future__ import annotations

from freeagentics.report.charts.figure import DASHES, ROLE_COLOURS
from freeagentics.report.charts.time_chart import Line, TimeChart
from freeagentics.report.facts import Facts


def group_chart(facts: Facts) -> TimeChart:
    """A line for each group: the mean return of its desks so far."""
    gained = facts.groups.equity / facts.context.scenario.market.cash - 1
    lines = [
        Line(name, gained[:, place], ROLE_COLOURS[place % len(ROLE_COLOURS)], place % len(DASHES))
        for place, name in enumerate(facts.groups.names)
    ]
    return TimeChart("Return so far, mean over a group's desks", facts.context.timestamps, lines, zero=True)
