"""Exact money: prices and quantities in the units of their asset, money in cents, all int64; rounding happens once and where it is said.

A price of 1e-8 times a quantity of 1e-8 is 1e-16 of the quote currency, so a product over 1e14 is cents; the units of assets that are
priced far from 1 are such that it still is (`Units`). The product itself has up to 126 bits, which compiled code has (``c/numbers.c``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from freeagentics.arrays import F64, I64, Mask, between, contiguous
from freeagentics.errors import BadInput
from freeagentics.kernels import compiled

CENTS = 100
"""Cents in a dollar."""

UNITS = 100_000_000
"""Units of a price or a quantity in 1, of an asset that is not priced far from 1."""

LARGEST_CENTS = 4e18
"""More than this no account may come to: two such amounts can still be added."""

LARGEST_UNITS = 9e18

PER_CENT = UNITS * UNITS // 100
"""What a product of a price and a quantity, both in units, is over cents."""
_MILLION = np.int64(1_000_000)


def notional_cents(price: I64, quantity: I64) -> I64:
    """*price* x *quantity*, (A,) and (A,) or (D, A), in cents, int64: the exact product rounded once, half away from zero.

    Raises:
        BadInput: a product of 4e18 cents or more.
    """
    if (np.abs(np.multiply(price, quantity, dtype=np.float64)) >= LARGEST_CENTS * PER_CENT).any():
        raise BadInput(f"an amount of {LARGEST_CENTS / CENTS:g} USD or more cannot be accounted for; give desks less market.cash")
    cents = np.empty(np.shape(quantity), dtype=np.int64)
    compiled.money_products(contiguous(price, dtype=np.int64), contiguous(quantity, dtype=np.int64), PER_CENT, cents)
    return cents


def fee_cents(notional: I64, fee_ppm: int) -> I64:
    """The fee on *notional* cents (not negative) at *fee_ppm* millionths (0 to a million), in cents, rounded half up; never above it."""
    millions, rest = np.divmod(notional, _MILLION)
    return np.asarray(millions * fee_ppm + (rest * fee_ppm + _MILLION // 2) // _MILLION, dtype=np.int64)


def affordable_quantity(cash: I64, price: I64, fee_ppm: int) -> I64:
    """The largest quantity that *cash* cents pay for with its fee, at *price* > 0: never too large, at most a 1e-15th part too small."""
    parts = 1_000_000 + fee_ppm
    spend = cash // parts * _MILLION + cash % parts * _MILLION // parts
    spend = spend + (spend + 1 + fee_cents(spend + 1, fee_ppm) <= cash)
    exact = spend * float(PER_CENT) / price
    quantity = np.minimum(exact * (1 - 2.0**-50), LARGEST_UNITS).astype(np.int64)
    # Without the second look, cash for exactly one unit would buy 0.99999999 of it.
    return np.asarray(quantity + (notional_cents(price, quantity + 1) <= spend), dtype=np.int64)


def to_price(price: ArrayLike, units: F64 | float = UNITS) -> I64:
    """Prices as int64, so many *units* in 1, rounded to the nearest (ties to even).

    Raises:
        BadInput: one that is not finite, below one unit, or from 9e18 of them on.
    """
    counted = np.rint(np.asarray(price, dtype=np.float64) * units)
    good = (counted >= 1) & (counted < LARGEST_UNITS)
    if not np.all(good):
        least, most = 1 / np.min(units), LARGEST_UNITS / np.max(units)
        raise BadInput(f"{_first(price, good):g} is no price; it must be finite, at least {least:g} and below {most:g}")
    return np.asarray(counted).astype(np.int64)


def to_quantity(quantity: ArrayLike, units: F64 | float = UNITS) -> I64:
    """Quantities as int64, so many *units* in 1, cut towards zero, and to 9e18 units either way.

    Raises:
        BadInput: one that is not finite.
    """
    given = np.asarray(quantity, dtype=np.float64)
    if not np.all(good := np.isfinite(given)):
        raise BadInput(f"{_first(quantity, good):g} is no quantity; it must be finite")
    return np.asarray(between(-LARGEST_UNITS, np.trunc(given * units), LARGEST_UNITS)).astype(np.int64)


def _first(values: ArrayLike, good: np.bool_ | Mask) -> float:
    """The first of *values* that is not *good*."""
    return float(np.broadcast_to(np.asarray(values, dtype=np.float64), np.shape(good)).flat[int(np.argmin(good))])
