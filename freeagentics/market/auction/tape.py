"""The tape: bars of a market that is made as it goes, and what was traded in the auctions of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from freeagentics.arrays import I64
from freeagentics.errors import CorruptRecord
from freeagentics.kernels import compiled
from freeagentics.market.auction.clearing import Book, Cleared
from freeagentics.market.bars import PRICES, Bars
from freeagentics.market.units import Units

COLUMNS = (*PRICES, "volume", "trades", "taker_buy_volume", "whale_count")
_BUYS, _SELLS, _TAKEN_BUYING, _TAKEN_SELLING, _WHALES, _TOLD = range(6)


class BarInTheMaking:
    """Auctions of a bar of A assets, summed up.

    Args:
        large: units (A,) from which on an order that was filled is one of a whale.
    """

    def __init__(self, large: I64) -> None:
        self._large = large
        self._prices: list[I64] = []
        self._volume = np.zeros(len(large), dtype=np.int64)
        self._told = np.zeros((len(large), _TOLD), dtype=np.int64)

    def add(self, book: Book, cleared: Cleared, last: I64) -> None:
        """Take in an auction, before which prices were *last* (A,)."""
        self._prices.append(cleared.price)
        self._volume += cleared.volume
        compiled.auction_tell(book.asset, book.limit, cleared.filled, last, self._large, self._told)

    def row(self, units: Units) -> dict[str, NDArray[Any]]:
        """The bar: each column (A,). Who went past the last price to trade is a taker; where none did, both sides are taken for half."""
        prices, told = np.array(self._prices) / units.price, self._told
        volume = self._volume / units.quantity
        taken = told[:, _TAKEN_BUYING] + told[:, _TAKEN_SELLING]
        bought = np.where(taken > 0, told[:, _TAKEN_BUYING] / np.maximum(taken, 1), 0.5)
        edges = (prices[0], prices.max(axis=0), prices.min(axis=0), prices[-1])
        counts = (np.maximum(told[:, _BUYS], told[:, _SELLS]), volume * bought, told[:, _WHALES])
        return dict(zip(COLUMNS, (*edges, volume, *counts), strict=True))


class Tape:
    """Bars so far, of at most *bars*, of assets with these *symbols*.

    Args:
        timestamps: int64 (bars,), market time of each bar's open.
        interval_ms: length of a bar.
        columns: of a bar, `COLUMNS` first.
    """

    def __init__(self, symbols: tuple[str, ...], timestamps: I64, interval_ms: int, columns: tuple[str, ...] = COLUMNS) -> None:
        self._symbols, self._timestamps, self._interval_ms = symbols, timestamps, interval_ms
        self._columns = {name: np.zeros((len(timestamps), len(symbols))) for name in columns}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def left(self) -> int:
        """Bars that still fit."""
        return len(self._timestamps) - self._count

    def add(self, row: Mapping[str, NDArray[Any]]) -> None:
        """Add a bar."""
        for name, column in self._columns.items():
            column[self._count] = row[name]
        self._count += 1

    def rows(self, first: int, end: int) -> Bars:
        """Bars from *first* to before *end*."""
        part = {name: column[first:end] for name, column in self._columns.items()}
        extras = {name: part.pop(name) for name in tuple(part)[5:]}
        return Bars(self._symbols, self._timestamps[first:end], self._interval_ms, extras=extras, **part)

    def state(self) -> dict[str, NDArray[Any]]:
        """Copies of all columns, as far as there are bars."""
        return {name: column[: self._count].copy() for name, column in self._columns.items()}

    def load(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over what `state` gave; raises `CorruptRecord` where bars do not fit or a column is missing."""
        most, assets = len(self._timestamps), len(self._symbols)
        for name in self._columns:
            if name not in state or state[name].shape[1:] != (assets,) or len(state[name]) > most:
                found = f"of shape {state[name].shape}" if name in state else "missing"
                raise CorruptRecord(f"saved market: {name} of its bars is {found}; at most {most} bars of {assets} assets are needed")
        self._count = len(state["close"])
        for name, column in self._columns.items():
            column[: self._count] = state[name]
