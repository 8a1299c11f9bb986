"""Bars that are made of a book's trades."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from freeagentics.arrays import I32, I64
from freeagentics.market.auction.tape import COLUMNS
from freeagentics.market.units import Units


class BarOfTrades:
    """Trades of a bar of A assets, summed up.

    Args:
        last: int64 (A,), prices before, in units; those of a bar without trades.
        large: units (A,) from which on what was filled of an order in a phase is a whale's.
    """

    def __init__(self, last: I64, large: I64) -> None:
        self._large = large
        self._open, self._high, self._low, self._close = (last.copy() for _ in range(4))
        self._trades, self._volume, self._bought, self._whales = (np.zeros_like(last) for _ in range(4))

    def add(self, asset: I64, price: I64, quantity: I64) -> None:
        """Take in trades (t,), in their order, in units; above 0 the taker bought."""
        opens = self._open.copy()
        # Of several that are assigned to one place the last one stays.
        opens[asset[::-1]], self._close[asset] = price[::-1], price
        fresh = self._trades == 0
        for edge in (self._open, self._high, self._low):
            edge[fresh] = opens[fresh]
        np.maximum.at(self._high, asset, price)
        np.minimum.at(self._low, asset, price)
        np.add.at(self._trades, asset, 1)
        np.add.at(self._volume, asset, np.abs(quantity))
        np.add.at(self._bought, asset, np.maximum(quantity, 0))

    def add_whales(self, asset: I32, filled: I64) -> None:
        """Count those orders (n,) of a phase of which much was filled."""
        np.add.at(self._whales, asset, np.abs(filled) >= self._large[asset])

    @property
    def close(self) -> I64:
        """Prices so far (A,), in units."""
        return self._close

    @property
    def volume(self) -> I64:
        """Units traded so far (A,)."""
        return self._volume

    def row(self, units: Units) -> dict[str, NDArray[Any]]:
        """The bar: each column (A,)."""
        prices = [edge / units.price for edge in (self._open, self._high, self._low, self._close)]
        counts = (self._volume / units.quantity, self._trades, self._bought / units.quantity, self._whales)
        return dict(zip(COLUMNS, (*prices, *counts), strict=True))
