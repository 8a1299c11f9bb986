"""The value that traders believe in: a random walk, or the closes of any bars."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F64, readonly
from freeagentics.market.auction.settings import AuctionSettings
from freeagentics.market.bars import Bars
from freeagentics.randomness import generator, normal

WALK = 0.44
"""Usual move of the value, over that of the price: most of what moves prices is who trades, not what is known."""


class Value(Protocol):
    """Value of A assets."""

    def path(self, bar: int, before: F64) -> F64:
        """Log values (k, A) at each auction of a bar, given those before it (A,)."""


class RandomWalk:
    """A value that nobody could forecast."""

    def __init__(self, settings: AuctionSettings, seed: int) -> None:
        self._shape, self._seed = (settings.rounds, len(settings.symbols)), seed
        self._step = WALK * settings.volatility / np.sqrt(settings.rounds)

    def path(self, bar: int, before: F64) -> F64:
        """Log values (k, A) at each auction of a bar, given those before it (A,)."""
        return before + np.cumsum(self._step * normal(generator(self._seed, "market/auction/value", step=bar), self._shape), axis=0)


class BarsAsValue:
    """A value that goes from close to close of bars, evenly over the auctions of each."""

    def __init__(self, settings: AuctionSettings, bars: Bars) -> None:
        self._logs = readonly(kernels.log(bars.close))
        self._share = readonly(np.arange(1, settings.rounds + 1)[:, None] / settings.rounds)

    def path(self, bar: int, before: F64) -> F64:
        """Log values (k, A) at each auction of a bar, given those before it (A,)."""
        return before + self._share * (self._logs[bar] - before)
