"""Value-at-risk as risk managers forecast it, against the losses that followed."""

from __future__ import annotations

import numpy as np

from freeagentics.agents.decision import reasons_by_name
from freeagentics.agents.experience import RISK
from freeagentics.agents.roles.risk_manager import RiskManager
from freeagentics.arrays import F64, Mask
from freeagentics.market import CENTS
from freeagentics.report.aggregates.context import RunContext
from freeagentics.report.aggregates.coverage import Coverage, coverage
from freeagentics.report.aggregates.scan import StepData

FEWEST = 30
"""Forecasts from which exceedances are tested: with fewer, hardly one is expected."""


class ValueAtRisk:
    """Value-at-risk and equity of all desks that have a risk manager, together; T steps.

    Together, since they hold the same assets at the same time: their losses are no independent observations.

    Attributes:
        forecast: loss over the horizon that is exceeded with 5 %, USD, the sum over desks, (T,); NaN where not all of these desks have one.
        equity: USD, the sum over the same desks, (T,).
    """

    def __init__(self, context: RunContext) -> None:
        self.forecast, self.equity = np.full(context.steps, np.nan), np.full(context.steps, np.nan)
        self._horizon = context.horizon
        self._manages = context.role == context.team.index(RiskManager.role) if RiskManager.role in context.team else context.role < 0
        self._desk = context.names.seats["desk"]
        self._managed = len(np.unique(self._desk[self._manages]))
        self._reasoning = context.names.of_role(RiskManager.role).reasoning if self._manages.any() else ()

    def update(self, data: StepData) -> None:
        """Take in one step."""
        mine = data.decisions[self._manages[data.decisions["agent"]]]
        if not len(mine):
            return
        # Several managers of a desk look at the same positions: one of them speaks for it.
        desk, first = np.unique(self._desk[mine["agent"]], return_index=True)
        share = reasons_by_name(self._reasoning, mine["reason"][first])["value_at_risk"]
        if len(desk) < self._managed:
            # A desk whose managers have left would look like a loss.
            return
        equity = data.accounts["equity"][desk] / CENTS
        self.forecast[data.step - 1], self.equity[data.step - 1] = float(share @ equity), equity.sum()

    def losses(self) -> F64:
        """Loss over the horizon that followed each step, USD, (T - horizon,): equity then less equity after it."""
        return self.equity[: -self._horizon] - self.equity[self._horizon :]

    def share_exceeded(self) -> float:
        """Share of all forecasts that the loss exceeded; NaN without any."""
        judged = self._judged()
        return float(judged.mean()) if len(judged) else float("nan")

    def tests(self) -> Coverage | None:
        """Tests of every horizon's first forecast, so that no two losses share a bar; None where they are too few."""
        apart = self._judged()[:: self._horizon]
        return coverage(apart, RISK) if len(apart) >= FEWEST else None

    def _judged(self) -> Mask:
        """Mask of exceedances over all forecasts for positions that could lose anything and whose loss is known."""
        forecast = self.forecast[: -self._horizon]
        known = (forecast > 0) & np.isfinite(self.losses())
        return np.asarray(self.losses()[known] > forecast[known])
