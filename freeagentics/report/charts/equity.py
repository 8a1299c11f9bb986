"""Equity of the desks beside buy and hold, and returns of all together beside both benchmarks."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F64
from freeagentics.report.aggregates.desks import MAXIMUM, MEDIAN, MINIMUM
from freeagentics.report.aggregates.returns import HOLD, MATCHED, TOGETHER
from freeagentics.report.charts.bands import spread
from freeagentics.report.charts.figure import BLUE, GREEN, MUTED, ORANGE, RED, TEXT
from freeagentics.report.charts.time_chart import Band, Line, TimeChart
from freeagentics.report.facts import Facts

TEAR_SHEET = 6.4
"""Inches of a chart that stands beside the figures of the tear sheet."""


def return_chart(facts: Facts) -> TimeChart:
    """Returns so far: all desks together, within the span of single ones, buy and hold, and the exposure-matched benchmark."""
    so_far: F64 = np.asarray(np.cumprod(1 + facts.returns.series, axis=0) - 1, dtype=np.float64)
    lines = (
        Line("buy and hold", so_far[:, HOLD], MUTED, 1),
        Line("exposure-matched", so_far[:, MATCHED], ORANGE, 2),
        Line(_whose(facts), so_far[:, TOGETHER], BLUE, width=1.8),
    )
    cash = facts.context.scenario.market.cash
    bands = [Band(facts.desks.equity[:, MINIMUM] / cash - 1, facts.desks.equity[:, MAXIMUM] / cash - 1, BLUE)]
    return TimeChart("Return so far, net of all costs", facts.context.timestamps, lines, bands, height=3.1, width=TEAR_SHEET, zero=True)


def drawdown_chart(facts: Facts) -> TimeChart:
    """Falls of all desks together, and of buy and hold, from their highest worth so far."""
    worth: F64 = np.asarray(np.cumprod(1 + facts.returns.series, axis=0), dtype=np.float64)
    fall: F64 = worth / np.maximum(np.maximum.accumulate(worth, axis=0), 1) - 1
    lines = (Line("buy and hold", fall[:, HOLD], MUTED, 1), Line(_whose(facts), fall[:, TOGETHER], RED))
    bands = (Band(fall[:, TOGETHER], np.zeros(len(fall)), RED),)
    return TimeChart("Drawdown", facts.context.timestamps, lines, bands, height=1.6, width=TEAR_SHEET, span=(None, 0))


def equity_chart(facts: Facts) -> TimeChart:
    """A band of all desks, lines of the best and the worst, and buy and hold."""
    desks, hold = facts.desks, Line("buy and hold", facts.hold, TEXT, 1)
    if facts.context.desks == 1:
        lines, bands = [hold, Line("the desk", desks.equity[:, MEDIAN], BLUE)], list[Band]()
    else:
        lines = [
            hold,
            Line(f"worst: desk {desks.worst}", desks.worst_equity, RED, width=0.9),
            Line(f"best: desk {desks.best}", desks.best_equity, GREEN, width=0.9),
            Line("median desk", desks.equity[:, MEDIAN], BLUE),
        ]
        bands = list(spread(desks.equity, BLUE))
    return TimeChart("Equity of a desk, USD", facts.context.timestamps, lines, bands, unit="number", height=3.4)


def _whose(facts: Facts) -> str:
    return "the desk" if facts.context.desks == 1 else "all desks"
