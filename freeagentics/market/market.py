"""The contract of markets: what the model, its desks and those who explain a run ask of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from numpy.typing import NDArray

from freeagentics.arrays import F64, I64, AnyArray
from freeagentics.market.accounts import Accounts
from freeagentics.market.bars import Bars
from freeagentics.market.events import Calendar
from freeagentics.market.observation import Observation
from freeagentics.market.orders import Fills, Orders
from freeagentics.market.source import Source
from freeagentics.market.terms import Terms
from freeagentics.market.units import Units


class Market(Protocol):
    """A market of A assets, on which desks trade bar by bar.

    A step is one bar: `advance` fills the orders of the step before and shows the bar as it closed, `submit` takes orders for the next bar.
    All that a later step depends on is in `state`.

    Attributes:
        symbols: the A assets.
        interval_ms: length of a bar.
        sources: those that are on.
        off: by name, why a source is off.
        notes: what else one should know of this market, a sentence each.
        terms: what trading costs.
        units: what prices and quantities are counted in.
        columns: names of the F columns that an observation shows.
        accounts: of the desks.
        events: that are planned.
        happened: records of `EVENT` of those that were on in the bar of the last advance.
    """

    symbols: tuple[str, ...]
    interval_ms: int
    sources: tuple[Source, ...]
    off: dict[str, str]
    notes: tuple[str, ...]
    terms: Terms
    units: Units
    columns: tuple[str, ...]
    accounts: Accounts
    events: Calendar
    happened: AnyArray

    @property
    def orders(self) -> Orders:
        """Orders that stand for the next bar: before any is submitted, those that stood before and are not filled."""

    @property
    def fills(self) -> Fills:
        """Fills of the last advance, at most one an order, in the order in which the orders stood."""

    @property
    def step(self) -> int:
        """Steps shown so far."""

    @property
    def remaining(self) -> int:
        """Bars left to show."""

    def advance(self) -> Observation:
        """Fill what was submitted, then show the next bar, closed; raises `EndOfBars` where none is left."""

    def observe(self) -> Observation:
        """Show the bar of the last advance again; raises `BadInput` where there was none."""

    def submit(self, orders: Orders) -> Orders:
        """Queue orders for the next bar and return them as accepted; raises `BadInput` for a desk or an asset that does not exist."""

    def close(self, step: int) -> F64:
        """Closing prices, float64 (A,), of a step already shown; raises `BadInput` for any other."""

    def span(self, step: int) -> tuple[I64, I64]:
        """Lowest and highest price, int64 (A,) each in units, of the bar of a step: for who explains, not for agents."""

    def shown(self) -> Bars:
        """All bars shown so far."""

    def state(self) -> dict[str, NDArray[Any]]:
        """All that is needed to go on exactly from here: copies, by name."""

    def load(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over what `state` gave; raises `CorruptRecord` where it is of another market or not whole."""
