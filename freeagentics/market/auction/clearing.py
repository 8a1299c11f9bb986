"""The clearing of call auctions: one price an asset, at which most is traded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Self

import numpy as np

from freeagentics.arrays import I32, I64, Mask
from freeagentics.errors import BadInput
from freeagentics.kernels import compiled


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """Orders that stand in an auction; n rows.

    Attributes:
        asset: int32 (n,).
        owner: int32 (n,), whose; no owner may have two orders of an asset at one limit, or the order in which they stand would count.
        limit: int64 (n,), worst price, in units.
        quantity: int64 (n,), in units; above 0 buys, below 0 sells.
    """

    asset: I32
    owner: I32
    limit: I64
    quantity: I64

    @classmethod
    @cache
    def empty(cls) -> Self:
        """No orders: always the same book."""
        whose, worth = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int64)
        return cls(asset=whose, owner=whose, limit=worth, quantity=worth)

    @classmethod
    def within(cls, parts: Sequence[Self], lowest: I64, highest: I64) -> Self:
        """All orders of *parts*, one part after the other, at limits that keep the price within bounds (A,): no order is worth more than
        its owner said, and those who would go further stop there."""
        asset, owner, limit, quantity = (np.concatenate([getattr(part, name) for part in parts]) for name in cls.__match_args__)
        bounded = np.where(quantity > 0, np.minimum(limit, highest[asset]), np.maximum(limit, lowest[asset]))
        return cls(asset, owner, bounded, quantity)

    def only(self, trading: Mask) -> Self:
        """The same orders, but for nothing where an asset (A,) is not traded."""
        return self if trading.all() else type(self)(self.asset, self.owner, self.limit, np.where(trading[self.asset], self.quantity, 0))


@dataclass(frozen=True, slots=True, eq=False)
class Cleared:
    """Outcome of a phase of A assets over n orders.

    Attributes:
        price: int64 (A,), in units, the last one at which something was traded; the one before where nothing was.
        volume: int64 (A,), in units: as much was bought as was sold.
        filled: int64 (n,), in units, of the sign of the order.
        cents: int64 (n,), what that is worth; what buyers pay is what sellers get, to the cent.
        mean: int64 (n,), in units, mean price of what was filled, rounded; of no meaning where nothing was.
    """

    price: I64
    volume: I64
    filled: I64
    cents: I64
    mean: I64


def clear(book: Book, last: I64) -> Cleared:
    """Find the price of each asset and fill the orders at it; *last* (A,) are the prices before.

    The price is the one of most volume, then of the smallest surplus, then the nearest to the last one; of two that are equally near, the
    one where the surplus pulls, else the lower. It may lie between limits. Better limits are filled first; orders at the last limit that is
    reached share in proportion to their sizes, order i of it getting floor(c(i) F / T) - floor(c(i-1) F / T) of F there is, with sizes
    c(i) up to it and T in all: whole units, which sum to F.

    Raises:
        BadInput: more than can be counted, or a limit below one unit.
    """
    orders, assets = len(book.asset), len(last)
    price, volume = np.empty(assets, dtype=np.int64), np.empty(assets, dtype=np.int64)
    filled, cents, scratch = (np.empty(size, dtype=np.int64) for size in (orders, orders, 2 * orders))
    try:
        compiled.auction_clear(book.asset, book.owner, book.limit, book.quantity, last, price, volume, filled, cents, scratch)
    except ValueError as error:
        raise BadInput(f"orders in an auction are more than can be counted ({error})") from error
    return Cleared(price, volume, filled, cents, price[book.asset])
