"""Looks back along time: row t of every result is made of rows 0 to t only, and NaN where that is not enough."""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F64


def lagged(values: F64, bars: int) -> F64:
    """*values* (T, A) of *bars* rows before."""
    result = np.full_like(values, np.nan)
    result[bars:] = values[:-bars] if bars < len(values) else values[:0]
    return result


def log_return(close: F64, bars: int) -> F64:
    """Log return of *close* (T, A) over the last *bars* bars."""
    logs = kernels.log(close)
    return logs - lagged(logs, bars)


def volatility(returns: F64, half_life: float) -> F64:
    """Standard deviation of *returns* (T, A) per bar around zero, exponentially weighted (RiskMetrics, J.P. Morgan 1996)."""
    result: F64 = np.sqrt(kernels.ewma(np.square(returns), half_life))
    return result


def ratio(above: F64, below: F64) -> F64:
    """*above* / *below*, NaN where *below* is not above zero."""
    result = np.full(below.shape, np.nan)
    np.divide(above, below, out=result, where=below > 0)
    return result


def trailing_zscore(values: F64, window: int) -> F64:
    """Distance in standard deviations of each of *values* (T, A) is from the mean of the last *window* rows, itself among them.

    NaN among *values* is left out; NaN where fewer than a seventh of the window is known, or where it does not vary.
    """
    known = np.isfinite(values)
    # Sums of squares far from zero would cancel to noise; the first known value of each asset is near enough to the mean.
    origin = values[np.argmax(known, axis=0), np.arange(values.shape[1])]
    centred = np.where(known, values - np.where(known.any(axis=0), origin, 0.0), 0.0)
    count = np.maximum(_trailing_sum(known.astype(np.float64), window), 1)
    mean = _trailing_sum(centred, window) / count
    variance = _trailing_sum(np.square(centred), window) / count - np.square(mean)
    usable = known & (count >= window / 7) & (variance > 1e-9)
    return np.where(usable, (centred - mean) / np.sqrt(np.where(usable, variance, 1.0)), np.nan)


def _trailing_sum(values: F64, window: int) -> F64:
    sums = np.cumsum(values, axis=0)
    sums[window:] -= sums[:-window].copy()
    return sums
