"""A trained net in integers: the same answer, bit for bit, on every machine.

Products and sums of integers below 2**53 are exact in float64, in whatever order a BLAS adds them up.
"""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F64, I32

WEIGHT_ONE = 4096
"""Weights stand for multiples of 1/4096."""

LARGEST_INPUT = 2048.0
"""Inputs are clipped to eight standard deviations on either side."""

_LARGEST_HIDDEN = 8192.0

OUTPUTS = 3
"""Per feature: what to expect, how far off that may be (logarithm of standard deviations), and the log-odds of the most common value; each
times 256."""


class StageNet:
    """One hidden layer of rectified units beside a linear part.

    Args:
        inner: weights (inputs + 1, hidden + 3 k), the last row a bias: of the hidden units, and of the linear part.
        outer: weights (hidden, 3 k) from the hidden units.
    """

    def __init__(self, inner: I32, outer: I32) -> None:
        self._inner = np.ascontiguousarray(inner[:-1].T, dtype=np.float64)
        self._bias = inner[-1][:, None].astype(np.float64)
        self._outer = np.ascontiguousarray(outer.T, dtype=np.float64)
        self._hidden = len(outer)

    def __call__(self, inputs: F64) -> F64:
        """From integers (inputs, n) to integers (3 k, n)."""
        sums = self._inner @ inputs
        sums += self._bias
        units = sums[: self._hidden]
        units *= 1 / WEIGHT_ONE
        np.floor(units, out=units)
        np.maximum(units, 0, out=units)
        np.minimum(units, _LARGEST_HIDDEN, out=units)
        out = self._outer @ units
        out += sums[self._hidden :]
        out *= 1 / WEIGHT_ONE
        return np.floor(out, out=out)
