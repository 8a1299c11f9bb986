"""Means and differences with a standard error that does not mistake one market move, seen by all, for many observations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F64, I64
from freeagentics.randomness import generator
from freeagentics.report.aggregates.buckets import Buckets

MOST_BLOCKS = 40
FEWEST_BLOCKS = 5
"""Blocks in which a group must have been, for an error to be given: from fewer of them nobody can tell how much it varies."""

RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number, its standard error, and over how many decisions; NaN where there were too few to say."""

    value: float
    error: float
    count: int


@dataclass(frozen=True, slots=True)
class Interval:
    """A number, and the ends of its 95 % interval; NaN where there were too few to say."""

    value: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """True where the interval lies on one side of zero."""
        return self.low > 0 or self.high < 0


def interval_of(sums: F64, counts: I64, horizon: int) -> Interval:
    """The mean from sums and counts at each step, (T,), by the block bootstrap: percentiles of 2,000 resamples of the blocks of time
    (Künsch, 1989, as below)."""
    blocks = _blocks(len(sums), horizon)
    total, number = blocks.sums(sums), blocks.sums(counts.astype(np.float64))
    value = float(total.sum() / number.sum()) if number.any() else float("nan")
    if np.count_nonzero(number) < FEWEST_BLOCKS:
        return Interval(value, float("nan"), float("nan"))
    drawn = generator(0, "report/estimate").integers(0, len(total), (RESAMPLES, len(total)))
    with np.errstate(invalid="ignore"):
        low, high = np.nanquantile(total[drawn].sum(axis=1) / number[drawn].sum(axis=1), (0.025, 0.975))
    return Interval(value, float(low), float(high))


def correlation_of(moments: F64, horizon: int) -> Estimate:
    """Pearson's correlation of x and y, from n, sums of x, y, x², y² and xy at each step, (T, 6), and its error by the jackknife."""
    sums = _blocks(len(moments), horizon).sums(moments)
    left = _correlation(sums.sum(axis=0) - sums)
    whole = float(_correlation(sums.sum(axis=0)))
    known = np.count_nonzero(sums[:, 0]) >= FEWEST_BLOCKS
    return Estimate(*_jackknife((whole, left if known else np.full_like(left, np.nan))), int(sums[:, 0].sum()))


def _correlation(sums: F64) -> F64:
    """Of sums (..., 6)."""
    n, x, y, xx, yy, xy = np.moveaxis(sums, -1, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((n * xy - x * y) / np.sqrt((n * xx - x * x) * (n * yy - y * y)))


def mean_of(sums: F64, counts: I64, horizon: int) -> Estimate:
    """The mean of rewards from their sums and counts at each step, (T,)."""
    blocks = _blocks(len(sums), horizon)
    return Estimate(*_jackknife(_ratio(sums, counts, blocks)), int(counts.sum()))


def difference_of(sums: F64, counts: I64, other_sums: F64, other_counts: I64, horizon: int) -> Estimate:
    """The mean of one group less that of another, from sums and counts at each step, (T,); the count is that of the first group."""
    blocks = _blocks(len(sums), horizon)
    whole, left = _ratio(sums, counts, blocks)
    other, other_left = _ratio(other_sums, other_counts, blocks)
    return Estimate(*_jackknife((whole - other, left - other_left)), int(counts.sum()))


def _blocks(steps: int, horizon: int) -> Buckets:
    """At most forty, none shorter than three horizons: rewards of neighbouring steps share most of their bars."""
    return Buckets(steps, max(1, min(MOST_BLOCKS, steps // (3 * horizon))))


def _ratio(sums: F64, counts: I64, blocks: Buckets) -> tuple[float, F64]:
    """Sum over count: of all, and of all but each block, (B,); the latter NaN where too few blocks count any."""
    total, number = blocks.sums(sums), blocks.sums(counts.astype(np.float64))
    with np.errstate(invalid="ignore", divide="ignore"):
        left = (total.sum() - total) / (number.sum() - number)
        whole = float(np.divide(total.sum(), number.sum()))
    return whole, left if np.count_nonzero(number) >= FEWEST_BLOCKS else np.full_like(left, np.nan)


def _jackknife(estimates: tuple[float, F64]) -> tuple[float, float]:
    """The estimate, and its error by the delete-one-block jackknife (Künsch, "The jackknife and the bootstrap for general stationary
    observations", Annals of Statistics 1989, https://doi.org/10.1214/aos/1176347265)."""
    whole, left = estimates
    return whole, float(np.sqrt((len(left) - 1) / len(left) * np.square(left - left.mean()).sum()))
