"""Ranges of state, learned from what is seen: a byte a column for recall."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F32, F64, U8, Mask

LEVELS = 254
"""Largest level of a column; the one above says that nothing was there."""

MISSING = 255

_MARGIN = 0.25
"""Share of what was seen by which a range is wider at each end, so that it seldom has to grow."""


class Ranges:
    """Low and high ends of columns, from the first batches; they grow with what lies outside.

    Args:
        categories: columns that are numbers of categories, (C,): these are their own levels.

    Attributes:
        low, high: values of the lowest and the highest level, (C,).
        least, most: values that are remembered, (C,).
    """

    def __init__(self, categories: Mask) -> None:
        self.categories = categories
        self.low, self.high, self.least, self.most = np.full((4, len(categories)), np.nan)
        self.low[categories], self.high[categories] = 0, LEVELS

    def see(self, states: F64) -> None:
        """Take note of states (n, C) that are remembered."""
        if len(states):
            self.least, self.most = np.fmin(self.least, np.fmin.reduce(states)), np.fmax(self.most, np.fmax.reduce(states))

    def scale(self) -> F32:
        """Share that a level of a column takes of the range that distances are measured by, (C,): such a range is what is remembered, and a
        margin at each end. Whole numbers have more levels than that takes, and so has what was all the same at first."""
        seen = (self.most - self.least) * (1 + 2 * _MARGIN)
        measured = (seen > 0) & ~self.categories
        return (np.divide(self.high - self.low, seen, out=np.ones(len(seen)), where=measured) / LEVELS).astype(np.float32)

    def widened(self, states: F64) -> Ranges | None:
        """The ranges that hold states (n, C) too; None where these do."""
        with np.errstate(invalid="ignore"):
            outside = ~((states >= self.low) & (states <= self.high)) & ~np.isnan(states)
            # Whole numbers have a level each; what is none of them is kept as finely as what was seen allows.
            whole = (self.high - self.low == LEVELS) & ~self.categories
            outside |= whole & (states != np.rint(states)) & ~np.isnan(states)
        if not outside.any():
            return None
        wider = Ranges(self.categories)
        for name in ("low", "high", "least", "most"):
            setattr(wider, name, getattr(self, name).copy())
        for column in np.flatnonzero(outside.any(axis=0)).tolist():
            wider.low[column], wider.high[column] = self._ends(column, states[:, column])
        return wider

    def _ends(self, column: int, values: F64) -> tuple[float, float]:
        low, high = self.low[column], self.high[column]
        seen = values[~np.isnan(values)]
        least, most = float(np.fmin(seen.min(), self.least[column])), float(np.fmax(seen.max(), self.most[column]))
        began_whole = np.isnan(low) or high - low == LEVELS
        if began_whole and (seen == np.rint(seen)).all() and most - least <= LEVELS:
            # Whole numbers are kept exactly while they fit, most of the room above.
            start = float(np.rint(least)) - (LEVELS - int(most - least)) // 4
            return start, start + LEVELS
        margin = _MARGIN * ((most - least) or abs(most) or 1.0)
        if began_whole:
            return least - margin, most + margin
        return (least - margin if least < low else low), (most + margin if most > high else high)

    def levels(self, states: F64) -> U8:
        """States (n, C) -> levels (n, C); values outside are clipped, NaN is `MISSING`."""
        with np.errstate(invalid="ignore"):
            scaled = np.rint((states - self.low) / (self.high - self.low) * LEVELS)
            clipped = np.fmin(np.fmax(scaled, 0), LEVELS)
        return np.where(np.isnan(states) | np.isnan(self.low), MISSING, clipped).astype(np.uint8)

    def values(self, levels: U8) -> F64:
        """Levels (..., C) -> states, NaN where nothing was."""
        return np.where(levels == MISSING, np.nan, self.low + levels / LEVELS * (self.high - self.low))
