"""Continuous trading: the venue of a book market."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from freeagentics.arrays import F64, I64, AnyArray, Mask
from freeagentics.errors import CorruptRecord
from freeagentics.market.auction.clearing import Book, Cleared
from freeagentics.market.auction.settings import AuctionSettings
from freeagentics.market.auction.tape import COLUMNS
from freeagentics.market.book.bar_of_trades import BarOfTrades
from freeagentics.market.book.depth import DEPTH, depth_row
from freeagentics.market.book.messages import BookMessages, MessageKind
from freeagentics.market.book.order_book import OrderBook
from freeagentics.market.book.places import Places
from freeagentics.market.book.scale import Scale
from freeagentics.market.book.sending import Sent, Wanted, send
from freeagentics.market.book.trades import Outcome
from freeagentics.market.units import Units

TICKS = 2**18
"""Prices of a book, from 0 on. What is offered for more is not sent."""

MOST_LOTS = 2**40
"""More than this no order asks for at once; the rest is asked for in the next phase."""

_STATE = ("asset", "order", "price", "lots")


class ContinuousTrading:
    """A venue of A assets with an order book each, on which the orders of a phase arrive one after the other.

    A phase begins with what is taken off the books: orders of the crowd that have ended, that are replaced, or that their owners can no
    longer pay for. Then makers quote, and then all others come; within either it is drawn who comes first. Noise traders who go beyond the
    last price, desks and outsiders take what they get at once: their orders never stand.

    Attributes:
        books: of each asset.
        scale: ticks and lots that they count in.

    Args:
        settings: of the market.
        seed: of all chance in it.
        first: first prices (A,), USD.
        units: what prices and quantities are counted in.
        large: units (A,) from which on what was filled of an order in a phase is a whale's.
    """

    columns: tuple[str, ...] = (*COLUMNS, *DEPTH)

    def __init__(self, settings: AuctionSettings, seed: int, first: F64, units: Units, large: I64) -> None:
        self._phases, self._seed, self._units, self._large = settings.rounds, seed, units, large
        self._places = Places(settings.crowd, len(first))
        self.scale = Scale(first, units)
        self.books = self._empty()

    def _empty(self) -> list[OrderBook]:
        # All orders that never stand have one number, beyond those of the crowd.
        return [OrderBook(ticks=TICKS, capacity=self._places.each + 1) for _ in self._large]

    def begin(self, bar: int, last: I64) -> None:
        """A bar begins, at these prices (A,)."""
        self._made, self._phase = BarOfTrades(last, self._large), 0
        self._arrivals = self._places.arrivals(self._seed, bar, self._phases)

    def trade(self, orders: Book, arrival: F64, trading: Mask, last: I64) -> Cleared:
        """Let the orders of a phase arrive one after the other."""
        (price, lots), (standing, left) = self._counted(orders), self._standing(len(orders.asset))
        # Where nothing is traded, all stays as it stands.
        price, lots = (np.where(trading[orders.asset], new, old) for new, old in ((price, standing), (lots, left)))
        arrives = np.concatenate([self._arrivals[self._phase], arrival])
        wanted = Wanted(orders.asset, *self._senders(orders), price, lots, self._stays(orders, last), arrives)
        self._phase += 1
        return self._traded(orders, send(wanted, standing, left, len(last)))

    def _counted(self, orders: Book) -> tuple[I64, I64]:
        """Prices in ticks and quantities in lots (n,), never worse for their owners than they said; 0 lots beyond the prices of a book."""
        tick, lot, buys = self.scale.tick[orders.asset], self.scale.lot[orders.asset], orders.quantity > 0
        price = np.where(buys, np.minimum(orders.limit // tick, TICKS - 1), -(-orders.limit // tick))
        lots = np.where((price > 0) & (price < TICKS), np.minimum(np.abs(orders.quantity) // lot, MOST_LOTS), 0)
        return price, np.where(buys, lots, -lots)

    def _standing(self, rows: int) -> tuple[I64, I64]:
        """Prices in ticks and lots left (n,), of as many orders: those of the crowd as they stand, of others nothing."""
        found = np.zeros((2, rows), dtype=np.int64)
        crowd = len(self._places.number)
        found[0, :crowd] = np.concatenate([book.prices[:-1] for book in self.books])
        found[1, :crowd] = np.concatenate([book.left[:-1] for book in self.books])
        return found[0], found[1]

    def _senders(self, orders: Book) -> tuple[AnyArray, AnyArray]:
        """Numbers and owners (n,)."""
        crowd = len(self._places.number)
        others = np.full(len(orders.asset) - crowd, self._places.each, dtype=np.int32)
        return np.concatenate([self._places.number, others]), np.concatenate([self._places.member, orders.owner[crowd:]])

    def _stays(self, orders: Book, last: I64) -> Mask:
        """Mask of the orders (n,) that stand, as far as they are not filled on arrival."""
        crowd, stays = len(self._places.number), np.zeros(len(orders.asset), dtype=np.bool_)
        beyond = (orders.limit[:crowd] - last[orders.asset[:crowd]]) * np.sign(orders.quantity[:crowd]) > 0
        stays[:crowd] = ~(self._places.of_noise & beyond)
        return stays

    def _traded(self, orders: Book, sent: Sent) -> Cleared:
        """Have the books work on messages, and tell what that filled."""
        asset, taker, maker, price, lots = self._trades(sent)
        worth, cents = price * np.abs(lots), self.scale.cents(asset, price, np.abs(lots))
        filled, paid, total = (np.zeros(len(orders.asset), dtype=np.int64) for _ in range(3))
        for side, bought in ((taker, lots), (maker, -lots)):
            for sums, part in ((filled, bought), (paid, cents), (total, worth)):
                np.add.at(sums, side, part)
        mean = _mean(total, np.abs(filled), self.scale.tick[orders.asset])
        units, before = filled * self.scale.lot[orders.asset], self._made.volume.copy()
        self._made.add(asset, price * self.scale.tick[asset], lots * self.scale.lot[asset])
        self._made.add_whales(orders.asset, units)
        return Cleared(self._made.close.copy(), self._made.volume - before, units, paid, mean)

    def _trades(self, sent: Sent) -> NDArray[np.int64]:
        """Trades (5, t), book by book in their order: asset, rows of taker and maker, ticks, and lots, above 0 where the taker bought."""
        found = [np.zeros((5, 0), dtype=np.int64)]
        for asset, row, messages in sent.by_book():
            trades = self.books[asset].process(messages)
            maker = asset * self._places.each + trades.maker
            found.append(np.stack([np.full_like(maker, asset), row[trades.message], maker, trades.price, trades.quantity]))
        return np.concatenate(found, axis=1)

    def row(self) -> dict[str, NDArray[Any]]:
        """The bar so far: each column (A,)."""
        return self._made.row(self._units) | depth_row(self.books, self._made.close, self.scale, self._units)

    def state(self) -> dict[str, AnyArray]:
        """Orders that stand (s,): asset, number, price in ticks, and lots; at each price the oldest first."""
        numbers = [book.by_age() for book in self.books]
        asset = np.repeat(np.arange(len(numbers)), [len(found) for found in numbers])
        columns = [[getattr(book, name)[found] for book, found in zip(self.books, numbers, strict=True)] for name in ("prices", "left")]
        return dict(zip(_STATE, (asset, *(np.concatenate(column) for column in (numbers, *columns))), strict=True))

    def load(self, state: Mapping[str, AnyArray]) -> None:
        """Put what `state` gave on empty books. Raises CorruptRecord where it does not all stand there."""
        asset, number, price, lots = (np.asarray(state.get(name, ()), dtype=np.int64) for name in _STATE)
        if (
            len({len(asset), len(number), len(price), len(lots)}) > 1
            or _outside(asset, len(self.books))
            or _outside(number, self._places.each)
        ):
            raise CorruptRecord("saved market: orders of its books are not whole")
        books = self._empty()
        for place, book in enumerate(books):
            rows = asset == place
            trades = book.process(_limits(number[rows].astype(np.int32), self._places.member[number[rows]], price[rows], lots[rows]))
            if len(trades.price) or (trades.outcome != Outcome.STANDS).any():
                raise CorruptRecord("saved market: orders of its books would trade, or cannot stand")
        self.books = books


def _limits(number: AnyArray, owner: AnyArray, price: I64, lots: I64) -> BookMessages:
    kind = np.full(len(number), MessageKind.LIMIT, dtype=np.uint8)
    return BookMessages(kind, number, owner, price, lots, np.zeros_like(price))


def _outside(values: I64, count: int) -> bool:
    return bool(((values < 0) | (values >= count)).any())


def _mean(worth: I64, lots: I64, tick: I64) -> I64:
    """Mean prices of what was filled (n,), in units, rounded; 0 where nothing was."""
    whole, rest = np.divmod(worth, np.maximum(lots, 1))
    return np.asarray(whole * tick + np.rint(rest / np.maximum(lots, 1) * tick).astype(np.int64))
