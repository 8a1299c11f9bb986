"""Effects of memory: forecasts with and without what was recalled, against what came."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F64, AnyArray
from freeagentics.journal import Kind
from freeagentics.visualization.forecasts import JUDGED, RECALLS, forecasts, judge
from freeagentics.visualization.pattern_figures import PatternUse
from freeagentics.visualization.plain import number
from freeagentics.visualization.run_view import RunView

AGES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048)
"""Least ages of the classes that recalled memories are counted in, steps."""

COUNTS = ("moved", "turned", *JUDGED)
"""Of each role and step: forecasts that memories moved, and whose sign they turned; and of those that fell due in this step, `JUDGED`."""


def told_without(view: RunView, agent: int, cohort: int, step: int, asset: int) -> dict[str, float | None] | None:
    """The forecast of an agent with and without its memories, None where it forecasts nothing itself."""
    page = view.journal.read(step, Kind.CONTRIBUTIONS, cohort)
    mine: AnyArray = np.empty(0) if page is None else page[page["agent"] == agent]
    if not len(mine):
        return None
    parts = np.asarray(mine["contribution"][:, :, asset], dtype=np.float64)
    after, before = forecasts(parts, _recalling(view, agent))
    return {"before": number(before[0]), "after": number(after[0])}


class MemoryFigures:
    """Reads a run forwards, a piece at a time, after its charts: the pages of decisions are the largest there are.

    Attributes:
        step: the last step that was read.
    """

    def __init__(self, view: RunView) -> None:
        self._view = view
        self._horizon = view.scenario.memory.horizon
        self._told: dict[int, list[tuple[AnyArray, F64, F64]]] = {}
        self._patterns = PatternUse(view.patterns)
        self.step = 0

    def piece(self, longest: int) -> dict[str, object] | None:
        """The next steps on record, at most *longest*: `COUNTS` by role, recalled memories by role and age, and `USES` of the patterns that
        agents were given; None where no more are."""
        first, last = self.step + 1, min(self.step + longest, self._view.last)
        if last < first:
            return None
        roles = len(self._view.names.team)
        counts = np.zeros((last - first + 1, roles, len(COUNTS)))
        ages = np.zeros((roles, len(AGES)), dtype=np.int64)
        for step in range(first, last + 1):
            self._decided(step, counts[step - first], ages)
            self._judged(step, counts[step - first])
        self.step = last
        shown = np.round(counts, 5).transpose(1, 2, 0)
        return {"first": first, "last": last, "counts": shown.tolist(), "ages": ages.tolist(), "patterns": self._patterns.take()}

    def _decided(self, step: int, counts: F64, ages: AnyArray) -> None:
        journal, seats = self._view.journal, self._view.names.seats
        focus = np.zeros(len(seats), dtype=np.int64)
        for _, _, records in journal.scan(Kind.DECISIONS, first=step, last=step):
            # Of a cohort whose agents were left out, or have all left.
            if not len(records):
                continue
            focus[records["agent"]] = records["asset"]
            recalled = records["memory_age"][records["memory_age"] > 0]
            ages[seats["role"][records["agent"][0]]] += np.bincount(np.searchsorted(AGES, recalled, "right") - 1, minlength=len(AGES))
        told = self._told[step] = []
        for _, _, records in journal.scan(Kind.CONTRIBUTIONS, first=step, last=step):
            agent = records["agent"]
            parts = np.asarray(records["contribution"][np.arange(len(agent)), :, focus[agent]], dtype=np.float64)
            recalling = _recalling(self._view, int(agent[0]))
            after, before = forecasts(parts, recalling)
            told.append((agent, after, before))
            self._patterns.decided(step, agent, parts, self._view.names.role_of(int(agent[0])).weights, recalling)
            mine = counts[seats["role"][agent[0]]]
            mine[:2] += (after != before).sum(), (after * before < 0).sum()

    def _judged(self, step: int, counts: F64) -> None:
        due = self._told.pop(step - self._horizon, [])
        if not due:
            return
        result = np.full(len(self._view.names.seats), np.nan)
        for _, _, records in self._view.journal.scan(Kind.OUTCOMES, first=step, last=step):
            result[records["agent"]] = records["result"]
        for agent, after, before in due:
            counts[self._view.names.seats["role"][agent[0]], 2:] += judge(result[agent], after, before)
        self._patterns.judged(step - self._horizon, result)


def _recalling(view: RunView, agent: int) -> AnyArray:
    return np.isin(view.names.role_of(agent).weights, RECALLS)
