"""A source of one's own: how far the price is from the average that was paid over the last day."""

import numpy as np

from freeagentics.market import Bars, Daily, Source

DAY = 24


class VwapSource(Source):
    """Close against the volume-weighted average price of the last 24 bars."""

    name = "vwap"
    columns = ("vwap.gap", "vwap.pull")
    direction = "vwap.pull"
    default_cost_cents = 5

    def missing(self, bars: Bars, daily: Daily | None) -> tuple[str, ...]:
        """It needs volumes; every file of bars has the column, some have only zeros in it."""
        return () if bars.volume.any() else ("volume",)

    def compute(self, bars: Bars, daily: Daily | None) -> np.ndarray:
        """Gap in per cent, and its pull back to the average in [-1, 1]. Row t uses bars up to t only."""
        typical = (bars.high + bars.low + bars.close) / 3
        value, volume = _trailing_sum(typical * bars.volume), _trailing_sum(bars.volume)
        average = np.divide(value, volume, out=bars.close.copy(), where=volume > 0)
        gap = 100 * (bars.close / average - 1)
        return np.stack([gap, -np.tanh(gap / 2)], axis=-1).astype(np.float32)


def _trailing_sum(values: np.ndarray) -> np.ndarray:
    total = np.cumsum(values, axis=0)
    total[DAY:] -= total[:-DAY].copy()
    return total
