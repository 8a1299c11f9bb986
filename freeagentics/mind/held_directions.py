"""Directions that were read, held for as long as their forecasts reach: silence is no withdrawal."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F32, I64, ArrayState, Mask
from freeagentics.kernels import compiled


class HeldDirections(ArrayState):
    """The last direction that every row read of each source, fading evenly over the horizon.

    A direction that foretells a rise over eight bars foretells half of it four bars later (``c/forecasts.c``).

    Attributes:
        value: (rows, sources, assets).
        left: bars of its horizon that are left, (rows, sources, assets).
    """

    def __init__(self, rows: int, sources: int, assets: int, horizon: int) -> None:
        self._horizon = horizon
        self.value = np.zeros((rows, sources, assets), dtype=np.float32)
        self.left = np.zeros((rows, sources, assets), dtype=np.uint16)

    def take(self, directions: F32, read: Mask) -> None:
        """Pass a bar in which sources were *read* (rows, sources): what *directions* (sources, assets) say replaces what is held. Where
        they differ from row to row they are (rows, sources, assets)."""
        compiled.directions_take(directions, read, self._horizon, self.left, self.value)

    def now(self) -> F32:
        """Directions as they stand for the bars that are left, value * left / horizon, (rows, sources, assets)."""
        found = np.empty_like(self.value)
        compiled.directions_now(self.left, self.value, self._horizon, found)
        return found

    def faded(self) -> F32:
        """Share of what was read that has faded, 1 - left / horizon, mean over assets, (rows, sources); 1 where nothing is held."""
        found = np.empty(self.value.shape[:2], dtype=np.float32)
        compiled.directions_faded(self.left, self._horizon, found)
        return found

    def forget(self, rows: I64) -> None:
        """Rows (indexes) start afresh, for agents that arrive."""
        self.value[rows], self.left[rows] = 0, 0
