"""Forecasts with and without a part of what they were made of, against what came."""

from __future__ import annotations

import numpy as np

from freeagentics.agents.advisers import LARGEST_FORECAST
from freeagentics.arrays import F64, AnyArray

RECALLS = ("sequences", "memories")
"""Faculties that recall, by the names that forecasters give them."""

JUDGED = ("judged", "helped", "hurt", "error_with", "error_without")
"""Of forecasts that something moved and whose outcome is known: how many, those that it made better and worse, and the sums of their
squared errors with and without it."""


def forecasts(parts: F64, recalling: AnyArray) -> tuple[F64, F64]:
    """Forecasts (n,) with and without what was recalled, from what faculties added (n, C), as agents bound them."""
    bound = float(LARGEST_FORECAST)
    seen = np.clip(parts[:, ~recalling].sum(axis=1), -bound, bound)
    return np.clip(seen + parts[:, recalling].sum(axis=1), -bound, bound), seen


def judge(came: F64, after: F64, before: F64) -> F64:
    """`JUDGED` of forecasts (n,) with and without something, where NaN came of those that are not known."""
    there = np.isfinite(came) & (after != before)
    with_it, without = np.square(came - after)[there], np.square(came - before)[there]
    better = (with_it < without).sum()
    return np.array([there.sum(), better, there.sum() - better, with_it.sum(), without.sum()])
