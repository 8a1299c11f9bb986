"""Constants of a codec: its weights, and what follows from them, as kernels take them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from freeagentics.arrays import F64, I64, AnyArray
from freeagentics.memory.codec.fixed_point import OUTPUTS
from freeagentics.memory.codec.tables import CONTEXTS, PROB_SCALE, table_sizes
from freeagentics.memory.codec.weights import CodecWeights
from freeagentics.memory.features import FEATURES, HIGH, LOW

_CONSTANT_ALLOWED = 1 / 256
"""Share of its range by which a constant feature may differ from its most common value without an escape."""

_PREDICTED_ALLOWED = 1.5
"""Steps by which a deterministic feature may differ from its prediction, or a copied one from its copy, without an escape."""

_BLOCK = 8
"""Rows of a net's weights are padded with zeros to multiples of it."""


class CodecConstants:
    """The first arguments of the kernels of ``kernels/c/codec.c``.

    Args:
        weights: of one role.
        columns: names of what side information holds; of columns that the codec knows and these lack, nets see zeros.

    Attributes:
        arguments: in their order.
        predicted: features with a prediction.
        inputs: of the last stage's net and the features of that stage, columns + predicted.
    """

    def __init__(self, weights: CodecWeights, columns: Sequence[str]) -> None:
        place = np.array([columns.index(name) if name in columns else -1 for name in weights.columns], dtype=np.int64)
        self.predicted, self.inputs = len(weights.order), len(weights.columns) + len(weights.order)
        self.arguments: tuple[AnyArray | int, ...] = (
            *_of_features(weights, place),
            np.stack([weights.side_offset, weights.side_scale]).astype(np.float64),
            place,
            *_of_predicted(weights),
            weights.stages.astype(np.int64),
            _net_weights(weights),
            _before(weights),
            weights.hidden,
            weights.p_no_escape,
        )
        self._hidden = weights.hidden
        self._sums = int((_up(weights.hidden) + _up(OUTPUTS * weights.stages)).sum())

    def scratch(self, assets: int = 1) -> tuple[F64, I64]:
        """Room for kernels to work in, which no two threads may share, with what the market shows of so many assets."""
        numbers = self.inputs + _up(self._hidden) + OUTPUTS * len(FEATURES) + assets * self._sums
        return np.empty(numbers), np.empty(self.inputs + self._hidden + assets, dtype=np.int64)


def _of_features(weights: CodecWeights, place: I64) -> tuple[F64, I64]:
    """Constants of all features, (8, 48): low, high, center, scale, step, lowest and highest (the ends as fixed-point numbers), allowed (by
    how much an uncoded feature may be off without an escape); and (3, 48): copied_from, on_lattice, coded."""
    lowest, highest = (np.rint((bound - weights.center) * weights.scale) for bound in (LOW, HIGH))
    coded = np.zeros(len(FEATURES), dtype=np.bool_)
    coded[weights.order[~weights.deterministic]] = True
    copied_from = np.append(place, -1)[weights.copied_from]
    allowed = _CONSTANT_ALLOWED * (highest - lowest)
    near = np.append(weights.order, np.flatnonzero(copied_from >= 0))
    allowed[near] = _PREDICTED_ALLOWED * weights.step[near]
    numbers = np.stack([LOW, HIGH, weights.center, weights.scale, weights.step, lowest, highest, allowed])
    return numbers.astype(np.float64), np.stack([np.where(coded, -1, copied_from), weights.on_lattice, coded]).astype(np.int64)


def _of_predicted(weights: CodecWeights) -> tuple[F64, I64]:
    """Constants of features with a prediction, (4, F): where contexts begin and how wide they are; and (4, F): feature, deterministic,
    max_quantum, and where its first table begins among all symbols."""
    contexts = np.stack([weights.spread_edge, weights.spread_width, weights.common_edge, weights.common_width])
    size = CONTEXTS * table_sizes(weights.max_quantum)
    places = np.stack([weights.order, weights.deterministic, weights.max_quantum, np.cumsum(size) - size])
    return contexts.astype(np.float64), places.astype(np.int64)


def _net_weights(weights: CodecWeights) -> F64:
    """Weights of all stages, flat: rows (inputs + 1) to units and outputs, the last a bias, and rows (hidden) from units to outputs."""
    parts, first, inner, outer, hidden = [], 0, weights.inner, weights.outer, weights.hidden
    for count in weights.stages.tolist():
        inputs, outputs = len(weights.columns) + first + 1, OUTPUTS * count
        inner_here, inner = np.split(inner, [inputs * (hidden + outputs)])
        outer_here, outer = np.split(outer, [hidden * outputs])
        units, linear = np.split(inner_here.reshape(inputs, hidden + outputs), [hidden], axis=1)
        parts += [np.hstack([_padded(units), _padded(linear)]), _padded(outer_here.reshape(hidden, outputs))]
        first += count
    return np.concatenate([part.ravel() for part in parts])


def _padded(rows: AnyArray) -> F64:
    return np.pad(rows.astype(np.float64), ((0, 0), (0, -rows.shape[1] % _BLOCK)))


def _up(count: Any) -> Any:
    """The next multiple of a block."""
    return count + -count % _BLOCK


def _before(weights: CodecWeights) -> AnyArray:
    """For each symbol the sum of the frequencies before it in its table."""
    summed = np.cumsum(weights.frequency, dtype=np.int64) - weights.frequency
    return (summed % PROB_SCALE).astype(np.uint16)
