"""Directions that were read, held for as long as their forecasts reach: silence is no withdrawal."""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F32, I64, ArrayState, Mask


class HeldDirections(ArrayState):
    """The last direction that every row read of each source, fading evenly over the horizon.

    A direction that foretells a rise over eight bars foretells half of it four bars later.

    Attributes:
        value: (rows, sources, assets).
        left: bars of its horizon that are left, (rows, sources, assets).
    """

    def __init__(self, rows: int, sources: int, assets: int, horizon: int) -> None:
        self._horizon = horizon
        self.value = np.zeros((rows, sources, assets), dtype=np.float32)
        self.left = np.zeros((rows, sources, assets), dtype=np.uint16)

    def take(self, directions: F32, read: Mask) -> None:
        """Pass a bar in which sources were *read* (rows, sources): what *directions* (sources, assets) say replaces what is held."""
        said = read[:, :, None] & (directions != 0)
        self.left[:] = np.where(said, self._horizon, np.maximum(self.left, 1) - 1)
        self.value[:] = np.where(said, directions, self.value)

    def now(self) -> F32:
        """Directions as they stand for the bars that are left, (rows, sources, assets)."""
        return self.value * self._remaining()

    def faded(self) -> F32:
        """Share of what was read that has faded, mean over assets, (rows, sources); 1 where nothing is held."""
        return 1 - kernels.mean(self._remaining())

    def _remaining(self) -> F32:
        return (self.left / np.float32(self._horizon)).astype(np.float32)

    def forget(self, rows: I64) -> None:
        """Rows (indexes) start afresh, for agents that arrive."""
        self.value[rows], self.left[rows] = 0, 0


def ups_and_downs(directions: F32, words: F32) -> None:
    """Directions (rows, sources, assets) into words up and words down, (rows, 2 * sources, assets): what follows one need not mirror the
    other."""
    np.maximum(directions, 0, out=words[:, ::2])
    np.minimum(directions, 0, out=words[:, 1::2])
