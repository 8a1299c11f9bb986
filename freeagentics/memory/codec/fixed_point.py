"""The fixed-point transform: feature vectors as integers, feature by feature."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from freeagentics.arrays import F32, F64, I64, Mask
from freeagentics.memory.codec.range_coder import PROB_SCALE, U64
from freeagentics.memory.codec.stage_net import LARGEST_INPUT
from freeagentics.memory.codec.weights import CodecWeights
from freeagentics.memory.features import FEATURES, HIGH, LOW

_CONSTANT_ALLOWED = 1 / 256
"""Share of its range by which a constant feature may differ from its most common value without an escape."""

_PREDICTED_ALLOWED = 1.5
"""Steps by which a deterministic feature may differ from its prediction, or a copied one from its copy, without an escape."""


class FixedPointTransform:
    """Feature vectors as integers (48, n): multiples of 1/256 of a standard deviation, from each feature's most common value.

    Every number here comes from single IEEE operations and exact sums: it is the same on every machine.

    Attributes:
        uncoded: features without symbols: constant, copied and deterministic ones.
        p_no_escape: frequency, of 4096, of memories in which all of these are as decoded.
    """

    def __init__(self, weights: CodecWeights, columns: Sequence[str]) -> None:
        self._center, self._scale = weights.center[:, None], weights.scale[:, None]
        self._step, self._on_lattice = weights.step, weights.on_lattice
        self._place = np.array([columns.index(name) if name in columns else -1 for name in weights.columns], dtype=np.int64)
        self._side_offset, self._side_scale = weights.side_offset, weights.side_scale
        self._input_count = len(weights.columns) + len(weights.order)
        self._low, self._high = (self._nearest(bound[:, None])[:, 0] for bound in (LOW, HIGH))
        coded = weights.order[~weights.deterministic]
        self.uncoded = np.setdiff1d(np.arange(len(FEATURES)), coded)
        allowed = _CONSTANT_ALLOWED * (self._high - self._low)
        place = np.where(weights.copied_from >= 0, self._place[weights.copied_from], -1)
        near = np.append(weights.order, np.flatnonzero(place >= 0))
        allowed[near] = _PREDICTED_ALLOWED * weights.step[near]
        self._allowed = allowed[self.uncoded, None]
        self._copied = self.uncoded[place[self.uncoded] >= 0]
        self._copied_from = place[self._copied]
        self.p_no_escape = weights.p_no_escape

    def to_fixed(self, vectors: F32) -> F64:
        """Feature vectors (n, 48) as integers (48, n); clipped to their range, NaN to its low end."""
        # fmin and fmax take the number where the other is none.
        return self._nearest(np.fmin(np.fmax(vectors.T.astype(np.float64), LOW[:, None]), HIGH[:, None]))

    def _nearest(self, vectors: F64) -> F64:
        fixed = vectors - self._center
        fixed *= self._scale
        return np.rint(fixed, out=fixed)

    def from_fixed(self, fixed: F64) -> F32:
        """Inverse of `to_fixed`."""
        vectors = fixed / self._scale + self._center
        return np.minimum(np.maximum(vectors, LOW[:, None]), HIGH[:, None]).T.astype(np.float32)

    def net_inputs(self, side_information: F32) -> F64:
        """Inputs of the first stage's net, (S + F, n), from side information (n, columns); features of later stages are still zero."""
        inputs = np.zeros((self._input_count, len(side_information)))
        there = self._place >= 0
        side = np.zeros((len(side_information), len(self._place)))
        side[:, there] = side_information[:, self._place[there]]
        side = np.rint((side - self._side_offset) * self._side_scale)
        inputs[: len(self._place)] = np.clip(side, -LARGEST_INPUT, LARGEST_INPUT).T
        return inputs

    def fill_copied(self, side_information: F32, decoded: F64) -> None:
        """Fill in features that are copied from side information (n, columns)."""
        seen = side_information.T[self._copied_from].astype(np.float64)
        low, high, center, scale = (bound[self._copied, None] for bound in (LOW, HIGH, self._center[:, 0], self._scale[:, 0]))
        decoded[self._copied] = np.rint((np.clip(seen, low, high) - center) * scale)

    def to_bypass(self, fixed: F64, feature: Any) -> I64:
        """Values (n,) of one feature as bypass numbers, 12 bits over its range."""
        low, high = self._low[feature], self._high[feature]
        return np.rint((fixed - low) / (high - low) * (PROB_SCALE - 1)).astype(np.int64)

    def from_bypass(self, numbers: I64, feature: Any) -> F64:
        """Inverse of `to_bypass`."""
        low, high = self._low[feature], self._high[feature]
        values = np.rint(numbers / (PROB_SCALE - 1) * (high - low) + low)
        return np.rint(values / self._step[feature]) * self._step[feature] if self._on_lattice[feature] else values

    def mismatches(self, fixed: F64, decoded: F64) -> Mask:
        """True for memories (n,) in which an uncoded feature is not as decoded."""
        return np.any(np.abs(fixed[self.uncoded] - decoded[self.uncoded]) > self._allowed, axis=0)

    def flag_frequencies(self, escaped: Mask) -> tuple[U64, U64]:
        """Cumulative frequency before each row's escape flag, and its own, (n,)."""
        p_no_escape, rest = np.uint64(self.p_no_escape), np.uint64(PROB_SCALE - self.p_no_escape)
        return np.where(escaped, p_no_escape, np.uint64(0)), np.where(escaped, rest, p_no_escape)
