"""Trade executors that are driven from outside: a policy gives the weights, they give the orders."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from freeagentics.agents.cohort import Situation
from freeagentics.agents.context import CohortContext
from freeagentics.agents.decision import CohortOutput, Decisions
from freeagentics.agents.roles.trade_executor import TradeExecutor
from freeagentics.agents.view import View
from freeagentics.arrays import F32, Mask
from freeagentics.memory import Recalled


class DrivenExecutor(TradeExecutor):
    """Trade executors of which some move their desk to weights that they are given, whatever the fee: they have no band. Limits of the
    desk's risk manager hold for them too. The others decide themselves.

    Attributes:
        driven: who is, (rows,).
        given: weights for the step at hand, (rows, assets); NaN before they are given and where nobody gives any.
        charge: cents that each driven row pays a step for the sources that its policy reads.
    """

    def __init__(self, number: int, rows: int, context: CohortContext, settings: Any) -> None:
        super().__init__(number, rows, context, settings)
        self.driven = np.zeros(rows, dtype=np.bool_)
        self.given = np.full((rows, context.assets), np.nan, dtype=np.float32)
        self.charge = np.zeros(rows, dtype=np.int64)
        self._situation: Situation | None = None

    def drive(self, desks: int, charge: int) -> bool:
        """Drive the executors of the first *desks* desks, each of which pays *charge* cents a step; returns whether any sits here."""
        self.driven[:] = self.active & (self.desk < desks)
        self.charge[:] = np.where(self.driven, charge, 0)
        return bool(self.driven.any())

    def look(self, view: View) -> Situation:
        """The situation in which it will decide this step."""
        self._situation = self.situate(view)
        return self._situation

    def told(self, now: int) -> F32:
        """Target weights that the desk's optimizer told, or that the executor would choose without one, (rows, assets)."""
        return super()._target(now)

    def decide(self, view: View) -> CohortOutput:
        """Choose in the situation that was looked at."""
        situation, self._situation = self._situation, None
        output = self.act(situation or self.situate(view))
        self.given[:] = np.nan
        return output

    def choose(self, view: View, states: F32, recalled: Recalled, focus: np.ndarray) -> Decisions:
        """Wanted weights, given or its own, the orders that lead there, and what was paid."""
        return replace(super().choose(view, states, recalled, focus), charge=self.charge)

    def _target(self, now: int) -> F32:
        target: F32 = np.where(np.isnan(self.given), super()._target(now), self.given)
        return target

    def _trading(self, weight: F32, missing: F32, closing: Mask, limit: F32) -> Mask:
        own = super()._trading(weight, missing, closing, limit)
        return np.where(self.driven[:, None], missing != 0, own)
