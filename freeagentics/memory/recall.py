"""The recall index: memories like the present, from bounded arrays in RAM."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F32, I32, U8, ArrayState, contiguous
from freeagentics.kernels import compiled

_NEVER = np.int32(-1)

METRIC_TOTAL = 256
"""Sum of the weights of a metric: whole numbers, so that distances stay whole numbers below 2**24."""

LARGEST_OUTCOME = 4.0
"""Standard deviations from which the size of an outcome counts most in the importance of its memory."""

_CHUNK = 32
"""Slots that the kernel works on side by side."""


@dataclass(frozen=True, slots=True, eq=False)
class Recalled:
    """Recalled memories, best first, for every row of a cohort: each from an episode of its own.

    Attributes:
        step: when each memory was made, (rows, k) int32; -1 where there was none.
        relevance: likeness times recency times salience, (rows, k) in 0..1; 0 where there was none.
        share: weight of each in their mean, (rows, k), summing to one where there was any.
        result: return of the asset over the horizon, (rows, k), in standard deviations.
        reward: of the agent, (rows, k).
        expected: mean result weighted by share, (rows,); 0 where nothing was recalled.
        weight: of that mean against the prior, 0..1, (rows,).
    """

    step: I32
    relevance: F32
    share: F32
    result: F32
    reward: F32
    expected: F32
    weight: F32

    @classmethod
    def weighed(cls, step: I32, relevance: F32, share: F32, result: F32, reward: F32, doubt: float) -> Recalled:
        """Memories that were recalled, (rows, k) each, with their mean.

        The mean weighs total / (doubt + total), of the relevance of all: *doubt* is the number of episodes that the prior, a result of 0,
        counts. Results have unit variance and their means, from kind to kind of situation, one of about a tenth: three memories of noise
        must not look like news (shrinkage; Efron & Morris, 1977, doi:10.1038/scientificamerican0577-119).
        """
        expected, weight = np.empty((2, len(step)), dtype=np.float32)
        compiled.recall_means(relevance, share, result, doubt, expected, weight)
        return cls(step, relevance, share, result, reward, expected, weight)

    def shrunk_result(self) -> F32:
        """Mean result shrunk towards the prior, a result of 0, by its weight, shape (rows,)."""
        return self.weight * self.expected


@dataclass(frozen=True, slots=True)
class Ranking:
    """Measures by which memories are ranked, see `RecallIndex`.

    Attributes:
        halflife: steps after which a memory counts half.
        width: distance at which likeness has fallen to exp(-1/2), as a share of the whole range of a feature, in the mean over features.
        importance: what a memory of no importance loses, in logarithms; 0 leaves it out.
        use: what a memory loses that never was among the first recalled, in logarithms; 0 leaves it out.
    """

    halflife: float
    width: float
    importance: float = 0.0
    use: float = 0.0

    @property
    def measures(self) -> tuple[float, float, float, float]:
        """Scale of squared distances, half-life, and the weights, as kernels take them."""
        return 1 / (2 * (255 * self.width) * (255 * self.width)), self.halflife, self.importance, self.use


class RecallIndex(ArrayState):
    """The latest memories of every agent, and of the older episodes those that mattered most.

    Memories whose outcome windows overlap saw the same market: they are one episode. Recall finds the most relevant memory of each, and
    none that overlaps with another it found. Half of the slots are a ring of the latest memories. Of what leaves it, one memory is kept of
    every `horizon` steps; it takes the place of the least important older one, if it is more important itself. Importance halves over
    `halflife` steps.

    What is recalled is ranked by a sum of logarithms, as of the odds that a memory is needed (Anderson & Schooler, 1991,
    doi:10.1111/j.1467-9280.1991.tb00174.x), over the qualities that generative agents go by (Park et al., 2023,
    doi:10.1145/3586183.3606763), and use (``c/recall.c``)::

        ln relevance = -distance² / (2 width²)                         likeness of keys, a distance in whole numbers
                       - ln 2 · age / halflife                         recency
                       - ranking.importance · (1 - importance / 2)     salience
                       - ranking.use / (1 + uses)

    Args:
        rows: of the cohort.
        slots: memories of a row; even and at least 2 * (horizon + 1), so that a memory is in the ring when its outcome arrives.
        key_size: numbers a key; at most 250.
        horizon: steps that the outcome of a memory looks ahead.
        ranking: the measures.
        doubt: episodes that the prior counts, see `Recalled`.

    Attributes:
        key: (rows, slots, key_size).
        step: when each memory was made, (rows, slots); -1 where there is none.
        importance: by itself, 0..1, and by its outcome, 0..1, together, (rows, slots).
        result, reward: its outcome, (rows, slots); the result is NaN where it is not known.
        uses: how often it was among the first recalled, (rows, slots); not counted where it would not count.
    """

    def __init__(self, rows: int, slots: int, key_size: int, *, horizon: int, ranking: Ranking, doubt: float) -> None:
        self._ring, self._horizon = slots // 2, horizon
        self._ranking, self._doubt = ranking, doubt
        self._flat = whole_metric(np.ones((1, key_size), dtype=np.float32))
        self._flat.flags.writeable = False
        self.key = np.zeros((rows, slots, key_size), dtype=np.uint8)
        self.step = np.full((rows, slots), _NEVER, dtype=np.int32)
        self.importance = np.zeros((rows, slots), dtype=np.float32)
        self.result = np.full((rows, slots), np.nan, dtype=np.float32)
        self.reward = np.zeros((rows, slots), dtype=np.float32)
        self.uses = np.zeros((rows, slots), dtype=np.uint16)

    def emptied(self) -> RecallIndex:
        """An index of the same shape and settings, without memories."""
        return RecallIndex(*self.key.shape, horizon=self._horizon, ranking=self._ranking, doubt=self._doubt)

    def remember(self, keys: U8, importance: F32, step: int) -> None:
        """Put keys (rows, key_size) and importances (rows,) of this step into the ring; what they replace may stay among the older ones."""
        held = (self.key, self.step, self.importance, self.result, self.reward, self.uses)
        given = (contiguous(keys), contiguous(importance))
        compiled.recall_remember(*given, *held, self.slot_of(step), self._ring, step, self._horizon, self._ranking.halflife)

    def attach_outcomes(self, step: int, result: F32, reward: F32) -> None:
        """Attach outcomes (rows,) to the memories of *step*; rows that were not there then are left alone."""
        held = (self.step, self.result, self.reward, self.importance)
        compiled.recall_attach(contiguous(result), contiguous(reward), step, self.slot_of(step), LARGEST_OUTCOME, *held)

    def slot_of(self, step: int) -> int:
        """The slot in which memories of a step lie while it is in the ring."""
        return step % self._ring

    def recall(self, keys: U8, k: int, step: int, metric: I32 | None = None, *, named: int = 0) -> Recalled:
        """Find *k* episodes with an outcome whose memories are most like keys (rows, key_size), and most recent.

        A *metric* (rows, key_size) of whole numbers says how much each number of a key matters; by default all do alike. A memory's share
        is by how much it is more relevant than the first one left out: so a memory comes to mind and leaves it without a jump, and one that
        is a little off in its code changes decisions a little. The first *named* of each row are counted as used, if use counts.
        """
        slots, chunks = self.step.shape[1], -(-self.step.shape[1] // _CHUNK)
        made = np.empty((len(keys), k), dtype=np.int32)
        likeness, share, result, reward = np.empty((4, len(keys), k), dtype=np.float32)
        relevance, left_out = np.empty(slots + chunks, dtype=np.float32), np.empty(chunks, dtype=np.int32)
        compiled.recall_find(
            self.key,
            self.step,
            self.importance,
            self.result,
            self.reward,
            keys,
            self._flat if metric is None else metric,
            k,
            step,
            self._horizon,
            *self._ranking.measures,
            named if self._ranking.use > 0 else 0,
            self.uses,
            relevance,
            left_out,
            made,
            likeness,
            share,
            result,
            reward,
        )
        return Recalled.weighed(made, likeness, share, result, reward, self._doubt)

    def forget(self, rows: np.ndarray) -> None:
        """Clear rows (indexes), for agents that arrive."""
        self.step[rows] = _NEVER
        self.result[rows] = np.nan
        self.importance[rows] = 0


def whole_metric(weights: F32) -> I32:
    """Weights (rows, key_size) as whole numbers that sum to at most `METRIC_TOTAL`."""
    metric = np.empty(weights.shape, dtype=np.int32)
    compiled.recall_metric(contiguous(weights), weights.shape[1], METRIC_TOTAL, metric)
    return metric
