"""Ticks and lots: how finely a book counts prices and quantities, and what its trades are worth."""

from __future__ import annotations

from math import gcd

import numpy as np

from freeagentics.arrays import F64, I64, readonly
from freeagentics.market.money import CENTS, UNITS
from freeagentics.market.units import Units

COARSEST = 5_000
"""Ticks that the first price has at least."""

_PER_CENT = UNITS * UNITS // CENTS


class Scale:
    """Ticks and lots of A assets.

    A tick is 1, 2 or 5 times a power of ten, a lot a power of ten that is worth no more than one USD at first.

    Attributes:
        tick: int64 (A,), in units of price.
        lot: int64 (A,), in units of quantity.
    """

    def __init__(self, first: F64, units: Units) -> None:
        """Choose them for first prices (A,), USD, in these units."""
        ticks = [_round_below(int(price) // COARSEST, (1, 2, 5)) for price in (first * units.price).tolist()]
        lots = [_round_below(int(quantity), (1,)) for quantity in (units.quantity / first).tolist()]
        worth = [tick * lot for tick, lot in zip(ticks, lots, strict=True)]
        shared = [gcd(product, _PER_CENT) for product in worth]
        self.tick, self.lot = _whole(ticks), _whole(lots)
        # A tick of a lot is worth so many cents over so many.
        self._cents = _whole([product // divisor for product, divisor in zip(worth, shared, strict=True)])
        self._parts = _whole([_PER_CENT // divisor for divisor in shared])

    def cents(self, asset: I64, price: I64, lots: I64) -> I64:
        """Values of trades (t,), in cents: the exact product cut to a whole cent, for who pays as for who is paid."""
        return np.asarray(price * lots * self._cents[asset] // self._parts[asset])


def _whole(numbers: list[int]) -> I64:
    return readonly(np.array(numbers, dtype=np.int64))


def _round_below(most: int, digits: tuple[int, ...]) -> int:
    """The largest number of one of these digits and zeros that is no more than *most*; 1 where there is none."""
    power = 10 ** (len(str(max(most, 1))) - 1)
    return max(digit * power for digit in digits if digit * power <= max(most, 1))
