"""Paired differences: their mean, how sure it is, and whether it is as good as none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from freeagentics.arrays import F64
from freeagentics.randomness import generator

RESAMPLES = 10_000
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """Differences over pairs of runs with a seed in common.

    Attributes:
        seeds: number of pairs.
        mean: of the differences.
        low: lower end of a 95 % interval of the mean: bootstrap over seeds, percentiles (Efron & Tibshirani, "An Introduction to the
            Bootstrap", 1993, chapter 13); with fewer than ten seeds it is too narrow. NaN for a single pair.
        high: upper end.
        p_value: of the paired t-test, two-sided; NaN for a single pair, and for pairs that all differ by the same.
        p_equivalence: of two one-sided t-tests that the mean lies within the margin (Schuirmann 1987, doi:10.1007/BF01068419): the larger
            of both; None without a margin.
    """

    seeds: int
    mean: float
    low: float
    high: float
    p_value: float
    p_equivalence: float | None = None


def paired_difference(differences: F64, margin: float | None = None) -> PairedDifference:
    """Statistics of *differences* (n,), n >= 1.

    Args:
        differences: one a seed.
        margin: the largest mean that is as good as none, in the measure's own unit.
    """
    count, mean = len(differences), float(differences.mean())
    error = float(differences.std(ddof=1) / np.sqrt(count)) if count > 1 else float("nan")
    low, high = bootstrap_interval(differences) if count > 1 else (float("nan"), float("nan"))
    two_sided = float("nan") if error == 0 != mean else 2 * _beyond(abs(mean), error, count - 1)
    equivalent = None if margin is None else max(_beyond(margin - mean, error, count - 1), _beyond(margin + mean, error, count - 1))
    return PairedDifference(count, mean, low, high, two_sided, equivalent)


def bootstrap_interval(values: F64, of: Callable[[F64], F64] = np.asarray) -> tuple[float, float]:
    """Ends of a 95 % interval by the bootstrap over seeds, percentiles, of a statistic of means.

    Args:
        values: one a seed, or several, (n, …).
        of: statistic of means (resamples, …), (resamples,); samples where it is not finite are left out. The mean itself by default.
    """
    count = len(values)
    drawn = generator(0, "experiments/bootstrap").integers(0, count, size=(RESAMPLES, count))
    found = of(values[drawn].mean(axis=1))
    tail = 100 * (1 - CONFIDENCE) / 2
    known = found[np.isfinite(found)]
    low, high = np.percentile(known, (tail, 100 - tail)) if len(known) else (np.nan, np.nan)
    return float(low), float(high)


def _beyond(distance: float, error: float, freedom: int) -> float:
    """Probability that Student's t with so many degrees of *freedom* exceeds distance / error."""
    if freedom < 1:
        return float("nan")
    if error == 0:
        return 0.0 if distance > 0 else 0.5 if distance == 0 else 1.0
    return float(stdtr(freedom, -distance / error))
