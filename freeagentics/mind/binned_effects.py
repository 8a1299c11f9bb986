"""Binned effects: outcomes by where in their ranges numbers lay, for what a straight line through them does not show."""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F32, I64, U8, ArrayState, Mask
from freeagentics.kernels import compiled
from freeagentics.mind.faculty_weights import EXPLAINED, FORGOTTEN, LARGEST

BINS = 8
"""Parts of a number's range."""


class BinnedEffects(ArrayState):
    """One-way analyses of variance of outcomes, one for each number of a key, for all agents of a cohort at once (``c/effects.c``).

    The mean outcome of a part of the range, apart from the mean of all, is nothing, or normal with a variance of tau^2, a share of that of
    outcomes (random effects; Searle, Casella & McCulloch, 1992, doi:10.1002/9780470316856). With n outcomes that count in a part, and their
    sum m apart from the mean, in standard deviations, the odds that a number tells anything are::

        ln odds = ln prior odds + sum over parts of (m^2 tau^2 / (1 + n tau^2) - ln(1 + n tau^2)) / 2

    It sees a number that tells at both ends of its range, or in the middle of it, which `FacultyWeights`, that go by slopes, cannot.
    Outcomes over a horizon overlap: each counts 1 / horizon.

    Args:
        rows: of the cohort.
        size: numbers of a key.
        horizon: bars that an outcome looks ahead.
        probability: of each number, before any outcome, that it tells anything.

    Attributes:
        count: outcomes, as far as they count, (rows, size, BINS).
        moment: their sums, (rows, size, BINS).
        fresh: outcomes since it faded last, (1,).
    """

    def __init__(self, rows: int, size: int, horizon: int, probability: float) -> None:
        self._share, self._log_odds = 1 / horizon, kernels.log(probability / (1 - probability))
        self.count = np.zeros((rows, size, BINS), dtype=np.float32)
        self.moment = np.zeros((rows, size, BINS), dtype=np.float32)
        self.fresh = np.zeros(1, dtype=np.int64)

    def learn(self, keys: U8, slot: int, residual: F32, judged: Mask) -> None:
        """Take in an outcome.

        Args:
            keys: of memories, (rows, slots, size).
            slot: of those that are judged.
            residual: what others left of the outcome, (rows,).
            judged: rows that were there, (rows,).
        """
        compiled.effects_learn(keys, slot, residual, judged, BINS, self._share, LARGEST, self.count, self.moment)
        self.fresh += 1

    def fade(self) -> None:
        """Forget what the outcomes since it was called last make one forget: at each of them that would be most of what learning costs."""
        kept = np.float32(kernels.exp(int(self.fresh[0]) * kernels.log1p(-self._share * FORGOTTEN)))
        self.count *= kept
        self.moment *= kept
        self.fresh[0] = 0

    def credence_of(self, count: F32, moment: F32, noise: F32) -> F32:
        """Posterior probabilities that numbers tell anything, (rows, size), of evidence like one's own, and sums of squared outcomes with
        their number, (rows, 2)."""
        found = np.empty(count.shape[:2], dtype=np.float32)
        compiled.effects_judge(count, moment, noise, BINS, self._log_odds, EXPLAINED, found)
        return found

    def inherit(self, rows: I64, other: BinnedEffects, theirs: I64) -> None:
        """Rows (indexes) begin with the evidence of rows *theirs* of another."""
        self.count[rows], self.moment[rows] = other.count[theirs], other.moment[theirs]

    def forget(self, rows: I64) -> None:
        """Rows (indexes) start afresh, for agents that arrive."""
        self.count[rows], self.moment[rows] = 0, 0
