"""Forecasts as evidence: how likely a forecast down, none, or up is in each regime."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F32, F64, I64

DOWN, NONE, UP = range(3)

BY_REGIME: F64 = np.array(
    [  # bull, bear, calm, turbulent
        [0.15, 0.50, 0.20, 0.30],
        [0.35, 0.35, 0.60, 0.40],
        [0.50, 0.15, 0.20, 0.30],
    ]
)
"""Advice is right in half of all trends and misleads in one of seven: what agents take for granted before anything is learned."""
BY_REGIME.flags.writeable = False


def category(forecast: F32, threshold: float) -> I64:
    """Forecasts in standard deviations, of any shape, as `DOWN`, `NONE` or `UP`."""
    return np.where(np.abs(forecast) < threshold, NONE, np.where(forecast > 0, UP, DOWN))
