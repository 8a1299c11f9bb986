"""Messages to an order book."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from operator import index
from typing import NamedTuple, Self

import numpy as np

from freeagentics.arrays import I32, I64, U8
from freeagentics.errors import BadInput


class MessageKind(IntEnum):
    """Kinds of messages; the numbers are those of ``kernels/c/book.c``.

    Attributes:
        LIMIT: trades what it can, the rest stands.
        MARKET: trades at any price; the rest lapses. It has no price.
        IMMEDIATE_OR_CANCEL: trades what it can up to its price; the rest lapses.
        FILL_OR_KILL: trades all of it up to its price, or is refused.
        POST_ONLY: stands, or is refused where it would meet an order at once.
        CANCEL: takes an order off the book.
        REPLACE: gives an order that stands another quantity left or price. It keeps its place where the price stays and the quantity does
            not grow; else it arrives anew, and may trade. Owner, side and end stay.
        CLOCK: sets the time to ``until`` and takes off all orders that stand until then or less; one pass over all that may stand.
    """

    LIMIT = 0
    MARKET = 1
    IMMEDIATE_OR_CANCEL = 2
    FILL_OR_KILL = 3
    POST_ONLY = 4
    CANCEL = 5
    REPLACE = 6
    CLOCK = 7


class BookMessage(NamedTuple):
    """One message, as a row of `BookMessages`."""

    kind: MessageKind
    order: int = 0
    owner: int = 0
    price: int = 0
    quantity: int = 0
    until: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class BookMessages:
    """Messages in the order in which they arrive; n rows.

    Attributes:
        kind: uint8 (n,), a `MessageKind`.
        order: int32 (n,), number of the order, from 0 to below the book's capacity. The sender chooses it; it may be used again when no
            order of that number stands.
        owner: int32 (n,), whose; nobody may cancel or replace another's order.
        price: int64 (n,), in ticks.
        quantity: int64 (n,), in lots, at most 2**40; above 0 buys, below 0 sells.
        until: int64 (n,), time from which on the order stands no more, in units of one's own; 0 is as long as it takes.
    """

    kind: U8
    order: I32
    owner: I32
    price: I64
    quantity: I64
    until: I64

    @classmethod
    def of(cls, rows: Iterable[BookMessage]) -> Self:
        """Messages of *rows*, in their order. Raises BadInput where a number is not whole, or larger than its column holds."""
        listed = list(rows)
        try:
            columns = [np.array([index(row[place]) for row in listed], dtype=dtype) for place, dtype in enumerate(_COLUMNS)]
        except (OverflowError, TypeError) as error:
            raise BadInput(f"messages to a book: {error}; all are whole numbers, orders and owners of 32 bits, the rest of 64") from error
        return cls(*columns)


_COLUMNS = (np.uint8, np.int32, np.int32, np.int64, np.int64, np.int64)
