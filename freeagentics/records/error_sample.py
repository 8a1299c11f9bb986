"""A sample of shortened memories, decoded before and after: what shortening costs."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F32, I64
from freeagentics.memory import GROUPS, FeatureTable
from freeagentics.records.long_term import LongTermMemories
from freeagentics.records.memories import Memories

SIZE = 256
"""Shortened memories of a cohort, at most, that are compared: a look into the observation of a step each."""


class ErrorSample:
    """Compares memories before and after.

    Args:
        memories: decodes them.
        length, kept: bytes of codes before and after, (n,).

    Attributes:
        compared: memories so far.
    """

    def __init__(self, memories: Memories, length: I64, kept: I64) -> None:
        shortened = np.flatnonzero((kept > 0) & (kept < length))
        self._memories = memories
        self._chosen = shortened[np.unique(np.linspace(0, len(shortened) - 1, SIZE).astype(np.int64))] if len(shortened) else shortened
        self._off = dict.fromkeys(GROUPS, 0.0)
        self._features = dict.fromkeys(GROUPS, 0)
        self.compared = 0

    @property
    def squared_error(self) -> dict[str, float]:
        """By group of features, the mean square of their changes, each as a share of its range; empty where nothing was compared."""
        return {group: self._off[group] / count for group, count in self._features.items() if count}

    def compare(self, memories: LongTermMemories, kept: I64, start: int) -> None:
        """Compare those of the sample that are on a page, whose memories (m,) begin at place *start* of all; damaged ones are left out."""
        mine = self._chosen[(self._chosen >= start) & (self._chosen < start + len(memories))] - start
        some = memories.rows(mine[memories.codes.rows(mine).intact])
        length = kept[mine[memories.codes.rows(mine).intact]]
        for step in np.unique(some.columns.step).tolist():
            rows = np.flatnonzero(some.columns.step == step)
            before, after = some.rows(rows), some.rows(rows).shortened(length[rows])
            exact, coarse = (self._memories.vectors(step, part.of_step(step)) for part in (before, after))
            self._add(self._memories.table(int(before.columns.agent[0])), exact, coarse)

    def _add(self, table: FeatureTable, exact: F32, coarse: F32) -> None:
        square = np.square((coarse - exact).astype(np.float64) / (table.high.astype(np.float64) - table.low))
        for group in GROUPS:
            mine = [feature.group == group for feature in table.features]
            self._off[group] += float(square[:, mine].sum())
            self._features[group] += square[:, mine].size
        self.compared += len(exact)
