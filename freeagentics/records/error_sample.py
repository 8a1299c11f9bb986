"""A sample of shortened memories, decoded before and after: what shortening costs."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F32, I64
from freeagentics.memory import GROUPS, FeatureTable
from freeagentics.records.long_term import LongTermMemories
from freeagentics.records.memories import Memories

STEPS = 32
"""Steps of a cohort, at most, whose shortened memories are compared: each is a look into its observation and the books of desks."""


class ErrorSample:
    """Compares memories before and after.

    Args:
        memories: decodes them.
        shortened: steps of the memories that become shorter, (k,).

    Attributes:
        compared: memories so far.
    """

    def __init__(self, memories: Memories, shortened: I64) -> None:
        self._memories = memories
        steps = np.unique(shortened)
        self._steps = steps[np.unique(np.linspace(0, len(steps) - 1, STEPS).astype(np.int64))] if len(steps) else steps
        self._off = dict.fromkeys(GROUPS, 0.0)
        self._features = dict.fromkeys(GROUPS, 0)
        self.compared = 0

    @property
    def squared_error(self) -> dict[str, float]:
        """By group of features, the mean square of their changes, each as a share of its range; empty where nothing was compared."""
        return {group: self._off[group] / count for group, count in self._features.items() if count}

    def compare(self, memories: LongTermMemories, kept: I64) -> None:
        """Compare those of the sample that are on a page, of whose codes so many bytes (n,) are kept; damaged ones are left out."""
        columns = memories.columns
        looked_at = np.isin(columns.step, self._steps) & (kept > 0) & (kept < columns.length)
        for step in np.unique(columns.step[looked_at]).tolist():
            rows = np.flatnonzero(looked_at & (columns.step == step))
            rows = rows[memories.codes.rows(rows).intact]
            if len(rows):
                before = memories.rows(rows)
                exact, coarse = (self._memories.vectors(step, part.of_step(step)) for part in (before, before.shortened(kept[rows])))
                self._add(self._memories.table(int(before.columns.agent[0])), exact, coarse)

    def _add(self, table: FeatureTable, exact: F32, coarse: F32) -> None:
        square = np.square((coarse - exact).astype(np.float64) / (table.high.astype(np.float64) - table.low))
        for group in GROUPS:
            mine = [feature.group == group for feature in table.features]
            self._off[group] += float(square[:, mine].sum())
            self._features[group] += square[:, mine].size
        self.compared += len(exact)
