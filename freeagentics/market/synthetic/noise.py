"""Noise that stays a while."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F64
from freeagentics.market.windows import ewma
from freeagentics.randomness import generator


def persistent(seed: int, variable: str, shape: tuple[int, int], half_life: float) -> F64:
    """Stationary first-order autoregressive normal noise (T, A) of variance 1, whose autocorrelation halves in *half_life* rows."""
    innovations = generator(seed, f"market/{variable}").standard_normal(shape)
    alpha = 1 - 0.5 ** (1 / half_life)
    scale = np.sqrt((2 - alpha) / alpha)
    # The recursion starts at its first value as it is, which must have the variance that later rows have in the limit.
    innovations[:1] /= scale
    return np.asarray(scale * ewma(innovations, half_life, adjust=False))
