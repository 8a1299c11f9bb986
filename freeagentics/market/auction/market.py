"""An auction market: prices are made by those who trade, in call auctions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from freeagentics import kernels
from freeagentics.arrays import F32, F64, I64, readonly
from freeagentics.clock import HOUR_MS
from freeagentics.errors import BadInput, CorruptRecord, EndOfBars
from freeagentics.market.accounts import Accounts
from freeagentics.market.auction.breakers import Breakers
from freeagentics.market.auction.clearing import Book
from freeagentics.market.auction.crowd import Crowd
from freeagentics.market.auction.desk_orders import DeskOrders, arrivals
from freeagentics.market.auction.draws import Draws
from freeagentics.market.auction.mechanism import LOOKS_REAL, Mechanism
from freeagentics.market.auction.outsiders import Outsiders
from freeagentics.market.auction.settings import AuctionSettings
from freeagentics.market.auction.tape import Tape
from freeagentics.market.auction.value import BarsAsValue, RandomWalk, Value
from freeagentics.market.auction.venue import CallAuctions, Venue
from freeagentics.market.bars import Bars
from freeagentics.market.events import Calendar
from freeagentics.market.follower import Followers
from freeagentics.market.money import LARGEST_UNITS, to_price
from freeagentics.market.observation import Observation
from freeagentics.market.order_queue import OrderQueue
from freeagentics.market.orders import Fills, Orders
from freeagentics.market.source import Source
from freeagentics.market.source_features import switch_on
from freeagentics.market.terms import Terms
from freeagentics.market.units import Units

FIRST_OPEN = int(datetime(2022, 1, 1, tzinfo=UTC).timestamp()) * 1000

WHALE = 0.2
"""Share of a usual bar's turnover that is filled of a whale's order in one phase."""


class AuctionMarket:
    """A `Market` of k uniform-price call auctions a bar, its phases, in which a crowd and the desks trade with each other.

    An order of a desk arrives at one of the next bar's auctions, which depends on seed, bar and agent alone, stands in all from there on at
    any price that the bounds of an auction allow, and lapses with the bar. What desks pay goes to whom they bought from, to the cent; fees
    leave the market.

    Attributes:
        symbols: the A assets.
        interval_ms: length of a bar, an hour.
        sources: those that are on; computed bar by bar.
        off: by name, why a source is off.
        notes: none.
        terms: what trading costs: the fee; impact is what happens.
        units: what prices and quantities are counted in.
        columns: names of the F columns that an observation shows.
        accounts: of the desks.
        events: that are planned.
        happened: records of those that were on in the bar of the last advance.
        mechanism: by which the crowd trades.
        crowd: those who trade beside them.
        venue: where orders meet.
        outsiders: those who come for an event.
        breakers: that halt trading.
    """

    mechanism: ClassVar[Mechanism] = LOOKS_REAL

    def __init__(
        self,
        settings: AuctionSettings,
        *,
        seed: int,
        bars: int,
        desks: int,
        cash_cents: int,
        sources: Sequence[Source],
        value: Bars | None = None,
        start: int = 0,
        terms: Terms | None = None,
        events: Calendar | None = None,
    ) -> None:
        """Open a market for *bars* bars, of which the first *start* are traded by the crowd alone and known to the sources' windows.

        Args:
            settings: of auctions and crowd.
            seed: of all chance in it.
            bars: how many there are to be.
            desks: how many accounts there are.
            cash_cents: what each begins with.
            sources: what agents may read.
            value: what traders believe in, of as many bars at least; a random walk where there is none.
            start: index of the bar that step 1 shows, not 0.
            terms: what trading costs.
            events: that are planned.

        Raises:
            BadInput: a start that is no bar, or a source breaks its contract.
            BadBars: prices that cannot be counted.
        """
        if not 0 < start < bars:
            raise BadInput(f"start {start} is no bar that others come before; give 1 to {bars - 1}")
        self._settings, self._seed, self._start = settings, seed, start
        self.symbols, self.interval_ms, self.terms = settings.symbols, HOUR_MS, terms or Terms()
        self.notes: tuple[str, ...] = ()
        first = np.full(len(settings.symbols), settings.price) if value is None else value.close[0]
        self.units = Units.fitting(_flat(settings.symbols, first), cash_cents)
        self.crowd = Crowd(settings, first, self.units, seed, self.mechanism)
        self._value_of: Value = RandomWalk(settings, seed) if value is None else BarsAsValue(settings, value)
        self._price, self._value = to_price(first, self.units.price), np.asarray(kernels.log(first))
        self.venue = self._open_venue(first)
        times = FIRST_OPEN + HOUR_MS * np.arange(bars, dtype=np.int64)
        self._tape = Tape(settings.symbols, times, HOUR_MS, self.venue.columns)
        self.events = events or Calendar((), settings.symbols)
        usual = settings.turnover / first * self.units.quantity
        self.outsiders, self.breakers = Outsiders(self.events, usual, settings.rounds), Breakers(self.events)
        self.happened = self.events.record(0)
        self.accounts = Accounts(desks, len(settings.symbols), cash_cents, self.terms.margin)
        self._queue = OrderQueue(self.accounts, self.terms.fee_ppm)
        for _ in range(start):
            self._trade()
        self.sources, self.off, self.columns = switch_on(self._tape.rows(0, start), None, sources)
        self._follow()

    def _open_venue(self, first: F64) -> Venue:
        """Venue at which orders meet, in a market at these first prices (A,), USD."""
        return CallAuctions(self._whale(first), self.units)

    def _whale(self, first: F64) -> I64:
        """Units (A,) from which on an order that was filled is one of a whale."""
        return readonly(np.maximum(WHALE * self._settings.turnover / first * self.units.quantity, 1).astype(np.int64))

    def _follow(self) -> None:
        """Have sources follow the bars so far."""
        self._followers = Followers(self.sources, len(self.symbols), None)
        self._shown: F32 = np.zeros((len(self.symbols), len(self.columns)), dtype=np.float32)
        for count in range(1, len(self._tape) + 1):
            self._shown = self._followers.add(self._tape.rows(0, count))

    @property
    def orders(self) -> Orders:
        """Orders that stand for the next bar: before any is submitted, those that stood before and are not filled."""
        return self._queue.orders

    @property
    def fills(self) -> Fills:
        """Fills of the last advance, one an order, in the order in which they stood."""
        return self._queue.fills

    @property
    def step(self) -> int:
        """Steps shown so far."""
        return len(self._tape) - self._start

    @property
    def remaining(self) -> int:
        """Bars left to show."""
        return self._tape.left

    def advance(self) -> Observation:
        """Hold the auctions of a bar, then show it, closed; raises `EndOfBars` where none is left."""
        self._check_left()
        self._queue.settled(*self._trade())
        self._shown = self._followers.add(self._tape.rows(0, len(self._tape)))
        self._queue.closed(self._price, self.interval_ms)
        return self.observe()

    def _check_left(self) -> None:
        if not self.remaining:
            raise EndOfBars(f"all {self.step} bars are shown; ask for more steps")

    def _trade(self) -> tuple[Fills, I64]:
        """Hold the auctions of a bar, and add it to the tape; returns fills, and how much was filled of each order that stood."""
        bar, orders = len(self._tape), self._queue.orders
        when = np.where(orders.age > 0, 0, arrivals(orders.agent, self._settings.rounds, self._seed, bar))
        desks = DeskOrders(orders, self.accounts, when, self.crowd.orders, self.terms.fee_ppm)
        draws, values = self.crowd.draw(bar), self._value_of.path(bar, self._value)
        self.venue.begin(bar, self._price)
        shift = self.events.shift(self.step + 1)
        self.outsiders.begin()
        self.breakers.begin()
        for round_, value in enumerate(values):
            self._phase(draws, round_, value + shift, desks)
        self._value = values[-1]
        if self.events:
            self.happened = np.concatenate([self.events.record(self.step + 1), self.outsiders.record(), self.breakers.record()])
        self._tape.add(self.venue.row())
        return desks.fills(), desks.filled

    def _phase(self, draws: Draws, round_: int, value: F64, desks: DeskOrders) -> None:
        """Trade one phase of a bar, where the log of what an asset is worth is *value* (A,)."""
        step, (lowest, highest) = self.step + 1, self._bounds()
        trading = self.breakers.trading(step, int(self.crowd.clock[0]))
        crowd, own = self.crowd.post(draws, round_, value), desks.book(round_, self._price, lowest, highest)
        parts = [crowd, own, self.outsiders.book(step, round_, trading, lowest, highest)]
        first, second = len(crowd.asset), len(crowd.asset) + len(own.asset)
        orders = Book.within([part for part in parts if len(part.asset)] or parts, lowest, highest)
        # Outsiders come first: what they want is known before anybody else can come between.
        arrival = np.concatenate([desks.places(), np.zeros(len(orders.asset) - second)])
        cleared = self.venue.trade(orders, arrival, trading, self._price)
        self.crowd.settle(cleared.filled[:first], cleared.cents[:first], cleared.price, cleared.volume)
        desks.settle(*(part[first:second] for part in (cleared.filled, cleared.cents, cleared.mean)))
        self.outsiders.settle(cleared.filled[second:], cleared.cents[second:])
        self.breakers.update(step, self.crowd)
        self._price = cleared.price

    def _bounds(self) -> tuple[I64, I64]:
        """Lowest and highest price (A,) of the next auction."""
        move = (self._price * self._settings.band).astype(np.int64)
        return np.maximum(self._price - move, 1), self._price + move

    def observe(self) -> Observation:
        """Show the bar of the last advance again; raises `BadInput` where there was none."""
        self._check_begun()
        closed, shown = FIRST_OPEN + HOUR_MS * len(self._tape), self.events.shown(self.step, self.columns, self._shown)
        return Observation(self.step, closed, self.columns, shown, readonly(self._price))

    def _check_begun(self) -> None:
        if not self.step:
            raise BadInput("no bar is shown yet, so there is no price to order at; advance first")

    def submit(self, orders: Orders) -> Orders:
        """Queue orders for the next bar and return them as accepted.

        They are cut to what the desk's cash (a fee kept back) and position allow at the last close, given all that it queued before in
        this step; in each auction they are cut again.

        Raises:
            BadInput: a desk or an asset that does not exist, or no bar shown yet.
        """
        self._check_begun()
        return self._queue.submit(orders, self._price)

    def closes_if(self, orders: Orders) -> F64:
        """Closes, float64 (A,), that the next bar would have if *orders* stood instead of those that do: for who explains, not for agents.
        Nothing changes; raises `EndOfBars` where no bar is left."""
        self._check_left()
        state, happened = self.state(), self.happened
        self._queue.orders = orders
        self._trade()
        closes = self._price / self.units.price
        self._restore(state)
        self.happened = happened
        return closes

    def close(self, step: int) -> F64:
        """Closing prices, float64 (A,), of a step already shown; raises `BadInput` for any other."""
        if not 1 <= step <= self.step:
            raise BadInput(f"step {step} is not shown; closes are known for steps 1 to {self.step}")
        bar = self._start + step - 1
        return self._tape.rows(bar, bar + 1).close[0]

    def span(self, step: int) -> tuple[I64, I64]:
        """Lowest and highest price, int64 (A,) each in units, of the bar of a step; all that can be counted, where it is yet to be made."""
        if step > self.step:
            return np.ones_like(self._price), np.full_like(self._price, int(LARGEST_UNITS))
        bar = self._tape.rows(self._start + step - 1, self._start + step)
        return to_price(bar.low[0], self.units.price), to_price(bar.high[0], self.units.price)

    def shown(self) -> Bars:
        """All bars shown so far."""
        return self._tape.rows(self._start, len(self._tape))

    def state(self) -> dict[str, NDArray[Any]]:
        """All that is needed to go on exactly from here: copies, by name."""
        parts = {"tape": self._tape.state(), "crowd": self.crowd.state(), "venue": self.venue.state()}
        if self.events:
            parts |= {"outsiders": self.outsiders.state(), "breakers": self.breakers.state()}
        named = {f"{part}.{name}": array for part, arrays in parts.items() for name, array in arrays.items()}
        return {"price": self._price.copy(), "value": self._value.copy(), **named, **self._queue.state()}

    def load(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over what `state` gave; raises `CorruptRecord` where it is of another market or not whole."""
        self._restore(state)
        self._follow()

    def _restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """The same, but for what sources show."""
        for name in ("price", "value"):
            if name not in state or state[name].shape != self._price.shape:
                raise CorruptRecord(f"saved market: {name} is missing, or not of {len(self.symbols)} assets")
        self._tape.load(_part(state, "tape"))
        try:
            self.crowd.load(_part(state, "crowd"))
        except ValueError as error:
            raise CorruptRecord(f"saved market: {error}") from error
        self.venue.load(_part(state, "venue"))
        begun = self.events.begun(self.step)
        self.outsiders.load(_part(state, "outsiders"), begun)
        self.breakers.load(_part(state, "breakers"), begun)
        self._queue.load(state)
        self._price, self._value = state["price"].copy(), state["value"].copy()


def _part(state: Mapping[str, NDArray[Any]], name: str) -> dict[str, NDArray[Any]]:
    prefix = f"{name}."
    return {key.removeprefix(prefix): value for key, value in state.items() if key.startswith(prefix)}


def _flat(symbols: tuple[str, ...], prices: F64) -> Bars:
    """One bar at these prices (A,): what units are chosen by. More bars must not be counted in other units."""
    row = prices[None]
    return Bars(symbols, np.array([FIRST_OPEN]), HOUR_MS, row, row, row, row, np.zeros_like(row), {})
