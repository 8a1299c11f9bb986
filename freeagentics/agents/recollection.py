"""Recollection: memories in forecasts, weighted as outcomes have shown them to be right, and not at all before that."""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.agents.metric_fit import MetricFit
from freeagentics.arrays import F32, I32, I64, U8, AnyArray, ArrayState, Mask, contiguous
from freeagentics.kernels import compiled
from freeagentics.memory import Recalled, whole_metric
from freeagentics.mind import FacultyWeights

FLAT = np.float32(0.2)
"""Weight of a feature in the metric before anything was learned of it, against 1 where it surely tells of outcomes."""

SETTLED = np.float32(0.002)
"""Share by which the mean of keys follows, at the least."""


class Recollection(ArrayState):
    """The weight of recalled outcomes in each agent's forecast, and the metric by which situations are alike.

    Their weight is learned on what the forecast without them left of the outcomes, so that memories count only for what beliefs and
    signals miss. On that, too, the features of recall keys are judged: those that told of outcomes count more in the likeness of
    situations than those that did not, and all count alike until one has.

    Attributes:
        least: weight that memories have in any case; 0, but where somebody asks what agents would do that heed them.
        weights: how outcomes answered to what was recalled.
        features: how outcomes answered to each number of a key.
        centre: mean of each number of the keys so far, (rows, key_size), in 0..1.
        said: mean recalled outcome, and forecast without it: a ring over the horizon, (horizon + 1, rows, 2).
        fit: the metric as it is fitted once a market day, or None where it follows every outcome.
    """

    def __init__(
        self, rows: int, key_size: int, horizon: int, trust: float, prior: float, *, adapt: bool = False, federation: bool = False
    ) -> None:
        self.least = np.float32(0)
        self._trust = np.float32(trust)
        self.weights = FacultyWeights(rows, horizon, np.full(1, prior, dtype=np.float32), signed=False)
        self.features = FacultyWeights(rows, horizon, np.full(key_size, prior, dtype=np.float32))
        self.centre = np.full((rows, key_size), 0.5, dtype=np.float32)
        self.said = np.zeros((horizon + 1, rows, 2), dtype=np.float32)
        self.fit = MetricFit(self.features, horizon, prior, adapt=adapt, federation=federation) if adapt or federation else None

    @property
    def weight(self) -> F32:
        """Weight of recalled outcomes, (rows,): at least `least`, and at most `memory.trust`; `least` where it is damaged."""
        return np.minimum(np.fmax(self.weights.weight[:, 0], self.least), self._trust)

    def add(self, step: int, recalled: Recalled, forecast: F32) -> F32:
        """Shift of a *forecast* (rows,) of the asset in focus by memories, (rows,)."""
        shift, said = np.empty(len(forecast), dtype=np.float32), self.said[step % len(self.said)]
        compiled.recollection_add(self.weights.weight, self.least, self._trust, recalled.shrunk_result(), contiguous(forecast), said, shift)
        return shift

    def shift(self, step: int) -> F32:
        """Shift of the forecast of a step within the horizon, (rows,)."""
        return self.weight * self.said[step % len(self.said), :, 0]

    def metric(self) -> I32:
        """Weight of each number of a key in the distance of keys, (rows, key_size), in whole numbers."""
        return whole_metric(self._metric_weights())

    def importance(self) -> F32:
        """Share of each number of a key in the distance of keys, as outcomes have taught agents, (rows, key_size); rows sum to one."""
        weights = self._metric_weights()
        shares: AnyArray = weights / kernels.total(weights)[:, None]
        return shares

    @property
    def credence(self) -> F32:
        """Credence that each number of a key tells of outcomes, (rows, key_size), as the metric goes by it."""
        return self.fit.credence if self.fit else self.features.credence

    def _metric_weights(self) -> F32:
        """Weights (rows, key_size) of the metric; all alike in a row that is damaged."""
        credence = self.credence
        sound = np.isfinite(credence)
        # Rows are asked only where any is damaged: each of them takes as long as all together.
        return FLAT + (credence if sound.all() else np.where(sound.all(axis=1, keepdims=True), credence, np.float32(0)))

    def learn(self, step: int, keys: U8, slot: int, result: F32, judged: Mask) -> None:
        """Learn from the outcomes of a step.

        What memories and the numbers of keys, as far as they lie from their centre, said is held against what the forecast without memories
        left of the result. The centre follows keys by 1 / (1 + readings), and at the least by `SETTLED` (``c/recollection.c``).

        Args:
            step: the one that is judged.
            keys: of memories, (rows, slots, key_size).
            slot: of the memories of that step.
            result: what the asset in focus did, (rows,).
            judged: rows that were there, (rows,).
        """
        said, apart = self.said[step % len(self.said)], np.empty_like(self.centre)
        mean, residual = np.empty((2, len(result), 1), dtype=np.float32)
        compiled.recollection_left(said, result, keys, slot, self.centre, mean, residual, apart)
        self.weights.learn(step, mean[:, :, None], residual, result[:, None], judged)
        self.features.learn(step, apart[:, :, None], residual, result[:, None], judged)
        if self.fit:
            self.fit.learn(keys, slot, residual, judged)
        compiled.recollection_follow(apart, self.features.reads, SETTLED, self.centre)

    def consolidate(self, step: int, timestamp: int, active: Mask) -> None:
        """At the beginning of a step, fit the metrics if a market day is over, where they are fitted."""
        if self.fit:
            self.fit.consolidate(step, timestamp, self.features, active)

    def inherit(self, rows: I64, other: Recollection, theirs: I64) -> None:
        """Rows (indexes) begin with what rows *theirs* of another have learned: not with their memories, but with what those were worth,
        and which features told of outcomes."""
        self.weights.inherit(rows, other.weights, theirs)
        self.features.inherit(rows, other.features, theirs)
        self.centre[rows] = other.centre[theirs]
        if self.fit:
            self.fit.inherit(rows, other.credence[theirs], other.fit.effects if other.fit else None, theirs)

    def forget(self, rows: I64) -> None:
        """Rows (indexes) start afresh, for agents that arrive."""
        self.weights.forget(rows)
        self.features.forget(rows)
        self.centre[rows] = 0.5
        self.said[:, rows] = 0
        if self.fit:
            self.fit.forget(rows)
