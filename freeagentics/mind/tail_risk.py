"""Tails: value-at-risk and expected shortfall of a distribution that is tabulated at a few losses."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F32
from freeagentics.kernels import compiled


def tail_risk(at: F32, below: F32, probability: float) -> tuple[F32, F32]:
    """The loss that is exceeded with *probability*, minus the quantile, and the mean loss where it is.

    Expected shortfall is (1 / p) times the integral of the loss quantile over the tail (Acerbi & Tasche, 2002): value-at-risk plus the area
    under the distribution left of it, over *probability*.

    Args:
        at: returns in rising order, (K,).
        below: probability of less, (..., K).
        probability: within (0, 1).

    Returns:
        Value-at-risk and expected shortfall, both (...). Between two points the log of the probability is taken to be linear, as it nearly
        is in a tail.
    """
    at_risk, shortfall = np.empty(below.shape[:-1], dtype=np.float32), np.empty(below.shape[:-1], dtype=np.float32)
    compiled.tail_risk(at, below, probability, at_risk, shortfall)
    return at_risk, shortfall
