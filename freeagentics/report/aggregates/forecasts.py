"""Forecasts of the roles that make any, against what came: correlation, calibration, and what memories and signals did for them."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from freeagentics.agents import ROLES, SIGNAL_KINDS
from freeagentics.agents.decision import reasons_by_name
from freeagentics.agents.roles.forecaster import Forecaster
from freeagentics.agents.roles.portfolio_optimizer import ADVISERS, PortfolioOptimizer
from freeagentics.arrays import F64, AnyArray
from freeagentics.report.aggregates.comparison import Comparison
from freeagentics.report.aggregates.context import RunContext
from freeagentics.report.aggregates.contributions import bounded
from freeagentics.report.aggregates.estimate import Estimate, correlation_of
from freeagentics.report.aggregates.scan import StepData

BINS = 20
"""Bins of the histogram of probability integral transforms."""


class Forecasts:
    """Forecasts of one role for the asset in focus of each decision; T steps.

    Attributes:
        role: its number.
        memories: forecasts with and without what memories added.
        signals: of an optimizer, with and without what each kind of adviser told, by kind.
        pit: decisions by the probability that their forecast, taken for the mean of a normal distribution whose standard deviation is the
            volatility known then, gave to what came or less, (BINS,) (Diebold, Gunther & Tay, 1998, doi:10.2307/2527342).
    """

    def __init__(self, context: RunContext, role: int) -> None:
        self.role, self._context = role, context
        self._reasoning = context.names.of_role(context.team[role]).reasoning
        self.memories = Comparison(context.steps, context.horizon)
        hears = context.team[role] == PortfolioOptimizer.role
        self.signals = {SIGNAL_KINDS[kind]: Comparison(context.steps, context.horizon) for kind in (ADVISERS if hears else ())}
        self.pit = np.zeros(BINS, dtype=np.int64)
        self._moments, self._moments_before = np.zeros((context.steps, 6)), np.zeros((context.steps, 6))

    def update(self, data: StepData) -> None:
        """Take in one step."""
        mine = self._context.role[data.decisions["agent"]] == self.role
        reasons = reasons_by_name(self._reasoning, data.decisions["reason"][mine].astype(np.float64))
        told, before, result = reasons["expected_return"], reasons["before_memories"], data.result[mine]
        self.memories.update(data.step, told, before, result)
        if self.signals:
            self._hear(data, data.decisions["agent"][mine], reasons, result)
        known = np.isfinite(result)
        self._moments[data.step - 1] = _moments(told[known], result[known])
        self._moments_before[data.step - 1] = _moments(before[known], result[known])
        self.pit += np.bincount(np.minimum((ndtr(result[known] - told[known]) * BINS).astype(np.int64), BINS - 1), minlength=BINS)

    def _hear(self, data: StepData, agents: AnyArray, reasons: dict[str, AnyArray], result: F64) -> None:
        """Take in what an optimizer heard, weighed as it did."""
        trust = np.zeros((len(self._context.role), len(ADVISERS)))
        for page in data.weights:
            trust[page["agent"]] = page["weight"][:, : len(ADVISERS)] if self._context.role[page["agent"][0]] == self.role else 0
        heard = np.stack([reasons["trend_heard"], reasons["sentiment_heard"]], axis=1) * trust[agents]
        added = reasons["expected_return"] - reasons["before_memories"]
        whole = bounded(heard.sum(axis=1)) + added
        for place, comparison in enumerate(self.signals.values()):
            others = bounded(heard.sum(axis=1) - heard[:, place]) + added
            # Weights on record are rounded: only what was heard moves a forecast.
            comparison.update(data.step, whole, np.where(heard[:, place] == 0, whole, others), result)

    @property
    def coefficient(self) -> Estimate:
        """Information coefficient: the correlation of forecasts, where there was one, with what came."""
        return correlation_of(self._moments, self._context.horizon)

    @property
    def coefficient_before(self) -> Estimate:
        """The same of forecasts before memories."""
        return correlation_of(self._moments_before, self._context.horizon)


def forecasts_of(context: RunContext) -> tuple[Forecasts, ...]:
    """Those of every built-in role of the team that forecasts returns."""
    kinds = [(role, ROLES[name]) for role, name in enumerate(context.team) if name in ROLES]
    return tuple(Forecasts(context, role) for role, kind in kinds if issubclass(kind, (Forecaster, PortfolioOptimizer)))


def _moments(forecast: F64, result: F64) -> F64:
    there = forecast != 0
    x, y = forecast[there], result[there]
    return np.array([len(x), x.sum(), y.sum(), (x * x).sum(), (y * y).sum(), (x * y).sum()])
