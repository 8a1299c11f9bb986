"""Noise that stays a while."""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F64
from freeagentics.randomness import generator, normal


def persistent(seed: int, variable: str, shape: tuple[int, int], half_life: float) -> F64:
    """Stationary first-order autoregressive normal noise (T, A) of variance 1, whose autocorrelation halves in *half_life* rows."""
    innovations = normal(generator(seed, f"market/{variable}"), shape)
    alpha = 1 - kernels.decay(half_life)
    scale = np.sqrt((2 - alpha) / alpha)
    # The recursion starts at its first value as it is, which must have the variance that later rows have in the limit.
    innovations[:1] /= scale
    return np.asarray(scale * kernels.ewma(innovations, half_life, adjust=False))
