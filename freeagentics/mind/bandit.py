"""A contextual bandit over sources, for all agents of a cohort at once: it learns which of them pay for themselves."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F32, I64, ArrayState, Mask

PRIOR_PRECISION = 20.0
"""Readings' worth of doubt: results have unit variance, so that a first weight is taken to be right within 0.22."""

FORGETTING = 0.998
"""Share of what is known of a weight that is left after each reading: half after 350."""

OPTIMISM = 0.02
"""First value of every source, in squared standard deviations: each is bought until it has been shown not to be worth it. With nothing
but rare exploration, what a source says once in forty bars would hardly ever be heard (optimistic initial values; Sutton & Barto,
chapter 2)."""


class SourceBandit(ArrayState):
    """A contextual bandit: it learns, per context, what each source's direction says about the return to come, and the value of reading it.

    A direction is a number in [-1, 1] per source and asset. The forecast is linear in the directions that were read; its weights are
    learned by recursive least squares with forgetting, one weight at a time (Haykin, "Adaptive filter theory", with a diagonal covariance),
    so that a source that seldom speaks learns as fast, per word, as it should. A source's reward is how much smaller the squared error was
    with it than without it, less its cost. Whether it is read is up to whoever asks for its value; now and then it is read to explore
    (epsilon-greedy; Sutton & Barto, "Reinforcement learning", chapter 2).

    Args:
        learning_rate: of source values and success rates, per agent, (rows,).
        exploration_rate: per agent, (rows,).
        contexts: number of contexts, C.
        weights: first weights of the directions, shape (rows, S).

    Attributes:
        weight: of a direction in the forecast, (rows, C, S).
        precision: of that weight, (rows, C, S).
        value: mean reward, (rows, C, S).
        success_rate: share of readings with a positive reward, recent ones first, (rows, C, S).
        calls: readings that were judged, (rows, C, S).
    """

    def __init__(self, learning_rate: F32, exploration_rate: F32, contexts: int, weights: F32) -> None:
        rows, sources = weights.shape
        self.learning_rate = learning_rate.astype(np.float32)
        self.exploration_rate = exploration_rate.astype(np.float32)
        self.weight = np.repeat(weights[:, None, :].astype(np.float32), contexts, axis=1)
        self.precision = np.full((rows, contexts, sources), PRIOR_PRECISION, dtype=np.float32)
        self.value = np.full((rows, contexts, sources), OPTIMISM, dtype=np.float32)
        self.success_rate = np.full((rows, contexts, sources), 0.5, dtype=np.float32)
        self.calls = np.zeros((rows, contexts, sources), dtype=np.int32)
        self._first_weight = weights.astype(np.float32)
        self._first_weight.flags.writeable = False

    def values_in(self, context: I64) -> F32:
        """Mean reward of each source in each row's context (rows,): (rows, S)."""
        return self.value[np.arange(len(context)), context]

    def choose(self, wanted: Mask, free: Mask, uniform: F32) -> tuple[Mask, Mask]:
        """Sources to read (rows, S): those *wanted* and *free* ones (S,), and some only to explore, which come second.

        *uniform*: numbers in [0, 1), (rows, S)."""
        explore = (uniform < self.exploration_rate[:, None]) & ~wanted & ~free
        return wanted | explore | free, explore

    def forecast(self, context: I64, directions: F32, read: Mask) -> F32:
        """Expected standardised return over the horizon, (rows, assets), from directions (S, assets) of the sources read (rows, S)."""
        return self._contributions(context, directions, read).sum(axis=1)

    def _contributions(self, context: I64, directions: F32, read: Mask) -> F32:
        rows = np.arange(len(context))
        weights = self.weight[rows, context] * read
        return weights[:, :, None] * directions[None]

    def learn(self, context: I64, directions: F32, read: Mask, result: F32, cost: F32, judged: Mask) -> F32:
        """Take in the outcome of a past reading.

        Args:
            context: of the step that is judged.
            directions: of that step.
            read: sources read at that step.
            result: realised standardised return (assets,).
            cost: of reading each source, in units of squared error, (rows, S).
            judged: rows (rows,) that were there at the time.

        Returns:
            Reward per source, (rows, S); zero where nothing was read.
        """
        rows = np.arange(len(context))
        contributions = self._contributions(context, directions, read)
        error = result[None] - contributions.sum(axis=1)
        without = error[:, None] + contributions
        saved = (np.square(without) - np.square(error)[:, None]).mean(axis=2)
        used = read & judged[:, None]
        reward = np.where(used, saved - cost, 0).astype(np.float32)
        rate = self.learning_rate[:, None] * used
        known = self.precision[rows, context]
        known = np.where(used, FORGETTING * known + np.square(directions).mean(axis=1), known)
        self.precision[rows, context] = np.maximum(known, np.float32(PRIOR_PRECISION))
        gain = (np.clip(error, -4, 4)[:, None] * directions[None]).mean(axis=2) / self.precision[rows, context]
        self.weight[rows, context] += np.where(used, gain, 0)
        self.value[rows, context] += rate * (reward - self.value[rows, context])
        self.success_rate[rows, context] += rate * ((reward > 0) - self.success_rate[rows, context])
        self.calls[rows, context] += used
        return reward

    def forget(self, rows: np.ndarray) -> None:
        """Rows (indexes) start afresh, for agents that arrive."""
        self.weight[rows] = self._first_weight[rows][:, None]
        self.precision[rows] = PRIOR_PRECISION
        self.value[rows] = OPTIMISM
        self.success_rate[rows] = 0.5
        self.calls[rows] = 0
