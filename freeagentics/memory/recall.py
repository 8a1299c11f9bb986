"""The recall index: memories like the present, from bounded arrays in RAM."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F32, I32, U8, ArrayState

_NEVER = np.int32(-1)

PRIOR_COUNT = np.float32(10)
"""Memories that the prior, a result of 0, counts. Results have unit variance and their means, from kind to kind of features, one of
about a tenth: three memories of noise must not look like news (shrinkage; Efron & Morris, "Stein's paradox in statistics", 1977)."""


@dataclass(frozen=True, slots=True, eq=False)
class Recalled:
    """Recalled memories, best first, for every row of a cohort.

    Attributes:
        step: when each memory was made, (rows, k) int32; -1 where there was none.
        relevance: likeness times recency, (rows, k) in 0..1; 0 where there was none.
        share: weight of each in their mean, (rows, k), summing to one where there was any.
        result: return of the asset over the horizon, (rows, k), in standard deviations.
        reward: of the agent, (rows, k).
    """

    step: I32
    relevance: F32
    share: F32
    result: F32
    reward: F32

    def expected_result(self) -> F32:
        """Mean result weighted by share, shape (rows,); 0 where nothing was recalled."""
        return (self.share * self.result).sum(axis=1)

    def weight(self) -> F32:
        """Weight of that mean against the prior, 0..1, shape (rows,)."""
        total = self.relevance.sum(axis=1)
        return total / (PRIOR_COUNT + total)

    def shrink_towards(self, forecast: F32, trust: float) -> F32:
        """A forecast (rows,) shrunk towards the expected result, by its weight times *trust* (0..1)."""
        share = self.weight() * np.float32(trust)
        return forecast + share * (self.expected_result() - forecast)


class RecallIndex(ArrayState):
    """The latest memories of every agent, and of the older ones those that mattered most.

    Half of the slots are a ring of the latest memories. A memory that leaves the ring takes the place of the least important older one, if
    it is more important itself; importance halves over `halflife` steps.

    Likeness is Gaussian in the distance between keys. Distances are sums of squares of integers below 2**24, which float32 holds
    exactly, so that the order of summation cannot change a bit.

    Args:
        rows: of the cohort.
        slots: memories of a row; even and at least 2 * (horizon + 1), so that a memory is in the ring when its outcome arrives.
        key_size: numbers a key; at most 250.
        halflife: steps after which a memory counts half.
        width: distance at which likeness has fallen to exp(-1/2), as a share of the whole range of a feature, in the mean over features.
    """

    def __init__(self, rows: int, slots: int, key_size: int, *, halflife: float = 500.0, width: float = 0.12) -> None:
        self._ring = slots // 2
        self._halflife = halflife
        self._scale = np.float32(1 / (2 * key_size * (255 * width) ** 2))
        self.key = np.zeros((rows, slots, key_size), dtype=np.uint8)
        self.norm = np.zeros((rows, slots), dtype=np.float32)
        self.step = np.full((rows, slots), _NEVER, dtype=np.int32)
        self.importance = np.zeros((rows, slots), dtype=np.float32)
        self.result = np.full((rows, slots), np.nan, dtype=np.float32)
        self.reward = np.zeros((rows, slots), dtype=np.float32)

    def remember(self, keys: U8, importance: F32, step: int) -> None:
        """Put keys (rows, key_size) and importances (rows,) of this step into the ring; what they replace may stay among the older ones."""
        slot = step % self._ring
        self._keep(slot, step)
        self.key[:, slot] = keys
        self.norm[:, slot] = np.square(keys.astype(np.float32)).sum(axis=1)
        self.step[:, slot] = step
        self.importance[:, slot] = importance
        self.result[:, slot] = np.nan
        self.reward[:, slot] = 0

    def _keep(self, slot: int, step: int) -> None:
        rows = np.arange(len(self.step))
        age = (step - self.step[:, self._ring :]).astype(np.float32)
        faded = self.importance[:, self._ring :] * np.exp2(-age / np.float32(self._halflife))
        faded[self.step[:, self._ring :] == _NEVER] = -1
        weakest = faded.argmin(axis=1)
        leaving_age = (step - self.step[:, slot]).astype(np.float32)
        leaving = self.importance[:, slot] * np.exp2(-leaving_age / np.float32(self._halflife))
        stays = (self.step[:, slot] != _NEVER) & (leaving > faded[rows, weakest])
        source, target = rows[stays], self._ring + weakest[stays]
        for array in (self.key, self.norm, self.step, self.importance, self.result, self.reward):
            array[source, target] = array[source, slot]

    def attach_outcomes(self, step: int, result: F32, reward: F32) -> None:
        """Attach outcomes (rows,) to the memories of *step*; rows that were not there then are left alone."""
        slot = step % self._ring
        there = self.step[:, slot] == step
        self.result[there, slot] = result[there]
        self.reward[there, slot] = reward[there]
        self.importance[there, slot] += np.minimum(np.abs(result[there]), 4) / 4

    def recall(self, keys: U8, k: int, step: int) -> Recalled:
        """Find the *k* memories with an outcome that are most like keys (rows, key_size), and most recent."""
        kept, now = self.key.astype(np.float32), keys.astype(np.float32)
        distance = self.norm + np.square(now).sum(axis=1)[:, None] - 2 * np.matmul(kept, now[:, :, None])[:, :, 0]
        age = (step - self.step).astype(np.float32)
        relevance = np.exp(-distance * self._scale) * np.exp2(-age / np.float32(self._halflife))
        has_outcome = ~np.isnan(self.result)
        relevance = np.where(has_outcome, relevance, 0).astype(np.float32)
        rows, kept_back = np.arange(len(relevance))[:, None], min(k + 1, relevance.shape[1])
        likely = np.argpartition(relevance, -kept_back, axis=1)[:, -kept_back:]
        order = np.argsort(-relevance[rows, likely], axis=1, kind="stable")[:, :k]
        best = likely[rows, order]
        found = relevance[rows, best]
        next_best = relevance[rows, likely].min(axis=1, keepdims=True) if kept_back > k else np.float32(0)
        return Recalled(
            step=np.where(found > 0, self.step[rows, best], _NEVER),
            relevance=found,
            share=_shares(found, next_best),
            result=np.where(found > 0, self.result[rows, best], 0).astype(np.float32),
            reward=np.where(found > 0, self.reward[rows, best], 0).astype(np.float32),
        )

    def forget(self, rows: np.ndarray) -> None:
        """Clear rows (indexes), for agents that arrive."""
        self.step[rows] = _NEVER
        self.result[rows] = np.nan
        self.importance[rows] = 0


def _shares(found: F32, next_best: F32 | np.float32) -> F32:
    """Weights of the memories found (rows, k): by how much each is more relevant than the first one that was left out.

    So a memory comes to mind and leaves it without a jump, and one that is a little off in its code changes decisions a little.
    """
    beyond = found - next_best
    weights = np.where(beyond.sum(axis=1, keepdims=True) > 0, beyond, found)
    return weights / np.maximum(weights.sum(axis=1, keepdims=True), np.float32(1e-6))
