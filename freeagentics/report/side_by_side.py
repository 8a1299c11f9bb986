"""Runs side by side: the figures of the tear sheet, run by run, and their returns in one chart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from freeagentics.arrays import F64, I64
from freeagentics.records import RunRecord
from freeagentics.report.aggregates.performance import Performance, bars_a_year, performance
from freeagentics.report.charts.figure import DASHES, ROLE_COLOURS
from freeagentics.report.charts.time_chart import Line, TimeChart
from freeagentics.report.formatting import count, percent
from freeagentics.report.page.html import Html, paragraph
from freeagentics.report.page.section import Section, live_chart
from freeagentics.report.page.table import table
from freeagentics.report.sections.headline import FIGURES

MOST_LINES = 6
"""Runs that get a line each: no more can be told apart."""

_MEANING = (
    "Figures of all desks of a run together, net of all costs, defined as in the report of one; beta and alpha are to buy and hold. A "
    "single pair of runs says what happened, not what would happen again: for that take several seeds."
)


def side_by_side(records: Sequence[RunRecord]) -> Section:
    """The section about these runs, in the order given."""
    names = _names(records)
    found = [_performance(record) for record in records]
    rows = [(title, *(written(float(figure(one)[0])) for one in found)) for title, figure, written in FIGURES]
    hold = ("Return of buy and hold", *(percent(float(one.total[1]), 2, signed=True) for one in found))
    told = table("Performance, net of all costs", ("", *names), [*rows, hold])
    return Section("runs", "Runs side by side", (paragraph(_finding(names, found)), *_chart(records, names), told, paragraph(_MEANING)))


def _names(records: Sequence[RunRecord]) -> list[str]:
    """Names of their directories, or whole paths where two have the same."""
    names = [record.path.name for record in records]
    return names if len(set(names)) == len(names) else [str(record.path) for record in records]


def _returns(record: RunRecord) -> F64:
    """Returns of all desks together and of buy and hold, (T, 2)."""
    market, frame = record.lineage.at(1).market, record.model_frame
    hold = market.cash / (1 + market.fee_bps / 1e4) * frame["basket"].to_numpy()
    worth = np.vstack([np.full(2, market.cash), np.stack([frame["equity"].to_numpy(), hold], axis=1)])
    return np.asarray(worth[1:] / worth[:-1] - 1, dtype=np.float64)


def _times(record: RunRecord) -> I64:
    return np.asarray(record.model_frame["timestamp"].dt.timestamp("ms").to_numpy(), dtype=np.int64)


def _performance(record: RunRecord) -> Performance:
    returns = _returns(record)
    return performance(returns, returns[:, 1], bars_a_year(_times(record)))


def _finding(names: Sequence[str], found: Sequence[Performance]) -> str:
    totals = [float(one.total[0]) for one in found]
    best, worst = int(np.argmax(totals)), int(np.argmin(totals))
    return (
        f"Of {count(len(names), 'run')}, {names[best]} made most ({percent(totals[best], 2, signed=True)}) and {names[worst]} least "
        f"({percent(totals[worst], 2, signed=True)})."
    )


def _chart(records: Sequence[RunRecord], names: Sequence[str]) -> tuple[Html, ...]:
    """Returns so far, where runs saw the same market time and are few."""
    times = [_times(record) for record in records]
    if len(records) > MOST_LINES or not all(np.array_equal(times[0], other) for other in times[1:]):
        return ()
    lines = [
        Line(name, np.asarray(np.cumprod(1 + _returns(record)[:, 0]) - 1, dtype=np.float64), ROLE_COLOURS[place], place % len(DASHES))
        for place, (name, record) in enumerate(zip(names, records, strict=True))
    ]
    chart = TimeChart("Return so far, all desks together, net of all costs", times[0], lines, zero=True)
    return (live_chart(chart, "returns", f"Returns so far of {', '.join(names)}.", "Returns so far, run by run."),)
