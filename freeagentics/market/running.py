"""Looks back along time one bar at a time: each gives, to the bit, the row that `windows` gives of all bars so far.

All values are float64 (A,), one an asset.
"""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F64
from freeagentics.market.windows import ratio


class RunningLag:
    """Values of so many bars before; NaN as long as there were none."""

    def __init__(self, bars: int, assets: int) -> None:
        self._ring = np.full((bars, assets), np.nan)
        self._next = 0

    def add(self, values: F64) -> F64:
        """The values of the bar that lies so many before this one."""
        before = self._ring[self._next].copy()
        self._ring[self._next] = values
        self._next = (self._next + 1) % len(self._ring)
        return before


class RunningVolatility:
    """Standard deviation of returns around zero, exponentially weighted."""

    def __init__(self, half_life: float, assets: int) -> None:
        self._kept = kernels.decay(half_life)
        self._mean = np.full(assets, np.nan)
        self._weight = np.zeros(assets)

    def add(self, returns: F64) -> F64:
        """The deviation with these returns in it, those that are NaN left out."""
        square, first = np.square(returns), self._weight == 0
        mean = np.where(first, square, self._mean + 1 / (self._weight * self._kept + 1) * (square - self._mean))
        known = ~np.isnan(square)
        self._mean = np.where(known, mean, self._mean)
        self._weight = np.where(known, self._weight * self._kept + 1, self._weight)
        return np.asarray(np.sqrt(self._mean))


class RunningZscore:
    """Distance in standard deviations from the mean of the last *window* bars."""

    def __init__(self, window: int, assets: int) -> None:
        self._window = window
        self._origin = np.full(assets, np.nan)
        self._sums = np.zeros((3, assets))
        self._before = [RunningLag(window, assets) for _ in self._sums]

    def add(self, values: F64) -> F64:
        """The distance of these values, NaN where too few are known or none differs."""
        known = np.isfinite(values)
        self._origin = np.where(np.isnan(self._origin) & known, values, self._origin)
        centred = np.where(known, values - self._origin, 0.0)
        self._sums += (known, centred, np.square(centred))
        before = (lag.add(sums) for lag, sums in zip(self._before, self._sums, strict=True))
        within, total, squares = (np.where(np.isnan(old), sums, sums - old) for old, sums in zip(before, self._sums, strict=True))
        count = np.maximum(within, 1)
        mean = total / count
        variance = squares / count - np.square(mean)
        usable = known & (count >= self._window / 7) & (variance > 1e-9)
        return np.where(usable, (centred - mean) / np.sqrt(np.where(usable, variance, 1.0)), np.nan)


class RunningReturn:
    """Log return of closes over so many bars."""

    def __init__(self, bars: int, assets: int) -> None:
        self._lag = RunningLag(bars, assets)

    def add(self, logs: F64) -> F64:
        """The return to this bar's log of the close."""
        return logs - self._lag.add(logs)


class RunningVolatilityRatio:
    """Volatility over a short half-life, over that of a long one."""

    def __init__(self, short: float, long: float, assets: int) -> None:
        self._short, self._long = RunningVolatility(short, assets), RunningVolatility(long, assets)

    def add(self, returns: F64) -> F64:
        """The ratio with these returns in it."""
        return ratio(self._short.add(returns), self._long.add(returns))
