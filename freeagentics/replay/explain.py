"""Explaining: what an agent saw, believed, remembered and why it acted, computed again from the checkpoint before."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np

from freeagentics.agents import SIGNAL_KINDS
from freeagentics.agents.decision import CAUSES, reasons_by_name
from freeagentics.arrays import AnyArray
from freeagentics.clock import HOUR_MS
from freeagentics.errors import BadInput, did_you_mean
from freeagentics.journal import SHARED, Journal, Kind
from freeagentics.market import CENTS, AuctionMarket
from freeagentics.mind import REGIMES
from freeagentics.records.event_texts import event_texts
from freeagentics.records.lineage import Lineage
from freeagentics.records.memories import Memories
from freeagentics.records.roster import Roster, decision_id
from freeagentics.records.run_directory import RunDirectory
from freeagentics.replay.chain import Chain
from freeagentics.replay.explanation import (
    Alternative,
    AppliedPattern,
    EventThen,
    Explanation,
    HeardSignal,
    OutcomeSoFar,
    RecalledMemory,
    Trade,
)
from freeagentics.replay.replay import Replay
from freeagentics.replay.restore import committed
from freeagentics.scenario.plain import whole


def explain(path: str | Path, agent: str, step: int, *, allow_plugins: bool = False) -> Explanation:
    """Explain why *agent* did what it did at *step*: the run is computed again from its last checkpoint before that step.

    Args:
        path: the run directory.
        agent: its name.
        step: one that was committed.
        allow_plugins: run also plugins that this user has not run before.

    Raises:
        BadRunDirectory: no run directory.
        BadInput: no such agent, or a step that is no whole number.
        BadScenario: the step was not committed.
        UntrustedPlugin: it has plugins that this user has not run before, and are not allowed.
        RunFailed: the run comes out differently than it is on record.

    Examples:
        >>> from freeagentics import explain, run
        >>> record = run("quick", agents=5, steps=20, out="runs/asked")
        >>> explanation = explain("runs/asked", "market-hunter-0000", 20)
        >>> explanation.agent, explanation.step
        ('market-hunter-0000', 20)
    """
    directory, step = RunDirectory.open(Path(path)), whole("step", step)
    with Journal(directory.journal) as journal:
        names = Roster(journal)
        if agent not in names.ids:
            raise BadInput(f"no agent '{agent}' in {path}; {did_you_mean(agent, names.ids)}")
        committed(journal, step)
        seat = names.seats[names.ids.index(agent)]
        if left := names.left(journal, step).get(int(seat["agent"])):
            raise BadInput(f"{agent} left before step {left}" + (f"; give --step {left - 1} or an earlier one" if left > 1 else ""))
        lineage = directory.load_lineage(allow_plugins=allow_plugins)
        with Replay(lineage, journal, step, int(seat["cohort"])) as rerun:
            return Explainer(lineage, journal, names, rerun, int(seat["agent"]), int(seat["row"])).explanation()


class Explainer:
    """Puts together what a replay showed and what the journal holds of one agent at one step."""

    def __init__(self, lineage: Lineage, journal: Journal, names: Roster, rerun: Replay, agent: int, row: int) -> None:
        self._lineage, self._journal, self._names, self._rerun = lineage, journal, names, rerun
        self._agent, self._row, self._step = agent, row, rerun.step
        view, step_context = rerun.probe.view, rerun.probe.step_context
        assert view is not None
        assert step_context is not None
        self._view, self._step_context = view, step_context
        self._asset = int(step_context.focus[row])
        self._symbols, self._units = rerun.model.market.symbols, rerun.model.market.units
        self._role = names.role_of(agent)
        # Kept now: every answer to "what without it" loads the state of before again.
        self._belief = rerun.cohort.belief.regimes[row, self._asset].copy()
        self._sources = rerun.cohort.sources_read(row, self._step)
        self._weights = {name: float(weight[row]) for name, weight in rerun.cohort.named_weights().items()}
        heard = rerun.cohort.heard
        self._heard = {name: getattr(heard, name)[row].copy() for name in ("number", "expires", "source", "step", "confidence", "data")}

    @cached_property
    def _decision(self) -> AnyArray:
        decisions = self._journal.read(self._step, Kind.DECISIONS, self._rerun.cohort.number)
        assert decisions is not None
        return decisions[decisions["agent"] == self._agent][0]

    def explanation(self) -> Explanation:
        """All of it."""
        name, decision, chain = self._names.ids[self._agent], self._decision, Chain(self._journal, self._names)
        before = self._rerun.probe.before["belief.regimes"][self._row, self._asset]
        return Explanation(
            agent=name,
            role=self._role.role,
            desk=int(self._names.seats["desk"][self._agent]),
            step=self._step,
            timestamp=self._view.observation.timestamp,
            symbol=self._symbols[self._asset],
            events=self._events(),
            saw=self._saw(),
            sources=self._sources,
            paid=int(self._step_context.choice.charge[self._row]),
            books=self._books(),
            belief_before=_named(REGIMES, before),
            belief_after=_named(REGIMES, self._belief),
            signals=self._signals(),
            recalled=int((self._step_context.recalled.step[self._row] >= 0).sum()),
            memories=self._memories(),
            memory_weight=float(decision["memory_weight"]),
            patterns=self._patterns(),
            decision_id=decision_id(name, self._step),
            decision_type=self._role.decision_type,
            action=self._role.actions[decision["action"]],
            value=float(decision["value"]),
            confidence=float(decision["confidence"]),
            reasoning={name: float(number) for name, number in reasons_by_name(self._role.reasoning, decision["reason"]).items()},
            weights=self._weights,
            trades=self._trades(),
            outcome=self._outcome(),
            above=chain.above(self._agent, self._step),
            below=chain.below(self._agent, self._step),
        )

    def _events(self) -> tuple[EventThen, ...]:
        steps = (self._step, self._step + 1)
        texts = ((step, text) for step in steps for text in event_texts(self._journal, self._lineage, self._names, step))
        return tuple(EventThen(step=step, text=text) for step, text in texts)

    def _saw(self) -> dict[str, float]:
        observation = self._view.observation
        shown = {"close": float(observation.prices[self._asset] / self._units.price[self._asset])}
        for place, column in enumerate(observation.columns):
            if column.split(".")[0] in self._sources:
                shown[column] = float(observation.values[self._asset, place])
        return shown

    def _books(self) -> dict[str, float]:
        books, desk = self._view.books, int(self._names.seats["desk"][self._agent])
        shares = {name: float(books.feature(name)[desk]) for name in ("exposure", "drawdown", "equity_return_24", "cost_share")}
        return {"equity": float(books.equity[desk] / CENTS), **shares}

    def _signals(self) -> tuple[HeardSignal, ...]:
        now, heard = self._view.observation.timestamp, self._heard
        named, arrived = set(self._decision["signal"].tolist()), set(self._view.inbox.number.tolist())
        found = []
        for kind in np.flatnonzero(heard["expires"] > now):
            number, step = int(heard["number"][kind]), int(heard["step"][kind])
            found.append(
                HeardSignal(
                    number=number,
                    kind=SIGNAL_KINDS[kind],
                    source=self._names.ids[heard["source"][kind]],
                    step=step,
                    age=self._step - step,
                    age_hours=(now - committed(self._journal, step).timestamp) / HOUR_MS,
                    confidence=float(heard["confidence"][kind]),
                    data=_named(self._symbols, heard["data"][kind]),
                    arrived_now=number in arrived,
                    named=number in named,
                    without=self._without(self._rerun.decide_without(self._row, signal=number)),
                )
            )
        return tuple(sorted(found, key=lambda signal: signal.number))

    def _memories(self) -> tuple[RecalledMemory, ...]:
        recalled = self._step_context.recalled
        found = []
        for place in np.flatnonzero(recalled.step[self._row, :CAUSES] >= 0):
            step = int(recalled.step[self._row, place])
            found.append(
                RecalledMemory(
                    step=step,
                    age=self._step - step,
                    relevance=float(recalled.relevance[self._row, place]),
                    result=float(recalled.result[self._row, place]),
                    reward=float(recalled.reward[self._row, place]),
                    **self._kept(step),
                    without=self._without(self._rerun.decide_without(self._row, memory=step)),
                )
            )
        return tuple(found)

    def _patterns(self) -> tuple[AppliedPattern, ...]:
        page = self._journal.read(self._step, Kind.CONTRIBUTIONS, self._rerun.cohort.number)
        mine = page["contribution"][page["agent"] == self._agent] if page is not None else np.zeros(0)
        if not len(mine):
            return ()
        moved = {name: mine[0, self._role.weights.index(name)] for name in self._role.patterns}
        return tuple(
            AppliedPattern(
                pattern=name,
                contribution=float(by[self._asset]),
                without=self._without(self._rerun.decide_without(self._row, pattern=name)),
            )
            for name, by in moved.items()
            if by.any()
        )

    def _kept(self, step: int) -> dict[str, float | int | None]:
        """Bytes kept of the memory of a step, and its error against what was experienced then, which is computed once more."""
        cohort, probe = self._rerun.cohort, self._rerun.probe
        if step not in probe.states:
            with Replay(self._lineage, self._journal, step, cohort.number) as earlier:
                probe.states.update(earlier.probe.states)
                probe.memories.update(earlier.probe.memories)
        made = probe.memories[step]
        code_bytes = int(made.codes.length[made.agent == self._agent][0])
        reader = Memories(self._journal, self._names, self._lineage)
        mine = [kept.rows(kept.agent == self._agent) for _, kept in reader.span(step, step) if self._agent in kept.agent]
        if not mine:
            return {"decoding_error": None, "largest_error": None, "code_bytes": code_bytes, "kept_bytes": 0}
        table = cohort.table
        exact = table.clipped(probe.states[step][self._row])
        error = np.abs(reader.vectors(step, mine[0])[0] - exact) / (table.high - table.low)
        return {
            "decoding_error": float(np.sqrt(np.square(error).mean())),
            "largest_error": float(error.max()),
            "code_bytes": code_bytes,
            "kept_bytes": int(mine[0].codes.length[0]),
        }

    def _without(self, decision: AnyArray) -> Alternative:
        same = bool(decision["action"] == self._decision["action"] and decision["value"] == self._decision["value"])
        return Alternative(action=self._role.actions[decision["action"]], value=float(decision["value"]), same=same)

    def _trades(self) -> tuple[Trade, ...]:
        return tuple(self._trade(order) for order in self._mine(Kind.ORDERS, self._step))

    def _trade(self, order: AnyArray) -> Trade:
        asset, standing = int(order["asset"]), "limit" in (order.dtype.names or ())
        unit, units = self._units.price[asset], self._units.quantity[asset]
        limit, bars = (int(order["limit"]), int(order["ttl"])) if standing else (0, 1)
        wanted = {"symbol": self._symbols[asset], "quantity": float(order["quantity"] / units)}
        wanted |= {"limit": limit / unit if limit else None, "bars": bars}
        filled = self._fills_of(order, bars)
        if not len(filled):
            return Trade(**wanted, filled=0.0, price=None, fee=None, bound=None)
        quantity = int(filled["quantity"].sum())
        mean = float((filled["price"] / unit) @ (filled["quantity"] / quantity)) if len(filled) > 1 else int(filled["price"][0]) / unit
        found = {"filled": quantity / units, "price": mean, "fee": float(filled["fee"].sum() / CENTS)}
        if standing:
            return Trade(**wanted, **found, bound=None)
        low, high = (int(bound[asset]) for bound in self._rerun.model.market.span(self._step + 1))
        price = int(filled["price"][0])
        past = None if low <= price <= high else (low if price < low else high) / unit
        return Trade(**wanted, **found, bound=past, **self._closes(asset))

    def _fills_of(self, order: AnyArray, bars: int) -> AnyArray:
        """Fills of an order, in the bars that it stood for."""
        last = self._journal.commit_record()
        number = int(order["number"]) if "number" in (order.dtype.names or ()) else 0
        found: list[AnyArray] = []
        for step in range(self._step + 1, min(self._step + bars, last.step if last else 0) + 1):
            fills = self._mine(Kind.FILLS, step)
            if len(fills):
                mine = fills["asset"] == order["asset"]
                if "number" in (fills.dtype.names or ()):
                    mine &= (fills["number"] == number) & (fills["age"] == step - self._step - 1)
                elif number:
                    mine[:] = False
                found.append(fills[mine])
        return np.concatenate(found) if found else np.empty(0)

    def _closes(self, asset: int) -> dict[str, float]:
        """Close of the bar in which an order was filled, and what it would have been without it; nothing where bars do not answer."""
        market, lineage = self._rerun.model.market, self._lineage
        # A fork may have begun between the order and its bar, and its market answers by other rules.
        if not isinstance(market, AuctionMarket) or lineage.at(self._step) is not lineage.at(self._step + 1):
            return {}
        orders = market.orders
        others = orders.take(np.flatnonzero((orders.agent != self._agent) | (orders.asset != asset)))
        found = {"close": orders, "close_without": others}
        return {name: float(market.closes_if(standing)[asset]) for name, standing in found.items()}

    def _mine(self, kind: Kind, step: int) -> AnyArray:
        records = self._journal.read(step, kind, SHARED)
        return np.empty(0) if records is None else records[records["agent"] == self._agent]

    def _outcome(self) -> OutcomeSoFar:
        horizon, last = self._lineage.own.memory.horizon, self._journal.commit_record()
        assert last is not None
        passed = min(horizon, last.step - self._step)
        page = self._journal.read(self._step + horizon, Kind.OUTCOMES, self._rerun.cohort.number)
        if page is not None and (mine := page[page["agent"] == self._agent]).size:
            return OutcomeSoFar(horizon=horizon, bars_passed=passed, result=float(mine["result"][0]), reward=float(mine["reward"][0]))
        prices = [self._journal.read(step, Kind.OBSERVATION, SHARED) for step in (self._step, self._step + passed)]
        assert prices[0] is not None
        assert prices[1] is not None
        change = float(np.log(prices[1]["price"][self._asset] / prices[0]["price"][self._asset]))
        volatility = float(self._view.observation.column("price.volatility")[self._asset])
        return OutcomeSoFar(horizon=horizon, bars_passed=passed, result=change / max(volatility * np.sqrt(horizon), 1e-9), reward=None)


def _named(names: tuple[str, ...], values: AnyArray) -> dict[str, float]:
    return {name: float(value) for name, value in zip(names, values, strict=False)}
