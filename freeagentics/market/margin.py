"""Margin: cash and units that desks may borrow, what that costs, and when their positions are closed for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F64, I32, I64
from freeagentics.errors import BadInput
from freeagentics.market.money import LARGEST_UNITS, PER_CENT, notional_cents

BROKER = -2
"""Instead of an agent, in orders that close a desk's positions for it."""

YEAR_MS = 365 * 24 * 3_600_000

_SAFE = 1 - 2.0**-40
"""Share of the room for an order that is used: sums in cents are rounded."""


@dataclass(frozen=True, slots=True)
class Margin:
    """Terms of borrowing, as of a margin account: no order may take the value of all positions, long and short, beyond so many times the
    desk's equity, and where equity falls below a share of that value all positions are closed.

    Attributes:
        max_leverage: value of all positions, long and short, over equity, that an order may lead to.
        short_selling: whether units may be borrowed as well, to be sold.
        borrow_fee: a year's fee for what is borrowed, as a share of the cash, and of the value of units.
        maintenance: share of the value of all positions that equity must be.

    Raises:
        BadInput: one of them is out of range, or positions that may be opened would be closed at once.
    """

    max_leverage: float = 1.0
    short_selling: bool = False
    borrow_fee: float = 0.02
    maintenance: float = 0.25

    def __post_init__(self) -> None:
        if not 1 <= self.max_leverage <= 100 or not 0 <= self.borrow_fee <= 10:
            raise BadInput(f"max_leverage {self.max_leverage} must be from 1 to 100, borrow_fee {self.borrow_fee} from 0 to 10 a year")
        if not 0 <= self.maintenance * self.max_leverage < 1:
            most = 1 / self.max_leverage
            closed = f"positions of max_leverage {self.max_leverage:g} would be closed as they are opened"
            raise BadInput(f"maintenance_margin {self.maintenance:g} must be below {most:.3g}: {closed}")

    def fee(self, cash: I64, value: I64, elapsed_ms: int) -> I64:
        """Fees (D,) of desks with so much *cash* (D,) and positions of a *value* (D, A) for what they borrowed over a time, in cents."""
        borrowed = np.maximum(-cash, 0) + np.maximum(-value, 0).sum(axis=1)
        return np.asarray(np.rint(borrowed * (self.borrow_fee * elapsed_ms / YEAR_MS)).astype(np.int64))

    def called(self, cash: I64, value: I64) -> I64:
        """Desks, rising, whose equity is below what it must be."""
        gross = np.abs(value).sum(axis=1)
        return np.flatnonzero((gross > 0) & (cash + value.sum(axis=1) < self.maintenance * gross))


class Room:
    """Room for orders of desks with margin: what each may still add to its positions.

    Orders that reduce a position are always allowed. What one is to open must not take all positions beyond `max_leverage`, were it filled
    at its price and then worth the mark.

    Args:
        margin: terms.
        cash: int64 (D,), cents.
        position: int64 (D, A), units.
        marks: int64 (A,), prices that positions are worth.
        fee_ppm: of a fill.
    """

    def __init__(self, margin: Margin, cash: I64, position: I64, marks: I64, fee_ppm: int) -> None:
        self._margin, self._marks, self._fee = margin, marks, fee_ppm / 1e6
        self._held = position.copy()
        value = notional_cents(marks, position)
        self._room: F64 = margin.max_leverage * (cash + value.sum(axis=1)) - np.abs(value).sum(axis=1)

    def take(self, desk: I32, asset: I32, quantity: I64, price: I64) -> I64:
        """Quantities (n,) of orders, cut to the room that there is, which they take; no desk may come twice."""
        held, leverage = self._held[desk, asset], self._margin.max_leverage
        # What reduces a position, of the sign of the order.
        closed = np.where(quantity > 0, np.minimum(quantity, np.maximum(-held, 0)), np.maximum(quantity, np.minimum(-held, 0)))
        worse = np.maximum(np.where(quantity > 0, price - self._marks[asset], self._marks[asset] - price), 0)
        mark, lost = self._marks[asset] / PER_CENT, leverage * (worse + price * self._fee) / PER_CENT
        room = self._room[desk] + np.abs(closed) * (mark - lost)
        needed = np.maximum(price, self._marks[asset]) / PER_CENT + lost
        most = np.minimum(np.maximum(room, 0) * _SAFE / needed, LARGEST_UNITS - np.abs(held)).astype(np.int64)
        wanted = quantity - closed
        opened = np.sign(wanted) * np.minimum(np.abs(wanted), most)
        if not self._margin.short_selling:
            opened = np.maximum(opened, 0)
        # What would be worth no cent is not opened: many of them would be a position for nothing.
        opened = np.where(notional_cents(price, np.abs(opened)) == 0, 0, opened)
        self._room[desk] = np.where(opened != 0, room - np.abs(opened) * needed, self._room[desk])
        self._held[desk, asset] += closed + opened
        return np.asarray(closed + opened)
