"""The portfolio optimizer: target weights over one asset or many."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from freeagentics import kernels
from freeagentics.agents.advisers import Advisers
from freeagentics.agents.cohort import Cohort, Lesson
from freeagentics.agents.context import CohortContext
from freeagentics.agents.decision import CAUSES, Decisions
from freeagentics.agents.emitter import LastSent
from freeagentics.agents.experience import running_volatility
from freeagentics.agents.given_patterns import PatternSettings
from freeagentics.agents.ranges import PositiveSpan
from freeagentics.agents.signal_kinds import SignalKind
from freeagentics.agents.view import Outcomes, View
from freeagentics.arrays import F32, I32, I64, AnyArray, Mask
from freeagentics.kernels import compiled
from freeagentics.market import Orders
from freeagentics.memory import Recalled
from freeagentics.randomness import uniform
from freeagentics.signals import Severity

ADVISERS = (SignalKind.TREND, SignalKind.SENTIMENT)


class PortfolioOptimizerSettings(BaseModel):
    """Settings of the trade-off between return and risk. Each agent draws its own from the ranges given."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    risk_aversion: PositiveSpan = Field((10.0, 30.0), description="Range of the weight of variance against expected return.")
    largest: float = Field(0.95, gt=0, le=1, description="Largest invested share of equity.")
    slippage: float = Field(0.0002, ge=0, lt=1, description="What a trade is expected to cost beside its fee, as a share of its value.")
    covariance_halflife: float = Field(72.0, gt=1, description="Bars in which the estimate of correlations forgets half.")
    change: float = Field(0.05, gt=0, le=1, description="Change of the weights from which a target is told.")
    refresh: int = Field(12, ge=1, description="Steps after which a standing target is told again.")


