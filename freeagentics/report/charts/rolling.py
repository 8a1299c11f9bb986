"""Sharpe ratio of a window that moves."""

from __future__ import annotations

from freeagentics.report.aggregates.periods import rolling_sharpe, window
from freeagentics.report.aggregates.returns import HOLD, TOGETHER
from freeagentics.report.charts.figure import BLUE, MUTED
from freeagentics.report.charts.time_chart import Line, TimeChart
from freeagentics.report.facts import Facts


def rolling_chart(facts: Facts) -> TimeChart | None:
    """Of all desks together and of buy and hold; None where the run is shorter than the window."""
    bars, timestamps = window(facts.context.steps), facts.context.timestamps
    found = rolling_sharpe(facts.returns.series, bars, facts.returns.a_year)[bars - 1 :]
    if not len(found):
        return None
    lines = (Line("buy and hold", found[:, HOLD], MUTED, 1), Line("desks", found[:, TOGETHER], BLUE, width=1.6))
    return TimeChart("Sharpe ratio a year", timestamps[bars - 1 :], lines, unit="number", height=2.2, zero=True)
