"""The order book: orders that stand, and the matching of those that arrive."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import I64, ArrayState, readonly
from freeagentics.errors import BadInput
from freeagentics.kernels import compiled
from freeagentics.market.book.messages import BookMessages
from freeagentics.market.book.trades import BookTrades

MOST_ORDERS, MOST_TICKS = 2**22, 2**24

_NOBODY = -1
_BID, _ASK, _STANDING, _NOW, _TRADED = range(5)
_LEFT, _PRICE, _AFTER = 0, 1, 5
_OLDEST, _ENDS, _LOTS = 0, slice(0, 2), 2


@dataclass(frozen=True, slots=True, eq=False)
class BookDepth:
    """Lots that stand at each price, the best first.

    Attributes:
        bids: int64 (b, 2), price in ticks and lots.
        asks: int64 (a, 2), the same.
    """

    bids: I64
    asks: I64

    @property
    def spread(self) -> int | None:
        """Ticks between the best prices; None where a side is empty."""
        return int(self.asks[0, 0] - self.bids[0, 0]) if len(self.bids) and len(self.asks) else None


class OrderBook(ArrayState):
    """Orders of one asset with price-time priority: the best price first, at one price the oldest.

    All is whole numbers, and all memory is taken when the book is made: 48 bytes an order and 24 a tick. An order that would trade with one
    of its own owner takes that one off the book and goes on.
    """

    def __init__(self, *, ticks: int = 65_536, capacity: int = 65_536) -> None:
        """An empty book with prices from 0 to below *ticks*, rounded up to a multiple of 64, and numbers of orders from 0 to below
        *capacity*. Raises BadInput where one is below 1 or too large."""
        for name, given, most in (("ticks", ticks, MOST_TICKS), ("capacity", capacity, MOST_ORDERS)):
            if not 1 <= given <= most:
                raise BadInput(f"a book's {name} must be from 1 to {most:,}, not {given}")
        words = -(-ticks // 64)
        self._orders = np.zeros((capacity, 6), dtype=np.int64)
        self._levels = np.zeros((64 * words, 3), dtype=np.int64)
        self._levels[:, _ENDS] = _NOBODY
        self._occupied = np.zeros(words, dtype=np.int64)
        self._top = np.array([-1, 64 * words, 0, 0, 0], dtype=np.int64)

    def process(self, messages: BookMessages) -> BookTrades:
        """Let *messages* arrive one after the other. Raises BadInput where the state that was loaded is none that a book leaves."""
        count = len(messages.kind)
        outcome, filled = np.empty(count, dtype=np.uint8), np.empty(count, dtype=np.int64)
        # A trade ends its taker or its maker, and an order that stands was there before or came with a message.
        trades = np.empty((2 * count + self.standing, 5), dtype=np.int64)
        columns = (messages.kind, messages.order, messages.owner, messages.price, messages.quantity, messages.until)
        try:
            compiled.book_process(*columns, self._orders, self._levels, self._occupied, self._top, outcome, filled, trades)
        except ValueError as error:
            raise BadInput(f"messages to a book have columns of one length, and its state is of one book ({error})") from error
        message, taker, maker, price, quantity = trades[: self._top[_TRADED]].T.copy()
        return BookTrades(message, taker, maker, price, quantity, outcome, filled)

    def depth(self, levels: int | None = None) -> BookDepth:
        """Lots that stand at the best *levels* prices of each side, by default at all."""
        prices = self._levels[:, _LOTS].nonzero()[0]
        bids, asks = prices[prices <= self._top[_BID]][::-1][:levels], prices[prices >= self._top[_ASK]][:levels]
        return BookDepth(*(np.column_stack([side, self._levels[side, _LOTS]]) for side in (bids, asks)))

    @property
    def best_bid(self) -> int | None:
        """Highest price at which somebody would buy, in ticks; None where nobody would."""
        return int(self._top[_BID]) if self._top[_BID] >= 0 else None

    @property
    def best_ask(self) -> int | None:
        """Lowest price at which somebody would sell, in ticks; None where nobody would."""
        return int(self._top[_ASK]) if self._top[_ASK] < len(self._levels) else None

    @property
    def left(self) -> I64:
        """Lots left of each order, int64 (capacity,), by its number: above 0 a bid, below 0 an ask, 0 where none stands."""
        return readonly(self._orders[:, _LEFT])

    @property
    def prices(self) -> I64:
        """Price of each order in ticks, int64 (capacity,), by its number; of no meaning where none stands."""
        return readonly(self._orders[:, _PRICE])

    def by_age(self) -> I64:
        """Numbers of all orders that stand, int64 (s,): at each price the oldest first."""
        at = self._levels[np.unique(self.prices[self.left != 0]), _OLDEST]
        found = [at]
        while len(at := self._orders[at, _AFTER]):
            at = at[at != _NOBODY]
            found.append(at)
        return np.concatenate(found)

    @property
    def standing(self) -> int:
        """Number of orders that stand."""
        return int(self._top[_STANDING])

    @property
    def now(self) -> int:
        """Time that the last clock told."""
        return int(self._top[_NOW])
