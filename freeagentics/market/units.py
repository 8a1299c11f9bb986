"""Units: how finely prices and quantities of each asset are counted, so that whole numbers of 64 bits hold all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from freeagentics.arrays import F64, readonly
from freeagentics.errors import BadBars
from freeagentics.market.bars import Bars
from freeagentics.market.money import CENTS, LARGEST_CENTS, LARGEST_UNITS
from freeagentics.market.terms import LARGEST_IMPACT

GROWTH = 100
"""How many times over a desk may multiply its cash, beyond buying at the lowest price and selling at the highest, and still be counted."""

LEAST_DIGITS = 10**4
"""Units that the lowest price must have: with fewer, rounding moves prices by more than a 20,000th."""

_FINE_PRICE = 10**6
_FINE_QUANTITY = 0.01
"""A price is fine in so many units or more; a quantity where a unit of it is worth no more than so many USD."""

_FURTHEST = 8
"""Beyond it a unit would be more than one USD, or more than one of the asset."""


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Units of A assets. What one USD of price times one of the asset comes to is always 1e16, so that a product over 1e14 is cents: an
    asset whose price is counted more finely has its quantities counted more coarsely.

    Attributes:
        price: float64 (A,), units in 1 USD: 1e8, or another power of ten for an asset that is priced far from 1.
        quantity: float64 (A,), units in 1 of the asset.
    """

    price: F64
    quantity: F64

    @classmethod
    def shifted(cls, shifts: Sequence[int]) -> Self:
        """Prices and quantities in 1e-8, but for so many decimals more of the price and fewer of the quantity, (A,)."""
        price, quantity = ([float(10 ** (8 + way * shift)) for shift in shifts] for way in (1, -1))
        return cls(readonly(np.array(price)), readonly(np.array(quantity)))

    @property
    def shifts(self) -> tuple[int, ...]:
        """Powers of ten that `shifted` makes these units of."""
        return tuple(len(f"{units:.0f}") - 9 for units in self.price.tolist())

    @classmethod
    def usual(cls, assets: int) -> Self:
        """Prices and quantities in 1e-8."""
        return cls.shifted([0] * assets)

    @classmethod
    def fitting(cls, bars: Bars, cash_cents: int) -> Self:
        """Units in which desks that begin with so much cash can trade on these bars.

        Raises:
            BadBars: an asset has prices that no units fit; says which bound is in the way, and what would be right.
        """
        low, high = bars.low.min(axis=0).tolist(), bars.high.max(axis=0).tolist()
        return cls.shifted([_shift(*asset, cash_cents / CENTS) for asset in zip(bars.symbols, low, high, strict=True)])


def _shift(symbol: str, low: float, high: float, cash: float) -> int:
    """Decimals to move by: none where that is fine enough, else the fewest; a coarse price is worse than a coarse quantity."""
    fitting = [shift for shift in range(-_FURTHEST, _FURTHEST + 1) if _counts(low, cash, shift) and _holds(high, shift)]
    if not fitting or not _affords(low, high, cash):
        raise BadBars(f"{symbol}, at {low:g} to {high:g} USD: {_obstacle(low, high, cash)}")

    def coarseness(shift: int) -> tuple[float, float, int]:
        price, quantity = _FINE_PRICE / (low * 10.0 ** (8 + shift)), high / 10.0 ** (8 - shift) / _FINE_QUANTITY
        return max(price, 1), max(quantity, 1), abs(shift)

    return min(fitting, key=coarseness)


def _counts(low: float, cash: float, shift: int) -> bool:
    """Check that the lowest price has digits enough, and that all that cash buys at it can be counted."""
    return low * 10.0 ** (8 + shift) >= LEAST_DIGITS and GROWTH * cash * 10.0 ** (8 - shift) < LARGEST_UNITS * low


def _holds(high: float, shift: int) -> bool:
    """Check that the highest price can be counted, moved by the largest impact."""
    return high * (1 + LARGEST_IMPACT) * 10.0 ** (8 + shift) < LARGEST_UNITS


def _affords(low: float, high: float, cash: float) -> bool:
    """Check that an account can hold what cash grows to."""
    return GROWTH * cash * CENTS * high < LARGEST_CENTS * low


def _obstacle(low: float, high: float, cash: float) -> str:
    """The bound that is in the way, and what would be right."""
    if not _affords(low, high, cash):
        most = LARGEST_CENTS / CENTS
        return f"with {cash:,.0f} USD a desk could come to more than the {most:g} USD that an account holds; lower market.cash"
    if not _counts(low, cash, _FURTHEST):
        least = max(LEAST_DIGITS / 10.0 ** (8 + _FURTHEST), GROWTH * cash / LARGEST_UNITS)
        return f"a desk of {cash:,.0f} USD can count prices from {least:g} USD on; quote it per 1,000,000 (prices times, volumes over that)"
    if not _holds(high, -_FURTHEST):
        return f"prices up to {LARGEST_UNITS:g} USD can be counted; quote it per 0.000001 (prices times, volumes over that)"
    return "prices so far apart cannot be counted in one unit; leave some of the bars out"
