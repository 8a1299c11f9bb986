"""Ranges of state, learned from what is seen: a byte a column for recall."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F64, U8, Mask

LEVELS = 254
"""Largest level of a column; the one above says that nothing was there."""

MISSING = 255

_MARGIN = 0.25
"""Share of a range by which it is wider than what was seen, so that it seldom has to grow."""


class Ranges:
    """Low and high ends of columns, from the first batches; they grow with what lies outside.

    Args:
        categories: columns that are numbers of categories, (C,): these are their own levels.
    """

    def __init__(self, categories: Mask) -> None:
        self.categories = categories
        self.low = np.full(len(categories), np.nan)
        self.high = np.full(len(categories), np.nan)
        self.low[categories], self.high[categories] = 0, LEVELS

    def widened(self, states: F64) -> Ranges | None:
        """The ranges that hold states (n, C) too; None where these do."""
        with np.errstate(invalid="ignore"):
            outside = ~((states >= self.low) & (states <= self.high)) & ~np.isnan(states)
        if not outside.any():
            return None
        wider = Ranges(self.categories)
        wider.low, wider.high = self.low.copy(), self.high.copy()
        for column in np.flatnonzero(outside.any(axis=0)).tolist():
            wider.low[column], wider.high[column] = self._ends(column, states[:, column])
        return wider

    def _ends(self, column: int, values: F64) -> tuple[float, float]:
        old = self.low[column], self.high[column]
        seen = values[~np.isnan(values)]
        # Of the old range only what is not below or above all that was seen is kept without a margin.
        least, most = float(np.fmin(seen.min(), old[0])), float(np.fmax(seen.max(), old[1]))
        whole = bool((seen == np.rint(seen)).all()) and (np.isnan(old[0]) or old[1] - old[0] == LEVELS)
        if whole and most - least <= LEVELS:
            # Whole numbers are kept exactly while they fit, most of the room above.
            spare = LEVELS - int(seen.max() - seen.min())
            low = float(seen.min()) - spare // 4
            return low, low + LEVELS
        margin = _MARGIN * ((most - least) or abs(most) or 1.0)
        return (least - margin if least < old[0] or np.isnan(old[0]) else least), (
            most + margin if most > old[1] or np.isnan(old[1]) else most
        )

    def levels(self, states: F64) -> U8:
        """States (n, C) -> levels (n, C); values outside are clipped, NaN is `MISSING`."""
        with np.errstate(invalid="ignore"):
            scaled = np.rint((states - self.low) / (self.high - self.low) * LEVELS)
            clipped = np.fmin(np.fmax(scaled, 0), LEVELS)
        return np.where(np.isnan(states) | np.isnan(self.low), MISSING, clipped).astype(np.uint8)

    def values(self, levels: U8) -> F64:
        """Levels (..., C) -> states, NaN where nothing was."""
        return np.where(levels == MISSING, np.nan, self.low + levels / LEVELS * (self.high - self.low))
