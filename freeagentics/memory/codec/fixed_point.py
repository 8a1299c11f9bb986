"""Latents: experiences as whole numbers, feature by feature."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from freeagentics.arrays import F32, F64, I64, Mask
from freeagentics.memory.codec.range_coder import PROB_SCALE, U64
from freeagentics.memory.codec.stage_net import LARGEST_INPUT
from freeagentics.memory.codec.weights import CodecWeights
from freeagentics.memory.features import FEATURES

_LOW = np.array([feature.low for feature in FEATURES])
_HIGH = np.array([feature.high for feature in FEATURES])

_DULL_ALLOWED = 1 / 256
"""Share of its range by which a feature that is never coded may differ from its most common value without being amended."""

_IMPLIED_ALLOWED = 1.5
"""Steps by which a feature that others imply, or that is shared, may differ from what they make of it without being amended."""


class FixedPointTransform:
    """Experiences as whole numbers (48, n): multiples of 1/256 of a standard deviation, from each feature's most common value.

    Every number here comes from single IEEE operations and exact sums: it is the same on every machine.

    Attributes:
        silent: features without symbols: those that hardly ever change, and those that others imply.
        fine: frequency, of 4096, of memories in which none of these has to be amended.
    """

    def __init__(self, trained: CodecWeights, columns: Sequence[str]) -> None:
        self._center, self._scale = trained.center[:, None], trained.scale[:, None]
        self._step, self._grid = trained.step, trained.grid
        self._place = np.array([columns.index(name) if name in columns else -1 for name in trained.columns], dtype=np.int64)
        self._side_offset, self._side_scale = trained.side_offset, trained.side_scale
        self._inputs = len(trained.columns) + len(trained.order)
        self._low, self._high = (self._nearest(bound[:, None])[:, 0] for bound in (_LOW, _HIGH))
        spoken = trained.order[~trained.implied]
        self.silent = np.setdiff1d(np.arange(len(FEATURES)), spoken)
        allowed = _DULL_ALLOWED * (self._high - self._low)
        place = np.where(trained.mirror >= 0, self._place[trained.mirror], -1)
        near = np.append(trained.order, np.flatnonzero(place >= 0))
        allowed[near] = _IMPLIED_ALLOWED * trained.step[near]
        self._allowed = allowed[self.silent, None]
        self._mirrored = self.silent[place[self.silent] >= 0]
        self._mirror = place[self._mirrored]
        self.fine = trained.fine

    def whole(self, states: F32) -> F64:
        """States (n, 48) as whole numbers (48, n); clipped to their range, NaN to its low end."""
        # fmin and fmax take the number where the other is none.
        return self._nearest(np.fmin(np.fmax(states.T.astype(np.float64), _LOW[:, None]), _HIGH[:, None]))

    def _nearest(self, states: F64) -> F64:
        whole = states - self._center
        whole *= self._scale
        return np.rint(whole, out=whole)

    def states(self, whole: F64) -> F32:
        """Inverse of `whole`."""
        states = whole / self._scale + self._center
        return np.minimum(np.maximum(states, _LOW[:, None]), _HIGH[:, None]).T.astype(np.float32)

    def begin(self, shown: F32) -> F64:
        """What is known before the first stage, (S + F, n), of observations *shown* (n, columns)."""
        known = np.zeros((self._inputs, len(shown)))
        there = self._place >= 0
        side = np.zeros((len(shown), len(self._place)))
        side[:, there] = shown[:, self._place[there]]
        side = np.rint((side - self._side_offset) * self._side_scale)
        known[: len(self._place)] = np.clip(side, -LARGEST_INPUT, LARGEST_INPUT).T
        return known

    def reflect(self, shown: F32, decoded: F64) -> None:
        """Fill in features that are what the market showed, (n, columns)."""
        seen = shown.T[self._mirror].astype(np.float64)
        low, high, center, scale = (bound[self._mirrored, None] for bound in (_LOW, _HIGH, self._center[:, 0], self._scale[:, 0]))
        decoded[self._mirrored] = np.rint((np.clip(seen, low, high) - center) * scale)

    def to_bypass(self, whole: F64, feature: Any) -> I64:
        """Values (n,) of one feature as bypass numbers, 12 bits over its range."""
        low, high = self._low[feature], self._high[feature]
        return np.rint((whole - low) / (high - low) * (PROB_SCALE - 1)).astype(np.int64)

    def from_bypass(self, numbers: I64, feature: Any) -> F64:
        """Inverse of `to_bypass`."""
        low, high = self._low[feature], self._high[feature]
        values = np.rint(numbers / (PROB_SCALE - 1) * (high - low) + low)
        return np.rint(values / self._step[feature]) * self._step[feature] if self._grid[feature] else values

    def amiss(self, whole: F64, decoded: F64) -> Mask:
        """Memories (n,) in which a silent feature comes back as something else than it was."""
        return np.any(np.abs(whole[self.silent] - decoded[self.silent]) > self._allowed, axis=0)

    def mark(self, amended: Mask) -> tuple[U64, U64]:
        """The frequency before each row's mark, and its own, (n,)."""
        fine, rest = np.uint64(self.fine), np.uint64(PROB_SCALE - self.fine)
        return np.where(amended, fine, np.uint64(0)), np.where(amended, rest, fine)
