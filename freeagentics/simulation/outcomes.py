"""Outcomes of decisions: the return of the market over the horizon since."""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.agents import Outcomes
from freeagentics.arrays import F32, ArrayState, between

LARGEST = 4.0
"""Results are clipped to this many standard deviations: one crash must not drown all that was learned."""


class OutcomeWindow(ArrayState):
    """A window over the horizon, of closes and volatilities, from which the outcomes that fall due are computed.

    Attributes:
        close: a ring (horizon + 1, assets).
        volatility: per bar, a ring (horizon + 1, assets).
    """

    def __init__(self, horizon: int, assets: int) -> None:
        self._horizon = horizon
        self.close = np.zeros((horizon + 1, assets), dtype=np.float64)
        self.volatility = np.zeros((horizon + 1, assets), dtype=np.float32)

    def due(self, step: int, close: np.ndarray, volatility: F32) -> Outcomes | None:
        """Note this step's closes (assets,), and return the outcome of the decisions made a horizon ago."""
        slot = step % (self._horizon + 1)
        self.close[slot], self.volatility[slot] = close, volatility
        if step <= self._horizon:
            return None
        then = (step - self._horizon) % (self._horizon + 1)
        scale = np.maximum(self.volatility[then], 1e-6) * np.sqrt(self._horizon)
        result = kernels.log(close / self.close[then]) / scale
        return Outcomes(step - self._horizon, self._horizon, between(-LARGEST, result, LARGEST).astype(np.float32))
