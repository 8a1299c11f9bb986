"""Recall of sequences: what followed when the market last went as it did just now, weighed as outcomes have shown it to be right."""

from __future__ import annotations

import numpy as np

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


class SequenceRecall(ArrayState):
    """Sequels of episodes that began as the present did, for all agents of a cohort; prices are the same for all, and held once.

    An agent recalls what it lived through, and what was handed on to those that were there from the first step on: the latest
    `memory.handed_on` bars of an earlier run, which stand before that step. Each episode counts by the probability that it is no chance
    likeness, and their mean sequel is shrunk by doubt; it is said once, held over the horizon, and fades.

    Attributes:
        index: moves and results of all assets.
        weights: how outcomes answered to what was recalled, one component.
        held: what was said last, (rows, 1, assets).
        said: words of the steps over the horizon, (horizon + 1, rows, assets).
    """

    def __init__(self, rows: int, assets: int, memory: MemorySettings) -> None:
        # Where memory is off it is kept all the same, so that a fork may switch it on.
        self._trust = np.float32(memory.trust if memory.enabled else 0)
        self._before = memory.handed_on
        length, horizon = memory.sequence_length, memory.horizon
        self.index = SequenceIndex(assets, memory.sequences, length=length, horizon=horizon, likeness=memory.sequence_likeness)
        self.weights = FacultyWeights(rows, horizon, np.full(1, memory.sequence_prior, dtype=np.float32), signed=False)
        self.held = HeldDirections(rows, 1, assets, horizon)
        self.said = np.zeros((horizon + 1, rows, assets), dtype=np.float32)

    @property
    def weight(self) -> F32:
        """Weight of recalled sequels, (rows,); at most `memory.trust`, and 0 where memory is off."""
        return np.minimum(self.weights.weight[:, 0], self._trust)

    def observe(self, step: int, moves: F32, joined: I32) -> None:
        """Take in the moves (A,) of a step, and recall; *joined* (rows,) are the steps at which agents arrived."""
        self.index.remember(moves, self._before + step)
        words = self._words(step, joined)
        self.said[step % len(self.said)] = words
        self.held.take(words, np.ones((len(words), 1), dtype=np.bool_))

    def _words(self, step: int, joined: I32) -> F32:
        """What agents recall: each episode that they lived through counts by 1 / (1 + chance), and the sum of its results so counted is
        divided by the count and `DOUBT` (``c/sequences.c``)."""
        found, words = self.index.find(self._before + step), np.empty((len(joined), self.said.shape[2]), dtype=np.float32)
        doubts = (DOUBT, CERTAIN, LARGEST_SEQUEL)
        compiled.sequences_words(found.step, found.result, found.chance, joined, self._before, *doubts, words)
        return words

    def contributions(self) -> F32:
        """Shift of each forecast by what was recalled, (rows, assets)."""
        return self.weight[:, None] * self.held.now()[:, 0]

    def learn(self, outcomes: Outcomes, residual: F32, judged: Mask) -> None:
        """Learn from outcomes, and keep them as sequels; *residual* (rows, assets) is what the forecast without memories left of them."""
        word = self.said[outcomes.step % len(self.said)][:, None]
        result = np.repeat(outcomes.result[None], len(residual), axis=0)
        self.weights.learn(outcomes.step, word, residual, result, judged, (word != 0).any(axis=2))
        self.index.attach_results(self._before + outcomes.step, outcomes.result)

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
