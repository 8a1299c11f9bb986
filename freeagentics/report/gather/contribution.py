"""What each role's decisions earned: the rewards of their outcomes."""

from __future__ import annotations

import numpy as np

from freeagentics.report.gather.context import RunContext
from freeagentics.report.gather.estimate import Estimate, mean_of
from freeagentics.report.gather.scan import StepData


class Contribution:
    """Rewards by role and step of decision; T steps, R roles.

    Attributes:
        rewards: sums, in standard deviations, (T, R). judged: how many decisions, (T, R). right, wrong: rewards above and below 0, (R,).
    """

    def __init__(self, ground: RunContext) -> None:
        roles = len(ground.team)
        self.rewards = np.zeros((ground.steps, roles))
        self.judged = np.zeros((ground.steps, roles), dtype=np.int64)
        self.right, self.wrong = (np.zeros(roles, dtype=np.int64) for _ in range(2))
        self._role, self._horizon = ground.role, ground.horizon

    def see(self, moment: StepData) -> None:
        """Take in one step."""
        known = np.isfinite(moment.reward)
        if not known.any():
            return
        roles = self.rewards.shape[1]
        role, reward = self._role[moment.decisions["agent"][known]], moment.reward[known]
        self.rewards[moment.step - 1] = np.bincount(role, weights=reward, minlength=roles)
        self.judged[moment.step - 1] = np.bincount(role, minlength=roles)
        self.right += np.bincount(role[reward > 0], minlength=roles)
        self.wrong += np.bincount(role[reward < 0], minlength=roles)

    def mean(self, role: int) -> Estimate:
        """Mean reward of a role's decisions."""
        return mean_of(self.rewards[:, role], self.judged[:, role], self._horizon)
