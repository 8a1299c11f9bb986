"""Advisers of a role: what each of them forecasts, weighted as its forecasts proved right."""

from __future__ import annotations

import numpy as np

from freeagentics.agents.view import Outcomes
from freeagentics.arrays import F32, I64, ArrayState, Mask, between, contiguous
from freeagentics.kernels import compiled
from freeagentics.mind import FacultyWeights

LARGEST_FORECAST = np.float32(2)
"""Forecasts, returns over the horizon in standard deviations, are clipped to this."""

LARGEST_WEIGHT = np.float32(1.5)
"""A forecast is never multiplied by more than this, nor by less than nothing."""


class Advisers(ArrayState):
    """The forecasts that a cohort hears from so many advisers, added up with weights that start at 1 and follow the outcomes.

    A forecast is the posterior mean of whoever sends it, so that its weight is 1 until it proves wrong.

    Attributes:
        weights: how outcomes answered to each forecast.
        said: a ring over the horizon, (horizon + 1, rows, advisers, assets).
    """

    def __init__(self, rows: int, horizon: int, advisers: int, assets: int) -> None:
        self.weights = FacultyWeights(rows, horizon, np.full(advisers, 0.5, dtype=np.float32), slope=1)
        self.said = np.zeros((horizon + 1, rows, advisers, assets), dtype=np.float32)

    @property
    def trust(self) -> F32:
        """Weight of each adviser, (rows, advisers)."""
        return between(0, self.weights.weight, LARGEST_WEIGHT)

    def listen(self, step: int, forecasts: F32) -> F32:
        """Take in the forecasts of a step (rows, advisers, assets); returns their weighted sum, (rows, assets), within 2."""
        total, said = np.empty(forecasts[:, 0].shape, dtype=np.float32), self.said[step % len(self.said)]
        compiled.advice_add(self.weights.weight, forecasts, LARGEST_WEIGHT, LARGEST_FORECAST, said, total)
        return total

    def learn(self, outcomes: Outcomes, judged: Mask) -> None:
        """Learn from the outcomes of what was said at a step; *judged* marks the rows that were there.

        What an adviser is to explain is what the weighted forecasts of all left of the outcome, and its own (``c/forecasts.c``).
        """
        said = self.said[outcomes.step % len(self.said)]
        residual, result = np.empty_like(said), np.empty(said[:, 0].shape, dtype=np.float32)
        compiled.advice_left(self.weights.weight, LARGEST_WEIGHT, said, contiguous(outcomes.result), residual, result)
        self.weights.learn(outcomes.step, said, residual, result, judged)

    def inherit(self, rows: I64, other: Advisers, theirs: I64) -> None:
        """Rows (indexes) begin with what rows *theirs* of another have learned."""
        self.weights.inherit(rows, other.weights, theirs)

    def forget(self, rows: I64) -> None:
        """Rows (indexes) start afresh, for agents that arrive."""
        self.weights.forget(rows)
        self.said[:, rows] = 0
