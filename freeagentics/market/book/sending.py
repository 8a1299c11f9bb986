"""Sending: what the orders of a phase are to a book that others of them stand on already, and who arrives when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F64, I32, I64, U8, Mask
from freeagentics.market.book.messages import BookMessages, MessageKind

_FIRST = -2.0
"""Before all that arrives: what is taken off the books."""


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """Orders that should stand or trade in a phase; n rows.

    Attributes:
        asset: int32 (n,).
        number: int32 (n,), of the order on the book of its asset.
        owner: int32 (n,).
        price: int64 (n,), in ticks.
        lots: int64 (n,), above 0 buys, below 0 sells, 0 is no order.
        stays: bool (n,), whether what is left of it on arrival stands.
        arrives: float64 (n,), the order in which they come.
    """

    asset: I32
    number: I32
    owner: I32
    price: I64
    lots: I64
    stays: Mask
    arrives: F64


@dataclass(frozen=True, slots=True, eq=False)
class Sent:
    """Messages to the books of A assets; m rows.

    Attributes:
        row: int64 (m,), of the order that each is about.
        bounds: int64 (A + 1,), rows of the messages to each book.
        messages: of all, the books one after the other.
    """

    row: I64
    bounds: I64
    messages: BookMessages

    def by_book(self) -> Iterator[tuple[int, I64, BookMessages]]:
        """Assets that there are messages for, rows of the orders, and the messages, in the order in which they arrive."""
        for asset, (first, end) in enumerate(zip(self.bounds[:-1].tolist(), self.bounds[1:].tolist(), strict=True)):
            if first < end:
                columns = (getattr(self.messages, name)[first:end] for name in BookMessages.__match_args__)
                yield asset, self.row[first:end], BookMessages(*columns)


def send(wanted: Wanted, price: I64, left: I64, assets: int) -> Sent:
    """Messages that make of what stands, *price* in ticks and lots *left* of each order (n,), what is wanted.

    An order that stands at its price with no less than is wanted keeps its place, and is cut where it is more. Every other one is taken off
    before anybody arrives.
    """
    same = (price == wanted.price) & ((left > 0) == (wanted.lots > 0)) & (wanted.lots != 0)
    kept = same & (np.abs(wanted.lots) <= np.abs(left))
    gone, less, new = (np.flatnonzero(rows) for rows in ((left != 0) & ~kept, kept & (wanted.lots != left), (wanted.lots != 0) & ~kept))
    row = np.concatenate([gone, less, new])
    off = np.repeat(np.array([MessageKind.CANCEL, MessageKind.REPLACE], dtype=np.uint8), (len(gone), len(less)))
    arrives = np.where(wanted.stays[new], np.uint8(MessageKind.LIMIT), np.uint8(MessageKind.IMMEDIATE_OR_CANCEL))
    when = np.concatenate([np.full(len(off), _FIRST), wanted.arrives[new]])
    order = np.lexsort((when, wanted.asset[row]))
    row, kind = row[order], np.concatenate([off, arrives])[order]
    bounds = np.searchsorted(wanted.asset[row], np.arange(assets + 1))
    return Sent(row, bounds, _messages(wanted, row, kind))


def _messages(wanted: Wanted, row: I64, kind: U8) -> BookMessages:
    columns = (wanted.number[row], wanted.owner[row], wanted.price[row], wanted.lots[row])
    return BookMessages(kind, *columns, until=np.zeros(len(row), dtype=np.int64))
