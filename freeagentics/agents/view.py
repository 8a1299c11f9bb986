"""What a cohort sees when it decides. All of it is shared and read-only."""

from __future__ import annotations

from dataclasses import dataclass

from freeagentics.arrays import F32, I64
from freeagentics.market import Fills, Observation
from freeagentics.signals import Inbox


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """What the market did over the horizon that ends now: the outcome of what was decided at `step`.

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
        equity: cents, (D,) int64. position: 1e-8 units, (D, A) int64. price: close, (A,) in 1e-8 USD.
        weight: share of each asset in equity, (D, A). exposure, cash_share: shares of equity, (D,).
        exposure_change: of exposure since the last step, (D,).
        unrealised: gain on what is held over its cost, (D,). drawdown: fall from the highest equity, (D,).
        return_1, return_24: return of equity over 1 and 24 bars, (D,). turnover_24: traded over equity in 24 bars, (D,).
        cost_share: fees and data paid so far over the first cash, (D,).
    """

    equity: I64
    position: I64
    price: I64
    weight: F32
    exposure: F32
    exposure_change: F32
    cash_share: F32
    unrealised: F32
    drawdown: F32
    return_1: F32
    return_24: F32
    turnover_24: F32
    cost_share: F32


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One phase as one cohort sees it: the observation, the signals visible when the phase began, the desks' books, what was
    filled at this bar's open, and outcomes that are due (None while the run is younger than the horizon)."""

    observation: Observation
    inbox: Inbox
    books: DeskBooks
    fills: Fills
    outcomes: Outcomes | None
