"""Outcomes of messages to an order book, and trades."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from freeagentics.arrays import I64, U8


class Outcome(IntEnum):
    """Outcomes of a message; the numbers are those of ``kernels/c/book.c``.

    Attributes:
        REFUSED: nothing changed: a number, price or quantity out of bounds, an order that does not stand, is another's or stands already,
            a fill-or-kill that could not be filled, a post-only that would have met an order, an end or a clock in the past.
        GONE: nothing of it stands: it was traded, or the rest lapsed; or the message asked for this, or was about time.
        STANDS: the order stands, with all of its quantity or the rest.
    """

    REFUSED = 0
    GONE = 1
    STANDS = 2


@dataclass(frozen=True, slots=True, eq=False)
class BookTrades:
    """Trades that n messages led to, in their order; t rows. What was there before is the maker, and says the price.

    Attributes:
        message: int64 (t,), row of the message that led to it.
        taker: int64 (t,), number of the order that arrived.
        maker: int64 (t,), number of the order that stood.
        price: int64 (t,), in ticks.
        quantity: int64 (t,), in lots; above 0 the taker bought, below 0 it sold.
        outcome: uint8 (n,), an `Outcome` for each message.
        filled: int64 (n,), lots that each message traded on arrival, of the sign of its quantity.
    """

    message: I64
    taker: I64
    maker: I64
    price: I64
    quantity: I64
    outcome: U8
    filled: I64
