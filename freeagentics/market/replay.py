"""Replay: bars shown one by one, to desks that trade on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from freeagentics.arrays import F64, I64, readonly
from freeagentics.errors import BadInput, CorruptRecord, EndOfBars
from freeagentics.market.accounts import Accounts
from freeagentics.market.bars import Bars
from freeagentics.market.daily import Daily
from freeagentics.market.events import Calendar
from freeagentics.market.exchange import fill_each, impacted_prices, limited, passed, rationed, waiting
from freeagentics.market.money import to_price
from freeagentics.market.observation import Observation
from freeagentics.market.order_queue import OrderQueue
from freeagentics.market.orders import Fills, Orders
from freeagentics.market.source import Source
from freeagentics.market.source_features import build_features
from freeagentics.market.terms import Terms
from freeagentics.market.units import Units


class ReplayMarket:
    """A `Market` that is a file of bars; its prices do not answer to the desks, only their own fills do.

    Orders are filled at the open of the bar after they were given. What sources show of all bars is computed ahead.

    Attributes:
        symbols: the A assets.
        interval_ms: length of a bar.
        sources: those that are on.
        off: by name, why a source is off.
        notes: what else one should know of these bars, a sentence each.
        terms: what trading costs.
        units: what prices and quantities are counted in.
        columns: names of the F columns that an observation shows.
        accounts: of the desks.
        events: that are planned.
        happened: records of those that were on in the bar of the last advance.
    """

    def __init__(
        self,
        bars: Bars,
        *,
        desks: int,
        cash_cents: int,
        sources: Sequence[Source],
        daily: Daily | None = None,
        start: int = 0,
        terms: Terms | None = None,
        units: Units | None = None,
        events: Calendar | None = None,
    ) -> None:
        """Prepare to show *bars* from index *start* on; the bars before it are known to the sources' windows.

        Args:
            bars: T bars of A assets.
            desks: how many accounts there are.
            cash_cents: what each begins with.
            sources: what agents may read.
            daily: daily figures, for the sources that need them.
            start: index of the bar that step 1 shows.
            terms: what trading costs, by default those of `Terms`.
            units: what prices and quantities are counted in, by default those that fit bars and cash.
            events: that are planned.

        Raises:
            BadInput: *start* is not a bar, terms need volumes that are not there, or a source breaks its contract.
            BadBars: prices that cannot be counted.
        """
        if not 0 <= start < len(bars):
            raise BadInput(f"start {start} is no bar; there are {len(bars)}, so give 0 to {len(bars) - 1}")
        self._bars, self._start, self._cursor = bars, start, start
        self.terms, self.units = terms or Terms(), units or Units.fitting(bars, cash_cents)
        self.notes = _without_volume(bars, self.terms)
        self._volume = np.where(bars.volume.any(axis=0), bars.volume, np.inf)
        self._features = build_features(bars, daily, sources)
        self._closes = readonly(to_price(bars.close, self.units.price))
        self.symbols, self.interval_ms = bars.symbols, bars.interval_ms
        self.sources, self.off, self.columns = self._features.sources, dict(self._features.off), self._features.columns
        self.events = events or Calendar((), bars.symbols)
        self.happened = self.events.record(0)
        self.accounts = Accounts(desks, len(bars.symbols), cash_cents, self.terms.margin)
        self._queue = OrderQueue(self.accounts, self.terms.fee_ppm)

    @property
    def orders(self) -> Orders:
        """Orders that stand for the next bar: before any is submitted, those that stood before and are not filled."""
        return self._queue.orders

    @property
    def fills(self) -> Fills:
        """Fills of the last advance, in the order in which their orders stood."""
        return self._queue.fills

    @property
    def step(self) -> int:
        """Steps shown so far."""
        return self._cursor - self._start

    @property
    def remaining(self) -> int:
        """Bars left to show."""
        return len(self._bars) - self._cursor

    def advance(self) -> Observation:
        """Fill what was submitted at this bar's open, then show the bar, closed; raises `EndOfBars` where none is left."""
        if not self.remaining:
            raise EndOfBars(f"all {self.step} bars from {self._start} on are shown; ask for fewer steps, an earlier start or more bars")
        bar = self._cursor
        filled = self._filled(bar)
        self._queue.settled(filled.take(np.flatnonzero(filled.quantity)), filled.quantity)
        self.happened = self.events.record(self.step + 1)
        self._cursor = bar + 1
        self._queue.closed(self._closes[bar], self.interval_ms)
        return self.observe()

    def observe(self) -> Observation:
        """Show the bar of the last advance again; raises `BadInput` where there was none."""
        bar = self._last_bar()
        shown = self.events.shown(self.step, self.columns, self._features.values[bar])
        return Observation(self.step, self._bars.closed(bar), self.columns, shown, self._closes[bar])

    def _last_bar(self) -> int:
        if not self.step:
            raise BadInput("no bar is shown yet, so there is no price to order at; advance first")
        return self._cursor - 1

    def _filled(self, bar: int) -> Fills:
        """A fill for each order that stands, of nothing where it gets nothing. Those that wait for their limit are filled there, without
        impact, where the bar goes beyond it."""
        orders = self._queue.orders
        if not len(orders):
            return Fills.empty()
        opens, volume = self._bars.open[bar], self._volume[bar - 1]
        open_price, low, high = (to_price(side[bar], self.units.price) for side in (self._bars.open, self._bars.low, self._bars.high))
        waits, halted = waiting(orders, open_price), self.events.halted(self.step + 1)[orders.asset]
        none = halted | (waits & ~passed(orders, low, high))
        orders = rationed(replace(orders, quantity=np.where(none, 0, orders.quantity)), volume, self.units, self.terms)
        at_open = replace(orders, quantity=np.where(waits, 0, orders.quantity))
        impacted = impacted_prices(at_open, len(self.accounts.cash), opens, volume, self.units, self.terms)
        prices = np.where(waits, orders.limit, limited(impacted, orders))
        return fill_each(orders, self.accounts, prices, self.terms.fee_ppm, open_price)

    def submit(self, orders: Orders) -> Orders:
        """Queue orders for the next open and return them as accepted.

        They are cut to what the desk's cash (a fee kept back) and position allow at the last close, given all that it queued before in
        this step. The open may cut them again.

        Raises:
            BadInput: a desk or an asset that does not exist, or no bar shown yet.
        """
        return self._queue.submit(orders, self._closes[self._last_bar()])

    def close(self, step: int) -> F64:
        """Closing prices, float64 (A,), of a step already shown; raises `BadInput` for any other."""
        if not 1 <= step <= self.step:
            raise BadInput(f"step {step} is not shown; closes are known for steps 1 to {self.step}")
        closes: F64 = self._bars.close[self._start + step - 1]
        return closes

    def span(self, step: int) -> tuple[I64, I64]:
        """Lowest and highest price, int64 (A,) each in units, of the bar of a step, shown or not yet: for who explains, not for agents."""
        bar = self._start + step - 1
        return to_price(self._bars.low[bar], self.units.price), to_price(self._bars.high[bar], self.units.price)

    def shown(self) -> Bars:
        """All bars shown so far."""
        return self._bars.rows(self._start, self._cursor)

    def state(self) -> dict[str, NDArray[Any]]:
        """All that is needed to go on exactly from here, over the same bars: copies, by name."""
        return {"cursor": np.array(self._cursor, dtype=np.int64), **self._queue.state()}

    def load(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over what `state` gave; raises `CorruptRecord` where it is of another market or not whole."""
        if "cursor" not in state:
            raise CorruptRecord("saved market: cursor is missing")
        cursor = int(state["cursor"])
        if not self._start <= cursor <= len(self._bars):
            raise CorruptRecord(f"saved market: it stands at bar {cursor}; here they go from {self._start} to {len(self._bars)}")
        self._queue.load(state)
        self._cursor = cursor


def _without_volume(bars: Bars, terms: Terms) -> tuple[str, ...]:
    """Note on assets without any volume: nobody can say how far an order would move them."""
    silent = [bars.symbols[asset] for asset in np.flatnonzero(~bars.volume.any(axis=0))]
    if not silent:
        return ()
    if terms.max_participation:
        raise BadInput(f"max_participation: {', '.join(silent)} has no volume in these bars to take a share of; leave it at 0")
    return (f"no volume of {', '.join(silent)}: orders fill at the open, without impact",) if terms.impact_bps else ()
