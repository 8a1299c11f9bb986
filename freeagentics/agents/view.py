"""The view of a cohort that decides. All of it is shared and read-only."""

from __future__ import annotations

from dataclasses import dataclass, field

from freeagentics.arrays import F32, I32, I64
from freeagentics.market import Fills, Observation, Orders
from freeagentics.memory import BOOK, SideInformation
from freeagentics.signals import Inbox


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """Outcomes of what was decided at `step`: the return of the market over the horizon that ends now.

    Attributes:
        step: the step whose decisions this judges.
        horizon: bars between then and now.
        result: log return over it, in standard deviations as estimated then, clipped to 4; shape (assets,).
    """

    step: int
    horizon: int
    result: F32


@dataclass(frozen=True, slots=True, eq=False)
class DeskBooks:
    """The books of all desks at the last close; D desks, A assets.

    Attributes:
        equity, cash: cents, (D,) int64.
        position: (D, A) int64, in units of the assets.
        price: close, (A,) int64, in units of the assets.
        weight: share of each asset in equity, (D, A).
        features: what of them enters memories, (D, len(BOOK)).
        shared: the same as memories share it, which its codec may have made a little coarser, (D, len(BOOK)).
    """

    equity: I64
    cash: I64
    position: I64
    price: I64
    weight: F32
    features: F32
    shared: F32

    def feature(self, name: str) -> F32:
        """One feature of `BOOK`, (D,)."""
        return self.features[:, BOOK.index(name)]


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One phase as one cohort sees it: the observation, the signals visible when the phase began, the desks' books, what was
    filled in this bar, outcomes that are due (None while the run is younger than the horizon), and orders that still stood at its close."""

    observation: Observation
    inbox: Inbox
    books: DeskBooks
    fills: Fills
    outcomes: Outcomes | None
    standing: Orders = field(default_factory=Orders.empty)

    def side_information(self, desk: I32) -> SideInformation:
        """Side information that memories of agents on these desks (n,) are coded given."""
        return SideInformation(self.observation.values, self.books.shared[desk])
