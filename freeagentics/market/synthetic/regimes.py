"""Regimes of the market, and how long they last."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from freeagentics.arrays import F64
from freeagentics.randomness import generator

REGIMES = ("bull", "bear", "calm", "turbulent")

_VOLATILITY = np.array([0.0045, 0.006, 0.0025, 0.010])
_MEAN_STAY = 120


def regime_path(seed: int, bars: int) -> NDArray[np.int8]:
    """Index into `REGIMES` for each bar, int8 (T,): a Markov chain that stays 120 bars in the mean, then moves to one of the others.

    A regime by itself sets the level of volatility and nothing else; bull and bear get their drift from a planted `RegimeDrift`.
    """
    moves = generator(seed, "market/regime-moves").random(bars) < 1 / _MEAN_STAY
    others = generator(seed, "market/regime-targets").integers(1, len(REGIMES), size=bars)
    return ((np.cumsum(np.where(moves, others, 0)) + len(REGIMES) - 2) % len(REGIMES)).astype(np.int8)


def volatility_level(regime: NDArray[np.int8]) -> F64:
    """Standard deviation per bar (T, 1) that goes with each regime."""
    return _VOLATILITY[regime][:, None]
