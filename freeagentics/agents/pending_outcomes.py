"""Decisions of a cohort whose outcomes are pending."""

from __future__ import annotations

import numpy as np

from freeagentics.agents.view import Outcomes
from freeagentics.arrays import F32, I64, ArrayState, contiguous
from freeagentics.kernels import compiled


class PendingOutcomes(ArrayState):
    """A ring over the horizon: the stance each agent took, and the asset in its focus.

    Attributes:
        stance: (horizon + 1, rows, assets).
        focus: (horizon + 1, rows).
    """

    def __init__(self, rows: int, horizon: int, assets: int) -> None:
        self.stance = np.zeros((horizon + 1, rows, assets), dtype=np.float32)
        self.focus = np.zeros((horizon + 1, rows), dtype=np.uint16)

    def record(self, step: int, stance: F32, focus: I64) -> None:
        """Keep a step's stances and focus until they are judged."""
        slot = step % len(self.stance)
        self.stance[slot], self.focus[slot] = stance, focus

    def judge(self, outcomes: Outcomes) -> tuple[F32, F32]:
        """The result of the asset in focus (rows,), and the reward of the stance, (rows,), in standard deviations."""
        slot = outcomes.step % len(self.stance)
        result, reward = np.empty((2, self.focus.shape[1]), dtype=np.float32)
        compiled.outcomes_judge(self.stance[slot], self.focus[slot], contiguous(outcomes.result), result, reward)
        return result, reward
