"""Rewards of the decisions of each role."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import I64, Mask
from freeagentics.report.aggregates.context import RunContext
from freeagentics.report.aggregates.estimate import Estimate, mean_of
from freeagentics.report.aggregates.scan import StepData


class Contribution:
    """Rewards by role and step of decision; T steps, R roles.

    Attributes:
        rewards: sums, in standard deviations, (T, R).
        counts: decisions with a known outcome, (T, R).
        wins: those of them with a reward above 0, (T, R).
        misses: rewards below 0, (R,).
    """

    def __init__(self, context: RunContext) -> None:
        roles = len(context.team)
        self.rewards = np.zeros((context.steps, roles))
        self.counts = np.zeros((context.steps, roles), dtype=np.int64)
        self.wins, self.misses = np.zeros_like(self.counts), np.zeros(roles, dtype=np.int64)
        self._role, self._horizon = context.role, context.horizon

    def update(self, data: StepData) -> None:
        """Take in one step."""
        known = np.isfinite(data.reward)
        if not known.any():
            return
        roles = self.rewards.shape[1]
        role, reward = self._role[data.decisions["agent"][known]], data.reward[known]
        self.rewards[data.step - 1] = np.bincount(role, weights=reward, minlength=roles)
        self.counts[data.step - 1] = np.bincount(role, minlength=roles)
        self.wins[data.step - 1] = np.bincount(role[reward > 0], minlength=roles)
        self.misses += np.bincount(role[reward < 0], minlength=roles)

    @property
    def hits(self) -> I64:
        """Rewards above 0, (R,)."""
        hits: I64 = self.wins.sum(axis=0)
        return hits

    def success(self, role: int, steps: Mask) -> Estimate:
        """Share of a role's decisions at some *steps* (T,) whose reward was above 0."""
        return mean_of(np.where(steps, self.wins[:, role], 0.0), np.where(steps, self.counts[:, role], 0), self._horizon)

    def mean(self, role: int) -> Estimate:
        """Mean reward of a role's decisions."""
        return mean_of(self.rewards[:, role], self.counts[:, role], self._horizon)
