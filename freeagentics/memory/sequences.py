"""The sequence index: stretches of the past that went as the last bars did, over all that is remembered of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F32, F64, I32, ArrayState
from freeagentics.kernels import compiled

STEPS_A_DEVIATION = 15
"""Moves are kept in fifteenths of a standard deviation, within eight of them: a byte each."""

STILL = 128

LOUD = 0.8
"""Root mean square of the moves of a stretch, in standard deviations, from which it is told from noise at all."""

INDEPENDENT = 0.7
"""Dimensions of a stretch, a bar: fewer than one, for moves have heavy tails, and a stretch is often one large move and little else."""

EPISODES = 16
"""Episodes that are found at most: what is like more of the past than that is nothing special."""


@dataclass(frozen=True, slots=True, eq=False)
class FoundSequences:
    """Episodes that ended as the last bars did, the latest first.

    Attributes:
        step: at which each ended, (A, k) int32; -1 where there are no more.
        cosine: of the angle between its moves and the last ones, (A, k).
        result: of the asset over the horizon that followed, (A, k); 0 where there are no more.
        chance: number of stretches of noise among those compared that would have been as much alike, (A, k); 0 where there are no more.
    """

    step: I32
    cosine: F32
    result: F32
    chance: F64


class SequenceIndex(ArrayState):
    """Moves of all assets over the latest steps, a byte each, and what followed.

    Two stretches are alike where the angle between them, as vectors of moves, is small: it does not matter how large the moves are, for a
    market's volatility changes while it moves (subsequence search under a scale-free distance; Yeh et al., 2016,
    doi:10.1109/ICDM.2016.0179). Quiet stretches are not compared. All is whole numbers until the cosine (``c/sequences.c``).

    Args:
        assets: A of them.
        capacity: steps that are kept.
        length: bars of a stretch.
        horizon: steps that results look ahead.
        likeness: least cosine.

    Attributes:
        move: (A, capacity) bytes; slots are steps modulo the capacity.
        result: (A, capacity), NaN where it is not known.
    """

    def __init__(self, assets: int, capacity: int, *, length: int, horizon: int, likeness: float) -> None:
        self._length, self._horizon, self._likeness = length, horizon, likeness
        self._chance = chances_of_likeness(length * INDEPENDENT)
        self._chance.flags.writeable = False
        loud = LOUD * STEPS_A_DEVIATION
        self._loud = length * loud * loud
        self.move = np.full((assets, capacity), STILL, dtype=np.uint8)
        self.result = np.full((assets, capacity), np.nan, dtype=np.float32)

    def remember(self, moves: F32, step: int) -> None:
        """Keep the moves (A,) of a step, in standard deviations; steps come in order."""
        slot = step % self.move.shape[1]
        self.move[:, slot] = np.clip(np.rint(moves * STEPS_A_DEVIATION), -STILL, STILL - 1) + STILL
        self.result[:, slot] = np.nan

    def attach_results(self, step: int, result: F32) -> None:
        """Keep what followed a step of less than `capacity` ago, (A,)."""
        self.result[:, step % self.move.shape[1]] = result

    def inherit(self, other: SequenceIndex, last: int, count: int) -> None:
        """Take over the latest *count* steps of another, up to its step *last*, as steps 0 to *count* - 1."""
        for mine, theirs in ((self.move, other.move), (self.result, other.result)):
            steps = np.arange(count)
            mine[:, steps % mine.shape[1]] = theirs[:, (last + 1 - count + steps) % theirs.shape[1]]

    def find(self, step: int) -> FoundSequences:
        """Find episodes that ended as the bars up to this *step* went."""
        assets, capacity = self.move.shape
        found, cosine = np.empty((assets, EPISODES), dtype=np.int32), np.empty((assets, EPISODES), dtype=np.float32)
        result, chance = np.empty_like(cosine), np.empty((assets, EPISODES))
        sizes = capacity, self._length, step, self._horizon, EPISODES
        given = (self._likeness, self._loud, self._chance)
        compiled.sequences_find(self.move, self.result, *sizes, *given, found, cosine, result, chance)
        return FoundSequences(found, cosine, result, chance)


def chances_of_likeness(dimensions: float, places: int = 1024) -> F32:
    """Probability that the angle of two independent directions has at least each cosine of 0 to 1, (places + 1,): the share of a sphere
    in so many *dimensions* that lies in a cap."""
    at = np.linspace(0, 1, places + 1)
    squares = np.maximum(1 - at * at, 1e-300)
    density = kernels.exp(kernels.log(squares) * ((dimensions - 3) / 2))
    beyond = np.append(np.cumsum((density[:0:-1] + density[-2::-1]) / 2)[::-1], 0)
    return (beyond / (2 * beyond[0])).astype(np.float32)
