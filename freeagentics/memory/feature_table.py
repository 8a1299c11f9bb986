"""The table of features of a role: the 48 that all have, and after them those of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from freeagentics.arrays import F32, U8, contiguous, readonly
from freeagentics.kernels import compiled
from freeagentics.memory.features import FEATURES, Feature


class FeatureTable:
    """Features of the vectors of one role, F of them.

    Args:
        own: those that come after the 48 of `FEATURES`.

    Attributes:
        features: all, F of them.
        low, high: their ranges, (F,).
        recall: those that are part of recall keys, (F,).
        key_size: how many these are.
        key_names: their names.
    """

    def __init__(self, own: Sequence[Feature] = ()) -> None:
        self.own = tuple(own)
        self.features = (*FEATURES, *self.own)
        self.low = readonly(np.array([feature.low for feature in self.features], dtype=np.float32))
        self.high = readonly(np.array([feature.high for feature in self.features], dtype=np.float32))
        self.recall = readonly(np.array([feature.recall for feature in self.features]))
        self.key_size = int(self.recall.sum())
        self.key_names = tuple(feature.name for feature in self.features if feature.recall)
        self._places = readonly(np.flatnonzero(self.recall))
        self._low, self._width = self.low[self.recall], (self.high - self.low)[self.recall]

    def __len__(self) -> int:
        return len(self.features)

    def clipped(self, vectors: F32) -> F32:
        """Feature vectors (…, F) within their ranges; NaN is the low end."""
        clipped: F32 = np.fmin(np.fmax(vectors, self.low), self.high)
        return clipped

    def keys_of(self, vectors: F32) -> U8:
        """Keys of feature vectors (n, F): the features marked for recall, scaled to 0 to 255, (n, key_size)."""
        keys = np.empty((len(vectors), self.key_size), dtype=np.uint8)
        compiled.recall_keys(contiguous(vectors, dtype=np.float32), self._places, self._low, self._width, keys)
        return keys


TABLE = FeatureTable()
"""That of the built-in roles."""
