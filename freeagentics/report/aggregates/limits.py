"""Limits and vetoes in force, and their breaches."""

from __future__ import annotations

import numpy as np

from freeagentics.agents.desk_limits import DeskLimits
from freeagentics.arrays import AnyArray
from freeagentics.report.aggregates.context import RunContext
from freeagentics.report.aggregates.desks import five_number_summary
from freeagentics.report.aggregates.scan import StepData

TOLERANCE = 0.01
"""Share of equity over its limit that does not count: executors let a position drift that far."""


class Limits:
    """Limits and vetoes in force on desks; T steps.

    Attributes:
        allowed: five-number summary over the desks that have a limit or a veto, (T, 5); NaN where none has.
        vetoed: share of desks under a veto, (T,).
        vetoes: vetoes that began at each step, (T,).
        lifted: vetoes that were lifted or expired at each step, (T,).
        breaches: closes of desks above the limit of the step before by more than 0.01.
        checked: closes of desks for which there was a limit.
    """

    def __init__(self, context: RunContext) -> None:
        self.allowed = np.full((context.steps, 5), np.nan)
        self.vetoed = np.zeros(context.steps)
        self.vetoes, self.lifted = (np.zeros(context.steps, dtype=np.int64) for _ in range(2))
        self.breaches = self.checked = 0
        self._in_force = DeskLimits(context.desks)

    def update(self, data: StepData) -> None:
        """Take in one step."""
        place = data.step - 1
        self._watch(data.accounts)
        before = self._in_force.vetoed
        self._in_force.update(data.signals, data.step, data.timestamp)
        limit, vetoed = self._in_force.limit.astype(np.float64), self._in_force.vetoed
        known = limit[~np.isnan(limit)]
        if known.size:
            self.allowed[place] = five_number_summary(known)
        self.vetoed[place] = vetoed.mean()
        self.vetoes[place] = (vetoed & ~before).sum()
        self.lifted[place] = (before & ~vetoed).sum()

    def _watch(self, accounts: AnyArray) -> None:
        exposure = 1 - accounts["cash"] / np.maximum(accounts["equity"], 1)
        limit = self._in_force.limit.astype(np.float64)
        self.breaches += int((exposure > limit + TOLERANCE).sum())
        self.checked += int((~np.isnan(limit)).sum())
