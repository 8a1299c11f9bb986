"""Forecasts with and without a part of them: squared errors and signs, against what came."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F64
from freeagentics.report.aggregates.estimate import Interval, interval_of


class Comparison:
    """Forecasts that a part moved and whose outcome is known; T steps.

    Without: the same forecast without what the part added. It is not that of an agent that never had the part.

    Attributes:
        moved: how many, (T,).
        squared: sums of their squared errors, (T,).
        saved: sums of how much larger these would have been without the part, (T,).
        flipped: forecasts whose sign the part changed.
        righted: those of them whose sign was then that of the outcome.
    """

    def __init__(self, steps: int, horizon: int) -> None:
        self.moved = np.zeros(steps, dtype=np.int64)
        self.squared, self.saved = np.zeros(steps), np.zeros(steps)
        self.flipped = self.righted = 0
        self._horizon = horizon

    def update(self, step: int, told: F64, without: F64, result: F64) -> None:
        """Take in the forecasts of a step, without a part of them, and their results, (n,) each."""
        counted = (told != without) & np.isfinite(result)
        told, without, result = told[counted], without[counted], result[counted]
        error = np.square(result - told)
        self.moved[step - 1] += len(told)
        self.squared[step - 1] += error.sum()
        self.saved[step - 1] += (np.square(result - without) - error).sum()
        flipped = told * without < 0
        self.flipped += int(flipped.sum())
        self.righted += int((flipped & (np.sign(told) == np.sign(result))).sum())

    @property
    def error(self) -> float:
        """Mean squared error of forecasts that were moved, in squared standard deviations."""
        return float(self.squared.sum() / self.moved.sum()) if self.moved.any() else float("nan")

    @property
    def reduction(self) -> Interval:
        """Mean by which the part made it smaller."""
        return interval_of(self.saved, self.moved, self._horizon)
