"""The narrator: follows a trade up to its first decision, and narrates the chain from there."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from freeagentics.agents import ROLES
from freeagentics.agents.decision import reasons_by_name
from freeagentics.agents.roles.forecaster import Forecaster
from freeagentics.agents.roles.portfolio_optimizer import PortfolioOptimizer
from freeagentics.agents.roles.risk_manager import RiskManager
from freeagentics.agents.roles.trade_executor import TradeExecutor
from freeagentics.arrays import F64, AnyArray
from freeagentics.errors import in_command
from freeagentics.journal import SHARED, Kind
from freeagentics.replay.chain import Chain
from freeagentics.report.aggregates.context import RunContext
from freeagentics.report.aggregates.top_trades import Trade
from freeagentics.report.formatting import count, humanize, in_words, listing, percent, price, quantity, usd
from freeagentics.report.narratives.deciding import WENT_BY, Reasons, executor_went_by, sd
from freeagentics.report.narratives.narration import describe_signals
from freeagentics.report.narratives.narrative import Narrative


class Narrator:
    """Narrates trades of one run; *prices* (T, A), USD."""

    def __init__(self, context: RunContext, prices: F64) -> None:
        self._context, self._prices = context, prices
        self._chain = Chain(context.journal, context.names)
        self._number = {name: agent for agent, name in enumerate(context.names.ids)}

    def narrate(self, trade: Trade) -> Narrative:
        """Narrate the chain of decisions, the first one first, the order, and the outcome."""
        context, links = self._context, self._chain.above(trade.agent, trade.step)[::-1]
        name, symbol = context.names.ids[trade.agent], context.symbols[trade.asset]
        steps = [link.step for link in links] + [trade.step]
        agents = [self._number[link.agent] for link in links]
        begun = [self._sentence(agent, step, trade.asset, self._when(step, None)) for agent, step in zip(agents[:1], steps, strict=False)]
        later = [
            self._sentence(agent, step, trade.asset, self._when(step, before))
            for agent, (before, step) in zip(agents[1:], pairwise(steps), strict=False)
        ]
        when = self._when(trade.step, steps[-2] if links else None)
        return Narrative(
            trade=trade,
            agent=name,
            timestamp=int(context.timestamps[trade.step - 1]),
            symbol=symbol,
            sentences=(*begun, *later, self._ordered(trade, name, symbol, when), self._outcome(trade, symbol)),
            chain=tuple(link.agent for link in links),
            reward=self._reward(trade),
            command=f"freeagentics explain {in_command(context.record.path)} --agent {name} --step {trade.step}",
        )

    def _when(self, step: int, before: int | None) -> str:
        if before is None:
            return f"At step {count(step)} ({self._context.moment(step)})"
        return "In the same step" if step == before else f"{in_words(step - before, 'bar')} later".capitalize()

    def _sentence(self, agent: int, step: int, asset: int, when: str) -> str:
        """Describe the decision of one agent of the chain: sources read, forecast or action, signals sent."""
        context = self._context
        decision = self._record(Kind.DECISIONS, int(context.names.seats["cohort"][agent]), step, agent)
        signals = context.journal.read(step, Kind.SIGNALS, SHARED)
        mine = np.empty(0) if signals is None else signals[signals["source"] == agent]
        role, symbol = context.names.role_of(agent), context.symbols[asset]
        kind = ROLES.get(role.role)
        if kind is not None and issubclass(kind, Forecaster):
            sent = describe_signals(mine, asset, symbol, context.team, known=int(decision["asset"]) == asset)
            did = f"{self._forecast(kind, decision)}{f' and {sent}' if sent else ''}"
        else:
            action = humanize(role.actions[decision["action"]])
            done = describe_signals(mine, asset, symbol, context.team, known=False) or f"decided: {action}"
            went_by = WENT_BY.get(role.role)
            did = f"{went_by(self._reasons(decision))}, and {done}" if went_by else done
        return f"{when} {context.names.ids[agent]} {did}."

    def _forecast(self, role: type[Forecaster], decision: AnyArray) -> str:
        reasons = self._reasons(decision)
        bits = int(reasons["sources_read"])
        watched = role.watched(self._context.sources, self._context.team)
        read = [name for place, name in enumerate(watched) if bits >> place & 1]
        symbol, value, before = self._context.symbols[decision["asset"]], reasons["expected_return"], reasons["before_memories"]
        remembered = f" ({sd(value - before)} of it by memories)" if value != before else ""
        expected = f"expected {symbol} to move by {sd(value)}{remembered}" if value else f"expected no move of {symbol}"
        return f"read {listing(read) or 'nothing'}, {expected}"

    def _reasons(self, decision: AnyArray) -> Reasons:
        role = self._context.names.role_of(int(decision["agent"]))
        named = reasons_by_name(role.reasoning, decision["reason"])
        return {name: float(value) for name, value in named.items()}

    def _went_by(self, trade: Trade) -> str:
        """The numbers that the order followed from, where it is that of a built-in executor."""
        decision = self._record(Kind.DECISIONS, int(self._context.names.seats["cohort"][trade.agent]), trade.step, trade.agent)
        if self._context.names.role_of(trade.agent).role != TradeExecutor.role or int(decision["asset"]) != trade.asset:
            return ""
        parent = int(decision["parent"])
        told = parent >= 0 and self._context.names.role_of(parent).role == PortfolioOptimizer.role
        bound = parent >= 0 and self._context.names.role_of(parent).role == RiskManager.role
        return f"{executor_went_by(self._reasons(decision), told=told or bound)}; it "

    def _ordered(self, trade: Trade, name: str, symbol: str, when: str) -> str:
        side = "buy" if trade.quantity > 0 else "sell"
        filled = f"filled at the next open at {price(trade.price)}: {usd(trade.value)}, and {usd(trade.fee)} of fee"
        return f"{when} {name} {self._went_by(trade)}ordered to {side}; {quantity(trade.quantity)} {symbol} were {filled}."

    def _outcome(self, trade: Trade, symbol: str) -> str:
        closed = float(self._prices[trade.step + self._context.horizon - 1, trade.asset])
        way = closed / trade.price - 1
        moved = f"{percent(abs(way))} {'above' if way > 0 else 'below'}" if abs(way) >= 0.0005 else "at"
        later = f"{in_words(self._context.horizon, 'bar').capitalize()} after the decision {symbol} closed {moved} that price"
        did = "buying" if trade.quantity > 0 else "selling"
        return f"{later}, so {did} {'gained' if trade.gain > 0 else 'lost'} {usd(abs(trade.gain))}, fee included."

    def _reward(self, trade: Trade) -> float:
        cohort, step = int(self._context.names.seats["cohort"][trade.agent]), trade.step + self._context.horizon
        if (page := self._context.journal.read(step, Kind.OUTCOMES, cohort)) is None:
            return float("nan")
        mine = page["reward"][page["agent"] == trade.agent]
        return float(mine[0]) if mine.size else float("nan")

    def _record(self, kind: Kind, cohort: int, step: int, agent: int) -> AnyArray:
        page = self._context.journal.read(step, kind, cohort)
        assert page is not None
        return np.asarray(page[page["agent"] == agent])[0]
