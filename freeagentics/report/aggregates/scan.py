"""A scan of the journal: one step after the other, each with the rewards of its decisions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

import numpy as np

from freeagentics.arrays import F64, AnyArray
from freeagentics.journal import Kind
from freeagentics.progress import ProgressCallback, no_progress, track
from freeagentics.report.aggregates.context import RunContext


@dataclass(frozen=True, slots=True, eq=False)
class StepData:
    """A step as it is on record; N decisions, D desks, A assets.

    Attributes:
        step: counted from 1.
        timestamp: market time of the close, ms.
        prices: closes, USD, (A,).
        accounts: records, (D,).
        decisions: records, (N,).
        reward: of each decision, in standard deviations, (N,); NaN where run or agent ended before its horizon.
        result: what the asset in focus of each decision did over the horizon, in standard deviations, (N,); NaN likewise.
        weights: records of the weights of faculties, a page a cohort.
        contributions: records of the contributions of faculties to forecasts, likewise.
        signals: records, or None.
        fills: records, or None.
    """

    step: int
    timestamp: int
    prices: F64
    accounts: AnyArray
    decisions: AnyArray
    reward: F64
    result: F64
    weights: list[AnyArray]
    contributions: list[AnyArray]
    signals: AnyArray | None
    fills: AnyArray | None


class Aggregator(Protocol):
    """Sees every step once, in order, and keeps what it needs of it."""

    def update(self, data: StepData) -> None:
        """Take in one step."""


class StepRecords:
    """The pages of one kind, a step at a time; no step is held longer than it is asked for."""

    def __init__(self, context: RunContext, kind: Kind) -> None:
        self._groups = groupby(context.journal.scan(kind), key=lambda page: page[0])
        self._step: int = 0
        self._pages: list[AnyArray] = []
        self._next()

    def pages(self, step: int) -> list[AnyArray]:
        """The records of a step, a page a cohort; steps must be asked for in rising order."""
        while self._step < step:
            self._next()
        return self._pages if self._step == step else []

    def at(self, step: int) -> AnyArray | None:
        """The records of a step in one array, cohort by cohort, or None; steps must be asked for in rising order."""
        pages = self.pages(step)
        # Joined as bytes: numpy compares structured types field by field, which takes sixty times as long as the copy.
        return np.frombuffer(b"".join(page.data for page in pages), dtype=pages[0].dtype) if pages else None

    def _next(self) -> None:
        step, pages = next(self._groups, (1 << 62, iter(())))
        self._step, self._pages = step, [records for _, _, records in pages]


def scan(context: RunContext, prices: F64, progress: ProgressCallback = no_progress) -> Iterator[StepData]:
    """Yield all steps; *prices* (T, A). In RAM are the pages of one step, and the outcomes of another."""
    kinds = (Kind.ACCOUNTS, Kind.DECISIONS, Kind.SIGNALS, Kind.FILLS)
    feeds, outcomes = [StepRecords(context, kind) for kind in kinds], StepRecords(context, Kind.OUTCOMES)
    weights, contributions = StepRecords(context, Kind.WEIGHTS), StepRecords(context, Kind.CONTRIBUTIONS)
    for place, timestamp in enumerate(track(progress, "reading the run", context.timestamps.tolist())):
        step = place + 1
        accounts, decisions, signals, fills = (feed.at(step) for feed in feeds)
        assert accounts is not None
        assert decisions is not None
        judged, who = outcomes.at(step + context.horizon), decisions["agent"]
        reward, result = (_by_agent(judged, name, len(context.role))[who] for name in ("reward", "result"))
        pages = weights.pages(step), contributions.pages(step)
        yield StepData(step, timestamp, prices[place], accounts, decisions, reward, result, *pages, signals, fills)


def _by_agent(outcomes: AnyArray | None, name: str, agents: int) -> F64:
    """A field of outcomes by agent, (N,); NaN where there is none."""
    values = np.full(agents, np.nan)
    if outcomes is not None:
        values[outcomes["agent"]] = outcomes[name]
    return values
