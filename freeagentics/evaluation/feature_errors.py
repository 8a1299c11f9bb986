"""Errors of features: what decoded memories of one role are off by, over how much their features vary."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from freeagentics.arrays import F32, F64, Mask
from freeagentics.memory import GROUPS, FeatureTable

_STILL = 1e-6
"""Standard deviation, as a share of its range, up to which a feature does not vary but for rounding."""


class FeatureErrors:
    """Sums over memories of one role.

    Args:
        table: the F features of the role.
        spread: float64 (F,), standard deviations that errors are given in.

    Attributes:
        memories: so far.
        grouped: by group, which features are of it, (F,).
        varies: features that vary, (F,): others have no error.
    """

    def __init__(self, table: FeatureTable, spread: F64) -> None:
        self.memories = 0
        self.grouped = {group: np.array([feature.group == group for feature in table.features]) for group in GROUPS}
        self.varies = spread > _STILL * (table.high.astype(np.float64) - table.low)
        self._spread = spread
        self._off = np.zeros(len(table))

    def add(self, vectors: F32, decoded: F32) -> None:
        """Add feature vectors (n, F), and what they decode to."""
        self._off += np.square(vectors.astype(np.float64) - decoded).sum(axis=0)
        self.memories += len(vectors)

    def of(self, features: Mask) -> F64:
        """Mean squares of the errors of those of features (F,) that vary, over their variance; none without memories."""
        if not self.memories:
            return np.zeros(0)
        features = features & self.varies
        return self._off[features] / self.memories / np.square(self._spread[features])


def root_of(squares: Sequence[F64]) -> float | None:
    """The root of their mean, if there are any."""
    all_of_them = np.concatenate([np.zeros(0), *squares])
    return float(np.sqrt(all_of_them.mean())) if all_of_them.size else None