class PortfolioOptimizer(Cohort):
    """Tilts the desk's neutral weights by views, long only, within the risk manager's limit.

    Without a view the desk holds its neutral weights: that is what expected returns are measured against (reverse optimisation; Black &
    Litterman, 1992, doi:10.2469/faj.v48.n5.28). Views are the forecasts of hunters and analyzers, weighted as they proved right, and what
    memories add. They move the weights by what mean and variance ask for (Markowitz, 1952, doi:10.1111/j.1540-6261.1952.tb01525.x), where
    the gain in utility over the horizon exceeds what going there, and back again once the view has passed, costs more than staying does.
    Risk is what it lately was; how much of it the desk may bear right now is the risk manager's to say.

    Attributes:
        advisers: weights of hunters and analyzers.
        plan: weights (rows, assets) before the limit.
        target: within it.
        neutral: weights without a view, (rows, assets).
    """

    role = "portfolio-optimizer"
    compression = 0.3
    phase = 2
    decision_type = "PORTFOLIO_ALLOCATION"
    actions = ("wait", "tell-target")
    reasoning = ("target", "trend_heard", "sentiment_heard", "limit", "expected_return", "before_memories")
    heeds = tuple(kind for kind in SignalKind if kind is not SignalKind.TARGET)
    Settings = PortfolioOptimizerSettings

    def __init__(self, number: int, rows: int, context: CohortContext, settings: PortfolioOptimizerSettings) -> None:
        super().__init__(number, rows, context, settings)
        self.risk_aversion = uniform(context.random(f"{self.role}/traits", number), *settings.risk_aversion, rows).astype(np.float32)
        self.advisers = Advisers(rows, context.memory.horizon, len(ADVISERS), context.assets)
        self.covariance = np.zeros((context.assets, context.assets), dtype=np.float64)
        self.neutral = np.zeros((rows, context.assets), dtype=np.float32)
        self.plan = np.zeros((rows, context.assets), dtype=np.float32)
        self.target = np.zeros((rows, context.assets), dtype=np.float32)
        self.last_sent = LastSent(rows, context.signal_ttl, context.assets)

    def lessons(self) -> dict[tuple[object, ...], Lesson]:
        """Worth of recalled situations, and of advisers."""
        return super().lessons() | {("advisers",): self.advisers}

    def seat(self, rows: I64, agents: I32, numbers: I32, desks: I32, step: int) -> None:
        """Agents arrive, with no target told."""
        super().seat(rows, agents, numbers, desks, step)
        self.last_sent.forget(rows)
        self.advisers.forget(rows)
        self.neutral[rows] = self.plan[rows] = self.target[rows] = self.context.neutral_weights(desks)

    def observe(self, view: View) -> None:
        """Follow the covariance of returns."""
        returns = self.context.column(view.observation, "price.return_1").astype(np.float64)
        outer = returns[:, None] * returns[None]
        decay = kernels.decay(self.settings.covariance_halflife)
        first = view.observation.step == 1
        self.covariance = outer if first else decay * self.covariance + (1 - decay) * outer

    def focus_on(self, view: View) -> I64:
        """The asset with the strongest view, or without any the one with the largest target."""
        heard = np.abs(self.heard.latest(SignalKind.TREND, view.observation.timestamp))
        return np.where(heard.any(axis=1), heard.argmax(axis=1), self.target.argmax(axis=1))

    def choose(self, view: View, states: F32, recalled: Recalled, focus: I64) -> Decisions:
        """Views into weights, within the limit; told where they moved."""
        step, now, rows = view.observation.step, view.observation.timestamp, np.arange(self.rows)
        advice = self.heard.latest_of(ADVISERS, now)
        views = self.advisers.listen(step, advice)
        before = views[rows, focus].copy()
        views[rows, focus] += self.recollection.add(step, recalled, before)
        limit = self.heard.limit(now)
        self.replan(views, running_volatility(view, self.context))
        self.target = within(self.plan, limit)
        telling = self.last_sent.due(self.target, self.settings.change, self.settings.refresh, view.observation)
        self.last_sent.record(telling, self.target, view.observation)
        certain = kernels.tanh(np.abs(views[rows, focus]))
        invested = kernels.total(self.target)
        bound = invested >= limit - np.float32(1e-3)
        causes = ((SignalKind.VETO, limit == 0), (SignalKind.TREND, True), (SignalKind.SENTIMENT, True), (SignalKind.LIMIT, bound))
        signal, parent, parent_step = self.heard.causes(causes, now, CAUSES)
        return Decisions(
            action=self.first_action(("tell-target", telling)),
            value=self.target[rows, focus],
            confidence=certain,
            size=invested,
            stance=self.target.copy(),
            explored=np.zeros(self.rows, dtype=np.bool_),
            published=telling.astype(np.int32),
            reason={
                "target": self.target[rows, focus],
                "trend_heard": advice[rows, 0, focus],
                "sentiment_heard": advice[rows, 1, focus],
                "limit": limit,
                "expected_return": views[rows, focus],
                "before_memories": before,
            },
            parent=parent,
            parent_step=parent_step,
            signal=signal,
            signals=self.emitter(view).emit(telling, SignalKind.TARGET, Severity.LOW, certain, self.target),
            orders=Orders.empty(),
            charge=np.zeros(self.rows, dtype=np.int64),
        )

    def replan(self, views: F32, volatility: F32) -> None:
        """Move the plan to what the views (rows, assets) ask for where that pays; *volatility* (assets,) is that over the horizon.

        With expected returns m = views * volatility, covariance S (correlations shrunk by a tenth towards none, at this volatility) and
        aversion l to risk, the weights asked for are neutral + S^-1 m / l, long only and at most `largest` together. They become the plan
        where their utility, d (m - l / 2 S d) for a distance d from the neutral weights, exceeds that of the plan by more than it costs to
        go there and back to the neutral ones over staying and going back (``c/plans.c``).
        """
        assets, settings = self.context.assets, self.settings
        given = (self.covariance, views, volatility, self.neutral, self.risk_aversion)
        room = (np.empty(2 * assets * (assets + 1)), np.empty(2 * assets, dtype=np.float32))
        compiled.plans_move(*given, settings.largest, self.context.fee + settings.slippage, self.plan, *room)

    def study(self, outcomes: Outcomes, judged: Mask) -> None:
        """Trust hunters and analyzers as far as their forecasts were right."""
        self.advisers.learn(outcomes, judged)

    @classmethod
    def weight_names(cls, sources: Iterable[str], team: Collection[str], patterns: Sequence[PatternSettings]) -> tuple[str, ...]:
        """The advisers, and memories."""
        return ("hunters", "analyzers", *super().weight_names(sources, team, patterns))

    def weights(self) -> F32:
        """Weights of the advisers, beside that of memories."""
        return np.concatenate([self.advisers.trust, super().weights()], axis=1)

    def traits(self) -> dict[str, AnyArray]:
        """Risk aversion, and exposure without a view, beside what every role has."""
        return super().traits() | {"risk_aversion": self.risk_aversion, "neutral_exposure": kernels.total(self.neutral)}


def within(weights: F32, limit: F32) -> F32:
    """Weights (rows, assets) scaled down so that together, long and short, they keep a limit (rows,)."""
    kept = np.empty_like(weights)
    compiled.weights_within(weights, limit, kept)
    return kept
