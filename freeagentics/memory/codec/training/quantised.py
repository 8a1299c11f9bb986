"""Quantised data: what a codec makes of training data, without codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F32, F64, Mask, contiguous
from freeagentics.kernels import compiled
from freeagentics.memory.codec.constants import CodecConstants
from freeagentics.memory.codec.training.data import TrainingData
from freeagentics.memory.codec.weights import CodecWeights
from freeagentics.memory.features import FEATURES


@dataclass(frozen=True, slots=True, eq=False)
class QuantisedData:
    """Feature vectors as a codec predicts and quantises them, stage by stage as in encoding, but without escapes.

    S columns, F features with a prediction, in the order of the code; numbers are fixed-point.

    Attributes:
        fixed: features as they are, (n, 48).
        inputs: of nets, (n, S + F): side information, and features as they are decoded.
        expected: predicted values, around which features are quantised, (n, F).
        spread: output of the net, (n, F).
        odds: output of the net, (n, F).
        difference: from what is expected, in steps, (n, F); NaN where a feature has its most common value.
        vectors: as they come back, (n, 48); not fixed-point.
        escaped: whether an uncoded feature is not as decoded, (n,).
    """

    fixed: F64
    inputs: F64
    expected: F64
    spread: F64
    odds: F64
    difference: F64
    vectors: F32
    escaped: Mask


def quantised(weights: CodecWeights, data: TrainingData) -> QuantisedData:
    """Quantise training data."""
    constants, n = CodecConstants(weights, data.columns), len(data)
    widths = (len(FEATURES), constants.inputs, *[constants.predicted] * 4)
    fixed, inputs, expected, spread, odds, difference = (np.empty((n, width)) for width in widths)
    found, escaped = np.empty((n, len(FEATURES)), dtype=np.float32), np.empty(n, dtype=np.bool_)
    vectors, side = (contiguous(part, dtype=np.float32) for part in (data.vectors, data.side_information))
    filled = (fixed, inputs, expected, spread, odds, difference, found, escaped)
    compiled.codec_quantise(*constants.arguments, vectors, side, side.shape[1], *filled, *constants.scratch())
    return QuantisedData(fixed, inputs, expected, spread, odds, difference, found, escaped)
