"""The lattice that recorded states lie on: how finely each column is kept."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F64, I64, AnyArray, Mask

_STEPS_BITS = 11
"""A range as it was seen first has 2,048 to 4,096 steps: errors are at most a 4,096th of it."""

_WORN = 15
"""Bits of a range in steps from which on these are too fine, and are chosen anew."""


class Lattice:
    """Steps of columns, powers of two; 1 for whole numbers, which are kept exactly.

    They are learned from the first batch, and anew where a column is not on them any more: the range is sixteen times as wide, or what was
    whole is so no more.

    Args:
        columns: C.
    """

    def __init__(self, columns: int) -> None:
        self.unit = np.zeros(columns)

    def fit(self, states: F64) -> None:
        """Learn from states by column, (C, n)."""
        for column, values in enumerate(states):
            gone = np.isnan(values)
            known = values[~gone] if gone.any() else values
            if len(known) and not self._fits(column, known):
                self.unit[column] = _unit(known)

    def _fits(self, column: int, known: F64) -> bool:
        unit = self.unit[column]
        if unit == 1 and (known == np.rint(known)).all():
            return True
        return bool(unit and unit != 1 and np.ptp(known) / unit < 1 << _WORN)

    def levels(self, states: F64, gone: Mask) -> I64:
        """States by column (C, n) -> whole steps (C, n); 0 where a state is *gone*."""
        unit = np.where(self.unit == 0, 1.0, self.unit)
        levels = np.rint(states / unit[:, None])
        levels[gone] = 0
        return levels.astype(np.int64)


def _unit(known: F64) -> float:
    if (known == np.rint(known)).all():
        return 1.0
    spread = float(np.ptp(known)) or float(np.abs(known).max())
    _, exponent = np.frexp(spread)
    return float(np.ldexp(1.0, int(exponent) - 1 - _STEPS_BITS))


def narrowed(array: AnyArray) -> AnyArray:
    """Whole numbers in the fewest bytes that hold them all; anything else as it is."""
    if array.dtype != np.int64:
        return array
    largest = int(np.abs(array).max(initial=0))
    kind = next(kind for kind in (np.int8, np.int16, np.int32, np.int64) if largest <= np.iinfo(kind).max)
    return array.astype(kind)
