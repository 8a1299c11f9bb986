"""Forecasts of value-at-risk, against what came of the positions held."""

from __future__ import annotations

from freeagentics.evaluation import ValueAtRiskBacktest
from freeagentics.report.aggregates.context import RunContext
from freeagentics.report.aggregates.scan import StepData


class TailRisk:
    """The backtest of a run's risk managers, taken a step at a time."""

    def __init__(self, context: RunContext) -> None:
        self.backtest = ValueAtRiskBacktest(context.names, context.steps, context.horizon)

    def update(self, data: StepData) -> None:
        """Take in one step."""
        self.backtest.update(data.step, data.decisions, data.accounts, data.prices)
