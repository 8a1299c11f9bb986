"""The fit of recall metrics: once a market day, to all that agents have lived through, and to what their peers have."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F32, I64, U8, ArrayState, Mask
from freeagentics.clock import DAY_MS
from freeagentics.mind import BinnedEffects, FacultyWeights, trunk_of

LEAST_STEPS = 24
"""Steps from one fit to the next at least, where days have fewer bars."""


class MetricFit(ArrayState):
    """Credence that each number of a recall key tells of outcomes, as it stood when the last market day was over.

    With *adapt* a number may tell of outcomes by where in its range it lies, in whatever shape, and not only by its slope: the larger
    credence of both counts. With *federation* an agent goes by the evidence of its cohort beside its own, as far as that is more than its
    own: see `trunk_of`.

    Args:
        slopes: how outcomes answered to each number of a key.
        horizon: bars that an outcome looks ahead.
        probability: of each number, before any outcome, that it tells anything.
        adapt: whether shapes are looked for.
        federation: whether peers count.

    Attributes:
        credence: (rows, key_size).
        effects: outcomes by where in their ranges numbers lay, or None.
        fitted: market day of the step before, -1 at first, and step of the last fit, (2,).
    """

    def __init__(self, slopes: FacultyWeights, horizon: int, probability: float, *, adapt: bool, federation: bool) -> None:
        rows, size = slopes.credence.shape
        self._federation = federation
        self.credence = np.zeros((rows, size), dtype=np.float32)
        self.effects = BinnedEffects(rows, size, horizon, probability) if adapt else None
        self.fitted = np.array([-1, 1])

    def learn(self, keys: U8, slot: int, residual: F32, judged: Mask) -> None:
        """Take in an outcome, as `BinnedEffects.learn` does."""
        if self.effects:
            self.effects.learn(keys, slot, residual, judged)

    def consolidate(self, step: int, timestamp: int, slopes: FacultyWeights, active: Mask) -> None:
        """At the beginning of a step, fit the metrics of all rows if a market day is over; the trunk is that of the *active* ones."""
        day, (before, last) = timestamp // DAY_MS, self.fitted.tolist()
        self.fitted[0] = day
        if 0 <= before < day and step - last >= LEAST_STEPS:
            self.fitted[1] = step
            self._fit(slopes, active)

    def _fit(self, slopes: FacultyWeights, active: Mask) -> None:
        noise = slopes.noise
        self.credence[:] = slopes.credence_of(*self._federated(slopes.information, slopes.moment, noise, active))
        if self.effects:
            evidence = self._federated(self.effects.count, self.effects.moment, noise, active)
            np.maximum(self.credence, self.effects.credence(*evidence, noise), out=self.credence)

    def _federated(self, information: F32, moment: F32, noise: F32, active: Mask) -> tuple[F32, F32]:
        """Evidence of all rows, (rows, ...) both, with that of peers; of theirs alone where one's own is no number."""
        if not self._federation:
            return information, moment
        own = information.reshape(len(active), -1), moment.reshape(len(active), -1)
        trunk = trunk_of(own[0][active], own[1][active], noise[active])
        sound = (np.isfinite(own[0]) & np.isfinite(own[1])).all(axis=1, keepdims=True)
        both = (np.where(sound, mine, np.float32(0)) + peers for mine, peers in zip(own, trunk, strict=True))
        first, second = (found.reshape(information.shape) for found in both)
        return first, second

    def inherit(self, rows: I64, credence: F32, effects: BinnedEffects | None, theirs: I64) -> None:
        """Rows (indexes) begin with a *credence* (n, key_size) until their first fit, and with the *effects* that rows *theirs* have seen,
        where there are any."""
        self.credence[rows] = credence
        if self.effects and effects:
            self.effects.inherit(rows, effects, theirs)

    def forget(self, rows: I64) -> None:
        """Rows (indexes) start afresh, for agents that arrive."""
        self.credence[rows] = 0
        if self.effects:
            self.effects.forget(rows)
