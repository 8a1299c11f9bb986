"""The trade executor: targets, signals and limits into orders."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from freeagentics import kernels
from freeagentics.agents.advisers import Advisers
from freeagentics.agents.cohort import Cohort, Lesson
from freeagentics.agents.context import CohortContext
from freeagentics.agents.decision import CAUSES, Decisions
from freeagentics.agents.given_patterns import PatternSettings
from freeagentics.agents.ranges import Span
from freeagentics.agents.roles.portfolio_optimizer import within
from freeagentics.agents.signal_kinds import SignalKind
from freeagentics.agents.view import Outcomes, View
from freeagentics.arrays import F32, I32, I64, AnyArray, Mask, between
from freeagentics.kernels import compiled
from freeagentics.market import CENTS, Fills, Orders
from freeagentics.memory import Recalled, column
from freeagentics.randomness import uniform
from freeagentics.signals import Signals

LIMIT_TOLERANCE = np.float32(0.01)
"""Exposure by which a desk may drift over its limit before the band gives way: correcting every tick would cost more than it saves."""

ADVISERS = (SignalKind.TREND, SignalKind.SENTIMENT)

FIRST_COST = np.float32(0.001)
"""Cost of trading, as a share of what is traded, before any fill."""


class TradeExecutorSettings(BaseModel):
    """Settings of the size of orders. Each agent draws its own from the ranges given."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    band: Span = Field((0.02, 0.06), description="Range of the change of weight below which it is not worth trading.")
    learning_rate: float = Field(0.02, gt=0, le=1, description="Learning rate of what trading costs.")
    gain: float = Field(0.5, gt=0, description="Weight added per standard deviation of forecast, where no optimizer sends targets.")
    cost_aversion: float = Field(
        60.0, ge=0, description="How much learned cost of trading widens the band: 10 basis points widen it by 0.06."
    )


