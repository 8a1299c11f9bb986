"""Venues: where the orders of a phase meet, and what of a bar that makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from numpy.typing import NDArray

from freeagentics.arrays import F64, I64, AnyArray, Mask
from freeagentics.market.auction.clearing import Book, Cleared, clear
from freeagentics.market.auction.tape import COLUMNS, BarInTheMaking
from freeagentics.market.units import Units


class Venue(Protocol):
    """A venue of A assets.

    Attributes:
        columns: of a bar.
    """

    columns: tuple[str, ...]

    def begin(self, bar: int, last: I64) -> None:
        """A bar begins, at these prices (A,)."""

    def trade(self, orders: Book, arrival: F64, trading: Mask, last: I64) -> Cleared:
        """Let the orders of a phase meet.

        Args:
            orders: of the crowd, and after those of others; they stand in no phase but this one.
            arrival: (m,), when in the phase each order of others arrives, 0 to 1.
            trading: (A,), which assets are traded.
            last: (A,), prices before.
        """

    def row(self) -> dict[str, NDArray[Any]]:
        """The bar so far: each column (A,)."""

    def state(self) -> dict[str, AnyArray]:
        """Copies of what goes over from bar to bar, by name."""

    def load(self, state: Mapping[str, AnyArray]) -> None:
        """Take over what `state` gave. Raises CorruptRecord."""


class CallAuctions:
    """A venue whose phases are uniform-price call auctions; nobody is first in one.

    Args:
        large: units (A,) from which on an order that was filled is one of a whale.
        units: what prices and quantities are counted in.
    """

    columns: tuple[str, ...] = COLUMNS

    def __init__(self, large: I64, units: Units) -> None:
        self._large, self._units = large, units

    def begin(self, bar: int, last: I64) -> None:
        """A bar begins."""
        self._made = BarInTheMaking(self._large)

    def trade(self, orders: Book, arrival: F64, trading: Mask, last: I64) -> Cleared:
        """Hold one auction."""
        book = orders.only(trading)
        cleared = clear(book, last)
        self._made.add(book, cleared, last)
        return cleared

    def row(self) -> dict[str, NDArray[Any]]:
        """The bar so far: each column (A,)."""
        return self._made.row(self._units)

    def state(self) -> dict[str, AnyArray]:
        """Nothing: an auction leaves no orders but those that the crowd keeps itself."""
        return {}

    def load(self, state: Mapping[str, AnyArray]) -> None:
        """Nothing is taken over."""
