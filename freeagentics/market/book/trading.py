"""Continuous trading: the venue of a book market."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from freeagentics.arrays import F64, I64, AnyArray, Mask, readonly
from freeagentics.errors import CorruptRecord
from freeagentics.market.auction.clearing import Book, Cleared
from freeagentics.market.auction.settings import AuctionSettings
from freeagentics.market.auction.tape import COLUMNS
from freeagentics.market.book.bar_of_trades import BarOfTrades
from freeagentics.market.book.depth import DEPTH, depth_row
from freeagentics.market.book.messages import BookMessages, MessageKind
from freeagentics.market.book.order_book import OrderBook
from freeagentics.market.book.scale import Scale
from freeagentics.market.book.sending import Sent, Wanted, send
from freeagentics.market.book.trades import Outcome
from freeagentics.market.units import Units
from freeagentics.randomness import generator

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

    Orders of the crowd have their places among the M that an asset has at most as numbers; whatever never stands has M.

    Args:
        settings: of the market.
        seed: of all chance in it.
        first: first prices (A,), USD.
        units: what prices and quantities are counted in.
        large: units (A,) from which on what was filled of an order in a phase is a whale's.
    """

    columns = (*COLUMNS, *DEPTH)

    def __init__(self, settings: AuctionSettings, seed: int, first: F64, units: Units, large: I64) -> None:
        self._settings, self._seed, self._units, self._large = settings, seed, units, large
        self._scale = Scale(first, units)
        crowd = settings.crowd
        self._members = crowd.traders + crowd.noise_traders + crowd.makers
        place = np.arange(self._members + crowd.makers)
        self._member = readonly(np.where(place < self._members, place, place - crowd.makers))
        self._noise = readonly((place >= crowd.traders) & (place < crowd.traders + crowd.noise_traders))
        self._before_others = readonly(np.where(self._member >= crowd.traders + crowd.noise_traders, -1.0, 0.0))
        self._books = self._empty()

    def _empty(self) -> list[OrderBook]:
        return [OrderBook(ticks=TICKS, capacity=len(self._member) + 1) for _ in self._large]

    def begin(self, bar: int, last: I64) -> None:
        """A bar begins, at these prices (A,)."""
        self._made, self._phase = BarOfTrades(last, self._large), 0
        shape = (self._settings.rounds, len(last), self._members)
        self._chance = generator(self._seed, "market/book/arrivals", step=bar).random(shape)

    def trade(self, orders: Book, arrival: F64, trading: Mask, last: I64) -> Cleared:
        """Let the orders of a phase arrive one after the other."""
        wanted = self._wanted(orders, arrival, last)
        price, left = (self._of_crowd([getattr(book, name) for book in self._books], len(orders.asset)) for name in ("prices", "left"))
        # Where nothing is traded, all stays as it stands.
        halted = ~trading[orders.asset]
        wanted.price[halted], wanted.lots[halted] = price[halted], left[halted]
        sent = send(wanted, price, left, len(last))
        self._phase += 1
        return self._traded(orders, sent)

    def _of_crowd(self, columns: list[I64], rows: int) -> I64:
        """A column of all books, (n,) for as many orders: of the crowd as they stand, of others 0."""
        found = np.zeros(rows, dtype=np.int64)
        crowd = np.concatenate([column[:-1] for column in columns])
        found[: len(crowd)] = crowd
        return found

    def _wanted(self, orders: Book, arrival: F64, last: I64) -> Wanted:
        """Orders in ticks and lots, never worse for their owners than they said."""
        assets, others = len(last), len(arrival)
        tick, buys = self._scale.tick[orders.asset], orders.quantity > 0
        price = np.where(buys, np.minimum(orders.limit // tick, TICKS - 1), -(-orders.limit // tick))
        lots = np.minimum(np.abs(orders.quantity) // self._scale.lot[orders.asset], MOST_LOTS)
        lots[(price < 1) | (price >= TICKS)] = 0
        member = np.tile(self._member, assets)
        hurried = np.where(buys, orders.limit > last[orders.asset], orders.limit < last[orders.asset])
        stays = np.zeros(len(lots), dtype=np.bool_)
        stays[: len(member)] = ~(np.tile(self._noise, assets) & hurried[: len(member)])
        number = np.full(len(lots), len(self._member), dtype=np.int32)
        number[: len(member)] = np.tile(np.arange(len(self._member)), assets)
        owner = np.concatenate([member, orders.owner[len(member) :]]).astype(np.int32)
        arrives = self._before_others + self._chance[self._phase][:, self._member]
        return Wanted(orders.asset, number, owner, price, np.where(buys, lots, -lots), stays, np.concatenate([arrives.reshape(-1), arrival]))

    def _traded(self, orders: Book, sent: Sent) -> Cleared:
        """Have the books work on messages, and tell what that filled."""
        found = [np.zeros((5, 0), dtype=np.int64)]
        for asset, row, messages in sent.by_book():
            trades = self._books[asset].process(messages)
            maker = asset * len(self._member) + trades.maker
            found.append(np.stack([np.full_like(maker, asset), row[trades.message], maker, trades.price, trades.quantity]))
        asset, taker, maker, price, lots = np.concatenate(found, axis=1)
        worth, cents = price * np.abs(lots), self._scale.cents(asset, price, np.abs(lots))
        filled, paid, total = (np.zeros(len(orders.asset), dtype=np.int64) for _ in range(3))
        for side, bought in ((taker, lots), (maker, -lots)):
            for sums, part in ((filled, bought), (paid, cents), (total, worth)):
                np.add.at(sums, side, part)
        mean = _mean(total, np.abs(filled), self._scale.tick[orders.asset])
        return self._told(orders, asset, price, lots, (filled, paid, mean))

    def _told(self, orders: Book, asset: I64, price: I64, lots: I64, filled: tuple[I64, I64, I64]) -> Cleared:
        """Tell the bar of trades (t,) and orders."""
        tick, lot, before = self._scale.tick, self._scale.lot, self._made.volume.copy()
        self._made.add(asset, price * tick[asset], lots * lot[asset])
        bought, paid, mean = filled
        units = bought * lot[orders.asset]
        self._made.add_whales(orders.asset, units)
        return Cleared(self._made.close.copy(), self._made.volume - before, units, paid, mean)

    def row(self) -> dict[str, NDArray[Any]]:
        """The bar so far: each column (A,)."""
        return self._made.row(self._units) | depth_row(self._books, self._made.close, self._scale, self._units)

    def state(self) -> dict[str, AnyArray]:
        """Orders that stand, at each price the oldest first."""
        numbers = [book.by_age() for book in self._books]
        asset = np.repeat(np.arange(len(numbers)), [len(found) for found in numbers])
        columns = [[getattr(book, name)[found] for book, found in zip(self._books, numbers, strict=True)] for name in ("prices", "left")]
        return dict(zip(_STATE, (asset, *(np.concatenate(column) for column in (numbers, *columns))), strict=True))

    def load(self, state: Mapping[str, AnyArray]) -> None:
        """Put what `state` gave on empty books. Raises CorruptRecord where it does not all stand there."""
        asset, number, price, lots = (np.asarray(state.get(name, ()), dtype=np.int64) for name in _STATE)
        if not len(asset) == len(number) == len(price) == len(lots) or ((number < 0) | (number >= len(self._member))).any():
            raise CorruptRecord("saved market: orders of its books are not whole")
        books = self._empty()
        for place, book in enumerate(books):
            rows = asset == place
            owner, until = self._member[number[rows]].astype(np.int32), np.zeros_like(number[rows])
            kind = np.full(len(owner), MessageKind.LIMIT, dtype=np.uint8)
            trades = book.process(BookMessages(kind, number[rows].astype(np.int32), owner, price[rows], lots[rows], until))
            if len(trades.price) or (trades.outcome != Outcome.STANDS).any():
                raise CorruptRecord("saved market: orders of its books would trade, or cannot stand")
        self._books = books


def _mean(worth: I64, lots: I64, tick: I64) -> I64:
    """Mean prices of what was filled (n,), in units, rounded; 0 where nothing was."""
    whole, rest = np.divmod(worth, np.maximum(lots, 1))
    return np.asarray(whole * tick + np.rint(rest / np.maximum(lots, 1) * tick).astype(np.int64))
