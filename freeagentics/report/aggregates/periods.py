"""Returns by day or by month, the worst drawdowns, and Sharpe ratios of a window that moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from freeagentics.arrays import F64, I64
from freeagentics.clock import DAY_MS

LONGEST_BY_DAY = 100
"""Days of a run up to which its returns are shown by day, and else by month."""


def by_period(returns: F64, timestamps: I64) -> tuple[str, pl.DataFrame]:
    """``day`` or ``month``, and the compounded returns (T, K) of each: a row with ``period``, a date, and ``returns``, a list of K.

    A bar counts for the day in which it began, UTC: one that closes at midnight is of the day before.
    """
    by = "day" if timestamps[-1] - timestamps[0] <= LONGEST_BY_DAY * DAY_MS else "month"
    closes = pl.from_epoch(pl.Series(timestamps - 1), time_unit="ms").dt.truncate("1d" if by == "day" else "1mo").dt.date()
    growth = pl.DataFrame({f"{place}": np.log1p(np.maximum(series, -1 + 1e-12)) for place, series in enumerate(returns.T)})
    found = growth.with_columns(period=closes).group_by("period", maintain_order=True).agg(pl.all().sum().exp() - 1)
    return by, found.select("period", returns=pl.concat_list(pl.exclude("period")))


@dataclass(frozen=True, slots=True)
class Drawdown:
    """A fall from a high to a low, places counted from 0; *recovered* is None where it was not made up for."""

    depth: float
    high: int
    low: int
    recovered: int | None


def worst_drawdowns(returns: F64, most: int = 5) -> list[Drawdown]:
    """The deepest falls of a series of returns (T,), deepest first. A high at place -1 is the worth before the first bar."""
    worth = np.append(1.0, np.cumprod(1 + returns))
    fall = 1 - worth / np.maximum.accumulate(worth)
    highs = np.flatnonzero(fall == 0)
    ends = np.append(highs[1:], len(worth))
    found = []
    for high, end in zip(highs.tolist(), ends.tolist(), strict=True):
        if end - high > 1:
            low = high + int(fall[high:end].argmax())
            found.append(Drawdown(float(fall[low]), high - 1, low - 1, end - 1 if end < len(worth) else None))
    return sorted(found, key=lambda one: -one.depth)[:most]


def rolling_sharpe(returns: F64, bars: int, a_year: float) -> F64:
    """Sharpe ratios a year of the last so many *bars* of returns (T, K), at each bar, (T, K); NaN before there are so many."""
    found = np.full(returns.shape, np.nan)
    if bars > len(returns):
        return found
    sums, squares = (np.cumsum(np.vstack([np.zeros(returns.shape[1]), values]), axis=0) for values in (returns, np.square(returns)))
    mean = (sums[bars:] - sums[:-bars]) / bars
    variance = (squares[bars:] - squares[:-bars] - bars * mean**2) / (bars - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        found[bars - 1 :] = mean / np.sqrt(np.where(variance > 1e-18, variance, np.nan)) * np.sqrt(a_year)
    return found


def window(steps: int) -> int:
    """Bars of that window: a sixth of the run, and at least twenty."""
    return max(20, steps // 6)