class TradeExecutor(Cohort):
    """Moves the desk towards its target, as far as limits allow.

    The target is the optimizer's, or that of a role of a user's own. Where none was heard it is the desk's neutral weights, and on a desk
    without an optimizer those tilted by the forecasts of hunters and analyzers, weighted as they proved right. What fills cost widens the
    band inside which it does not trade. Weights below 0 are short positions, where the market allows them; limits, and what is held
    against them, are of all positions, long and short. A limit is a share of the leverage that the market allows.

    Attributes:
        advisers: weights of hunters and analyzers.
        neutral: weights without a view, (rows, assets).
        cost: learned cost of trading as a share of what is traded, (rows,).
    """

    role = "trade-executor"
    compression = 0.7
    phase = 3
    decision_type = "TRADE_EXECUTION"
    actions = ("hold", "buy", "sell", "close")
    reasoning = ("target", "wanted", "forecast", "limit", "weight", "cost_of_trading")
    heeds = tuple(SignalKind)
    Settings = TradeExecutorSettings

    def __init__(self, number: int, rows: int, context: CohortContext, settings: TradeExecutorSettings) -> None:
        super().__init__(number, rows, context, settings)
        self.band = uniform(context.random(f"{self.role}/traits", number), *settings.band, rows).astype(np.float32)
        self.advisers = Advisers(rows, context.memory.horizon, len(ADVISERS), context.assets)
        self.forecast = np.zeros((rows, context.assets), dtype=np.float32)
        self.neutral = np.zeros((rows, context.assets), dtype=np.float32)
        self.cost = np.full(rows, FIRST_COST, dtype=np.float32)
        self.last_price = np.zeros(context.assets, dtype=np.int64)
        self._optimized = "portfolio-optimizer" in context.roles

    def lessons(self) -> dict[tuple[object, ...], Lesson]:
        """Worth of recalled situations, and of advisers."""
        return super().lessons() | {("advisers",): self.advisers}

    def seat(self, rows: I64, agents: I32, numbers: I32, desks: I32, step: int) -> None:
        """Agents arrive, trusting all advisers alike."""
        super().seat(rows, agents, numbers, desks, step)
        self.advisers.forget(rows)
        self.neutral[rows], self.cost[rows] = self.context.neutral_weights(desks), FIRST_COST

    def observe(self, view: View) -> None:
        """Learn what the fills at this bar's open cost; listen to the advisers."""
        self._learn_cost(view.fills)
        self.last_price[:] = view.observation.prices
        advice = self.heard.latest_of(ADVISERS, view.observation.timestamp)
        self.forecast = self.advisers.listen(view.observation.step, advice)

    def _learn_cost(self, fills: Fills) -> None:
        """Slippage against the close at which it was decided, and the fee, over what was traded."""
        row, mine = self._rows_of(fills.agent)
        if not mine.any():
            return
        paid, decided = fills.price[mine].astype(np.float64), self.last_price[fills.asset[mine]].astype(np.float64)
        slippage = np.sign(fills.quantity[mine]) * (paid / np.maximum(decided, 1) - 1)
        cost = slippage + fills.fee[mine] / np.maximum(fills.notional[mine], 1)
        total = np.bincount(row, weights=cost, minlength=self.rows)
        count = np.bincount(row, minlength=self.rows)
        rate = np.where(count > 0, self.settings.learning_rate, 0)
        self.cost += (rate * (total / np.maximum(count, 1) - self.cost)).astype(np.float32)

    def _rows_of(self, agents: I32) -> tuple[I64, Mask]:
        """Rows of those agents that sit in this cohort, and which of *agents* they are."""
        order = np.argsort(self.agent, kind="stable")
        place = np.minimum(np.searchsorted(self.agent, agents, sorter=order), self.rows - 1)
        row = order[place]
        mine = self.agent[row] == agents
        return row[mine], mine

    def focus_on(self, view: View) -> I64:
        """The asset that is farthest from its target."""
        return np.abs(self._target(view.observation.timestamp) - view.books.weight[self.desk]).argmax(axis=1)

    def perceive(self, states: F32, focus: I64, view: View) -> None:
        """Fill in the forecast of all advisers together."""
        states[:, column("expected_return")] = self.forecast[np.arange(self.rows), focus]

    def choose(self, view: View, states: F32, recalled: Recalled, focus: I64) -> Decisions:
        """Wanted weights, and the orders that lead there."""
        now, rows = view.observation.timestamp, np.arange(self.rows)
        self.forecast[rows, focus] += self.recollection.add(view.observation.step, recalled, self.forecast[rows, focus])
        target = self._target(now)
        limit = self.heard.limit(now) * np.float32(self.context.leverage)
        wanted = within(target, limit)
        orders, traded, closing = self._orders(view, wanted, limit)
        largest = traded[rows, np.abs(traded).argmax(axis=1)]
        signal, parent, parent_step = self._causes(now, target, limit)
        weight = view.books.weight[self.desk]
        return Decisions(
            action=self.first_action(("close", np.asarray(closing.any(axis=1))), ("buy", largest > 0), ("sell", largest < 0)),
            value=largest,
            confidence=between(0, kernels.total(np.abs(wanted)) / np.maximum(kernels.total(np.abs(target)), 1e-9), 1),
            size=between(0, kernels.total(np.abs(traded)), 1),
            stance=wanted,
            explored=np.zeros(self.rows, dtype=np.bool_),
            published=np.zeros(self.rows, dtype=np.int32),
            reason={
                "target": target[rows, focus],
                "wanted": wanted[rows, focus],
                "forecast": self.forecast[rows, focus],
                "limit": limit,
                "weight": weight[rows, focus],
                "cost_of_trading": self.cost,
            },
            parent=parent,
            parent_step=parent_step,
            signal=signal,
            signals=Signals.empty(self.context.assets),
            orders=orders,
            charge=np.zeros(self.rows, dtype=np.int64),
        )

    def _causes(self, now: int, target: F32, limit: F32) -> tuple[I64, I32, I32]:
        """A veto where there is one, the target, the limit where it binds, and then whoever advised."""
        bound = kernels.total(np.abs(target)) > limit
        orders = ((SignalKind.VETO, limit == 0), (SignalKind.TARGET, True), (SignalKind.LIMIT, bound))
        advice = tuple((kind, True) for kind in (SignalKind.WHALE_ACTIVITY, SignalKind.TREND, SignalKind.SENTIMENT))
        return self.heard.causes((*orders, *advice), now, CAUSES)

    def _target(self, now: int) -> F32:
        """Target weights (rows, assets): those that were told, or else one's own."""
        heard = self.heard.fresh(SignalKind.TARGET, now)
        return np.where(heard[:, None], self.heard.latest(SignalKind.TARGET, now), self._own_target())

    def _own_target(self) -> F32:
        if self._optimized:
            return self.neutral
        most = np.float32(self.context.leverage)
        return between(-most if self.context.shorts else np.float32(0), self.neutral + self.forecast * np.float32(self.settings.gain), most)

    def _trading(self, weight: F32, missing: F32, closing: Mask, limit: F32) -> Mask:
        """Trades (rows, assets): where all gaps together leave the band, and this one is more than an asset's share of it; where a
        position is closed; and where else the limit would not be kept."""
        trading, band = np.empty(weight.shape, dtype=np.bool_), self.band + self.settings.cost_aversion * np.maximum(self.cost, 0)
        compiled.trades_choose(weight, missing, closing, limit, band, self.peers, self.agent, LIMIT_TOLERANCE, trading)
        return trading

    def _orders(self, view: View, wanted: F32, limit: F32) -> tuple[Orders, F32, Mask]:
        """Orders, what each row trades as a share of equity (rows, assets), and where it closes a position: where little is wanted and
        anything held or owed. A quantity is a peer's part of what is missing, cut towards zero (``c/desks.c``)."""
        books, units = view.books, self.context.units
        weight, missing, change = np.empty((3, *wanted.shape), dtype=np.float32)
        closing, quantity = np.empty(wanted.shape, dtype=np.bool_), np.empty(wanted.shape, dtype=np.int64)
        owned = (books.weight, books.position, books.equity, self.desk, self.peers, books.price, units.price, units.quantity, CENTS)
        compiled.trades_size(wanted, *owned, weight, missing, change, closing, quantity)
        trading = self._trading(weight, missing, closing, limit)
        row, asset = np.nonzero(trading & (quantity != 0))
        # Sales first within a desk: they free the cash that its purchases need.
        order = np.lexsort((asset, quantity[row, asset] > 0, row))
        row, asset = row[order], asset[order]
        orders = Orders(self.agent[row], self.desk[row], asset.astype(np.int32), quantity[row, asset])
        return orders, np.where(trading, change, np.float32(0)), closing & trading

    def study(self, outcomes: Outcomes, judged: Mask) -> None:
        """Trust each adviser as far as its forecasts were right."""
        self.advisers.learn(outcomes, judged)

    @classmethod
    def weight_names(cls, sources: Iterable[str], team: Collection[str], patterns: Sequence[PatternSettings]) -> tuple[str, ...]:
        """The advisers, and memories."""
        return ("hunters", "analyzers", *super().weight_names(sources, team, patterns))

    def weights(self) -> F32:
        """Weights of the advisers, beside that of memories."""
        return np.concatenate([self.advisers.trust, super().weights()], axis=1)

    def traits(self) -> dict[str, AnyArray]:
        """The band inside which it does not trade, and exposure without a view, beside what every role has."""
        return super().traits() | {"band": self.band, "neutral_exposure": kernels.total(self.neutral)}
