"""The fit of recall metrics: once a market day, to all that agents have lived through, and to what their peers have."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from freeagentics.arrays import F32, I64, U8, ArrayState, Mask
from freeagentics.clock import DAY_MS
from freeagentics.mind import BinnedEffects, FacultyWeights, trunk_of

Judge = Callable[[F32, F32, F32], F32]

LEAST_STEPS = 24
"""Steps from one fit to the next at least, where days have fewer bars."""


class MetricFit(ArrayState):
    """Credence that each number of a recall key tells of outcomes, as it stood when the last market day was over.

    With *adapt* a number may tell of outcomes by where in its range it lies, in whatever shape, and not only by its slope. With
    *federation* what makes it credible may be the evidence of an agent and its peers (`trunk_of`), and not only its own. The largest
    credence counts: what an agent has seen itself nobody talks it out of.

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
        self.fitted = np.array([-1, 1], dtype=np.int64)

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
            if self.effects:
                self.effects.fade()
            self._fit(slopes, active)

    def _fit(self, slopes: FacultyWeights, active: Mask) -> None:
        self.credence[:] = 0
        self._take(slopes.credence)
        if self._federation:
            self._take(self._with_peers(slopes.credence_of, slopes.information, slopes.moment, slopes.noise, active))
        if self.effects:
            evidence = self.effects.count, self.effects.moment, slopes.noise
            self._take(self.effects.credence_of(*evidence))
            if self._federation:
                self._take(self._with_peers(self.effects.credence_of, *evidence, active))

    def _take(self, credence: F32) -> None:
        np.maximum(self.credence, credence, out=self.credence)

    def _with_peers(self, judge: Judge, information: F32, moment: F32, noise: F32, active: Mask) -> F32:
        """Credence (rows, key_size) of an agent's evidence (rows, key_size, ...) and that of its peers."""
        own = [evidence.reshape(len(active), -1) for evidence in (information, moment)]
        trunk = trunk_of(own[0][active], own[1][active], noise[active])
        sound = (np.isfinite(own[0]) & np.isfinite(own[1])).all(axis=1, keepdims=True)
        known, told = ((np.where(sound, mine, np.float32(0)) + peers).reshape(moment.shape) for mine, peers in zip(own, trunk, strict=True))
        return judge(known, told, noise)

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
