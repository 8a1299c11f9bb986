"""Recall of sequences: what followed when prices or volumes last went as they did just now, as outcomes have shown it to be right."""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.agents.context import MemorySettings
from freeagentics.agents.view import Outcomes
from freeagentics.arrays import F32, I32, I64, ArrayState, Mask
from freeagentics.kernels import compiled
from freeagentics.memory import SequenceIndex
from freeagentics.mind import FacultyWeights, HeldDirections

DOUBT = np.float32(0.5)
"""Episodes without any result that the prior counts: with one that was found, two thirds of its result are expected again."""

CERTAIN = np.float32(0.7)
"""Number of real echoes expected among what was found, from which anything is said: below, silence."""

LARGEST_SEQUEL = np.float32(4)

USUAL_VOLUME_HALFLIFE = 12.0
"""Bars in which the mean that volumes are compared with forgets half."""


class SequenceRecall(ArrayState):
    """Sequels of episodes that began as the present did, for all agents of a cohort; prices are the same for all, and held once.

    An agent recalls what it lived through, and what was handed on to those that were there from the first step on: the latest
    `memory.handed_on` bars of an earlier run, which stand before that step. Each episode counts by the probability that it is no chance
    likeness, and their mean sequel is shrunk by doubt; it is said once, held over the horizon, and fades. Each of the C courses that
    `memory.sequences_of` names is recalled by itself, and has a weight of its own, on what those named before it leave of the outcomes.

    Attributes:
        courses: names of the C courses.
        index: moves and results, C times the assets.
        weights: how outcomes answered to what was recalled, C components.
        usual: mean of the last bars' volumes, (assets,).
        held: what was said last, (rows, C, assets).
        said: words of the steps over the horizon, (horizon + 1, rows, C, assets).
    """

    def __init__(self, rows: int, assets: int, memory: MemorySettings) -> None:
        # Where memory is off it is kept all the same, so that a fork may switch it on.
        self._trust = np.float32(memory.trust if memory.enabled else 0)
        self._before = memory.handed_on
        length, horizon = memory.sequence_length, memory.horizon
        self.courses, courses = memory.sequences_of, len(memory.sequences_of)
        self.index = SequenceIndex(courses * assets, memory.sequences, length=length, horizon=horizon, likeness=memory.sequence_likeness)
        self.weights = FacultyWeights(rows, horizon, np.full(courses, memory.sequence_prior, dtype=np.float32), signed=False)
        self.usual = np.zeros(assets, dtype=np.float32)
        self.held = HeldDirections(rows, courses, assets, horizon)
        self.said = np.zeros((horizon + 1, rows, courses, assets), dtype=np.float32)

    @property
    def weight(self) -> F32:
        """Weight of the recalled sequels of each course, (rows, C); at most `memory.trust`, and 0 where memory is off."""
        return np.minimum(self.weights.weight, self._trust)

    def observe(self, step: int, price: F32, volume: F32, joined: I32) -> None:
        """Take in a step, and recall.

        Args:
            step: which one.
            price: its moves, in standard deviations, (assets,).
            volume: its volumes, in standard deviations from a mean over a longer time, (assets,).
            joined: steps at which agents arrived, (rows,).
        """
        courses = {"price": price, "volume": volume - self.usual}
        self.usual += (volume - self.usual) * np.float32(1 - kernels.decay(USUAL_VOLUME_HALFLIFE))
        self.index.remember(np.concatenate([courses[name] for name in self.courses]), self._before + step)
        words = self._words(step, joined).reshape(self.said.shape[1:])
        self.said[step % len(self.said)] = words
        self.held.take(words, np.ones(words.shape[:2], dtype=np.bool_))

    def _words(self, step: int, joined: I32) -> F32:
        """Words of what agents recall, (rows, C * assets): each episode that they lived through counts by 1 / (1 + chance), and the sum of
        its results so counted is divided by the count and `DOUBT` (``c/sequences.c``)."""
        found, words = self.index.find(self._before + step), np.empty((len(joined), self.said[0, 0].size), dtype=np.float32)
        doubts = (DOUBT, CERTAIN, LARGEST_SEQUEL)
        compiled.sequences_words(found.step, found.result, found.chance, joined, self._before, *doubts, words)
        return words

    def contributions(self) -> F32:
        """Shift of each forecast by what was recalled, (rows, assets)."""
        return kernels.total(self.weight[:, :, None] * self.held.now(), axis=1)

    def learn(self, outcomes: Outcomes, residual: F32, judged: Mask) -> None:
        """Learn from outcomes, and keep them as sequels; *residual* (rows, assets) is what the forecast without memories left of them."""
        word = self.said[outcomes.step % len(self.said)]
        explained = self.weight[:, :, None] * word
        left = np.repeat(residual[:, None], len(self.courses), axis=1)
        for later in range(1, len(self.courses)):
            left[:, later] = left[:, later - 1] - explained[:, later - 1]
        result = np.repeat(outcomes.result[None], len(residual), axis=0)
        self.weights.learn(outcomes.step, word, left, result, judged, (word != 0).any(axis=2))
        self.index.attach_results(self._before + outcomes.step, np.tile(outcomes.result, len(self.courses)))

    def inherit(self, rows: I64, other: SequenceRecall, theirs: I64) -> None:
        """Rows (indexes) begin with what rows *theirs* of another have learned of sequels, see `inherit_bars` for these."""
        self.weights.inherit(rows, other.weights, theirs)

    def inherit_bars(self, other: SequenceRecall, step: int) -> None:
        """All that are there from the first step on know the bars of as many assets that another had seen by the end of its *step*."""
        self.index.inherit(other.index, other._before + step, self._before)

    def forget(self, rows: I64) -> None:
        """Rows (indexes) start afresh, for agents that arrive."""
        self.weights.forget(rows)
        self.held.forget(rows)
        self.said[:, rows] = 0
