"""Weights of faculties over time, by role."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F64
from freeagentics.report.aggregates.context import RunContext
from freeagentics.report.aggregates.scan import StepData


class WeightCurves:
    """Weights that the agents of a role gave to its faculties; T steps, C faculties.

    Attributes:
        role: its number.
        names: of the faculties, C.
        mean: over the agents that were there, (T, C).
        spread: standard deviation between them, (T, C).
    """

    def __init__(self, context: RunContext, role: int) -> None:
        self.role = role
        self.names = context.names.of_role(context.team[role]).weights
        self.mean, self.spread = (np.zeros((context.steps, len(self.names))) for _ in range(2))
        self._role = context.role

    def update(self, data: StepData) -> None:
        """Take in one step."""
        there = int((self._role[data.decisions["agent"]] == self.role).sum())
        pages = [page["weight"].astype(np.float64) for page in data.weights if self._role[page["agent"][0]] == self.role]
        if not pages:
            return
        # Those without a record give no weight to anything.
        total, squares = (sum(np.sum(page**power, axis=0) for page in pages) / there for power in (1, 2))
        self.mean[data.step - 1] = total
        self.spread[data.step - 1] = np.sqrt(np.maximum(squares - np.square(total), 0))

    def heard(self) -> list[int]:
        """Faculties that had a weight at some step."""
        return np.flatnonzero(self.mean.any(axis=0)).tolist()

    def share_heard(self) -> F64:
        """Share of steps at which somebody gave each faculty a weight, (C,)."""
        return np.asarray((self.mean != 0).mean(axis=0))


def weight_curves(context: RunContext) -> tuple[WeightCurves, ...]:
    """Weights of every role of the run's team."""
    return tuple(WeightCurves(context, role) for role in range(len(context.team)))
