"""The portfolio optimizer: target weights over one asset or many."""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from freeagentics.agents.cohort import Cohort
from freeagentics.agents.context import CohortContext
from freeagentics.agents.decision import CAUSES, Decisions
from freeagentics.agents.emitter import LastSent
from freeagentics.agents.experience import running_volatility
from freeagentics.agents.ranges import PositiveSpan, Span
from freeagentics.agents.signal_kinds import SignalKind
from freeagentics.agents.view import View
from freeagentics.arrays import F32, F64, I32, I64
from freeagentics.market import Orders
from freeagentics.memory import Recalled
from freeagentics.signals import Severity


class PortfolioOptimizerSettings(BaseModel):
    """How a portfolio optimizer weighs return against risk. Each agent draws its own from the ranges given."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    risk_aversion: PositiveSpan = Field((15.0, 60.0), description="Range of the weight of variance against expected return.")
    premium: Span = Field((0.0, 0.1), description="Range of the return expected with no view, in standard deviations.")
    covariance_halflife: float = Field(72.0, gt=1, description="Bars in which the estimate of correlations forgets half.")
    change: float = Field(0.05, gt=0, le=1, description="Change of the weights from which a target is told.")
    refresh: int = Field(12, ge=1, description="Steps after which a standing target is told again.")


class PortfolioOptimizer(Cohort):
    """Mean-variance weights (Markowitz, 1952), long only, within the risk manager's limit.

    Expected returns are the views heard from hunters and analyzers, and a premium; risks are those that each agent's own belief
    predicts, correlations are exponentially weighted and shrunk by a tenth towards none. Weights solve the unconstrained problem, negative
    ones become zero, and the rest is scaled into the limit.
    """

    role = "portfolio-optimizer"
    compression = 0.3
    phase = 2
    decision_type = "PORTFOLIO_ALLOCATION"
    actions = ("wait", "tell-target")
    reasoning = ("target", "trend_heard", "sentiment_heard", "limit", "expected_return", "before_memories")
    Settings = PortfolioOptimizerSettings

    def __init__(self, number: int, rows: int, context: CohortContext, settings: PortfolioOptimizerSettings) -> None:
        super().__init__(number, rows, context, settings)
        draw = context.random("portfolio-optimizer/temper", number)
        self.risk_aversion = draw.uniform(*settings.risk_aversion, rows).astype(np.float32)
        self.premium = draw.uniform(*settings.premium, rows).astype(np.float32)
        self.covariance = np.zeros((context.assets, context.assets), dtype=np.float64)
        self.target = np.zeros((rows, context.assets), dtype=np.float32)
        self.last_sent = LastSent(rows, context.signal_ttl, context.assets)
        self._audience = context.hearers("trade-executor")

    def seat(self, rows: I64, agents: I32, numbers: I32, desks: I32, step: int) -> None:
        """Agents arrive, with no target told."""
        super().seat(rows, agents, numbers, desks, step)
        self.last_sent.forget(rows)
        self.target[rows] = 0

    def observe(self, view: View) -> None:
        """Follow the covariance of returns."""
        returns = self.context.column(view.observation, "price.return_1").astype(np.float64)
        outer = returns[:, None] * returns[None]
        decay = 0.5 ** (1 / self.settings.covariance_halflife)
        first = view.observation.step == 1
        self.covariance = outer if first else decay * self.covariance + (1 - decay) * outer

    def focus_on(self, view: View) -> I64:
        """The asset with the largest target, or where nothing is wanted the one with the strongest view."""
        heard = np.abs(self.heard.latest(SignalKind.TREND, view.observation.timestamp))
        return np.where(self.target.any(axis=1), self.target.argmax(axis=1), heard.argmax(axis=1))

    def choose(self, view: View, states: F32, recalled: Recalled, focus: I64) -> Decisions:
        """Views into weights, within the limit; told where they moved."""
        now, rows = view.observation.timestamp, np.arange(self.rows)
        trend, sentiment = self.heard.latest(SignalKind.TREND, now), self.heard.latest(SignalKind.SENTIMENT, now)
        limit = self.heard.limit(now)
        expected = trend + np.float32(0.5) * sentiment + self.premium[:, None]
        before = expected[rows, focus].copy()
        expected[rows, focus] = recalled.shrink_towards(before, self.context.memory.trust)
        self.target = self._weights(expected, limit, view)
        telling = self.last_sent.due(self.target, self.settings.change, self.settings.refresh, view.observation)
        self.last_sent.record(telling, self.target, view.observation)
        certain = np.tanh(np.abs(expected[rows, focus])).astype(np.float32)
        emitter = self.emitter(view)
        bound = self.target.sum(axis=1) >= limit - np.float32(1e-3)
        always = np.ones(self.rows, dtype=np.bool_)
        causes = ((SignalKind.VETO, limit == 0), (SignalKind.TREND, always), (SignalKind.SENTIMENT, always), (SignalKind.LIMIT, bound))
        signal, parent, parent_step = self.heard.causes(causes, now, CAUSES)
        return Decisions(
            action=self.first_action(("tell-target", telling)),
            value=self.target[rows, focus],
            confidence=certain,
            size=self.target.sum(axis=1),
            stance=self.target.copy(),
            explored=np.zeros(self.rows, dtype=np.bool_),
            published=telling.astype(np.int32),
            reason={
                "target": self.target[rows, focus],
                "trend_heard": trend[rows, focus],
                "sentiment_heard": sentiment[rows, focus],
                "limit": limit,
                "expected_return": expected[rows, focus],
                "before_memories": before,
            },
            parent=parent,
            parent_step=parent_step,
            signal=signal,
            signals=emitter.emit(telling, SignalKind.TARGET, self._audience, Severity.LOW, certain, self.target),
            orders=Orders.empty(),
            charge=np.zeros(self.rows, dtype=np.int64),
        )

    def _weights(self, expected: F32, limit: F32, view: View) -> F32:
        """Weights (rows, assets) from expected returns in standard deviations over the horizon, (rows, assets), and limits (rows,)."""
        scale = running_volatility(view, self.context)
        risk = np.maximum(self.belief.spread() * scale, np.float32(1e-6))
        # einsum keeps the order of summation whatever the number of rows; a BLAS product would not.
        free = np.einsum("ra,ab->rb", expected * scale / risk, np.linalg.inv(self._correlation())) / (risk * self.risk_aversion[:, None])
        positive = np.maximum(free, 0)
        total = positive.sum(axis=1)
        within = np.minimum(1, limit / np.maximum(total, 1e-9))
        return (positive * within[:, None]).astype(np.float32)

    def _correlation(self) -> F64:
        """Shrunk by a tenth towards none, (assets, assets)."""
        deviation = np.sqrt(np.maximum(np.diag(self.covariance), 1e-12))
        return 0.9 * self.covariance / np.outer(deviation, deviation) + 0.1 * np.eye(len(deviation))
