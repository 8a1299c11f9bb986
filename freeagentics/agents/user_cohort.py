"""A cohort of agents of a user's role: it loops where the built-in roles compute in one batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
from pydantic import ConfigDict

from freeagentics.agents.action_collector import ActionCollector
from freeagentics.agents.agent import agent_id
from freeagentics.agents.cohort import Cohort
from freeagentics.agents.context import CohortContext
from freeagentics.agents.decision import CAUSES, Decisions
from freeagentics.agents.signal_kinds import SIGNAL_KINDS
from freeagentics.agents.user_role import HeardNow, Remembered, Seen, UserRole
from freeagentics.agents.user_state import declared, pack, restore, unpack
from freeagentics.agents.view import View
from freeagentics.arrays import F32, I32, I64, AnyArray
from freeagentics.clock import HOUR_MS
from freeagentics.errors import RoleFailed
from freeagentics.market import CENTS
from freeagentics.memory import Recalled
from freeagentics.mind import REGIMES
from freeagentics.user_code import Place, blaming


class UserCohort(Cohort):
    """Agents of one user's role; `cohort_of` makes its subclasses.

    Raises:
        RoleFailed: the role raised, returned something that is no action, or has state that it did not declare or that cannot be kept.
    """

    user_role: ClassVar[type[UserRole]]

    def __init__(self, number: int, rows: int, context: CohortContext, settings: Any) -> None:
        super().__init__(number, rows, context, settings)
        self.agents: list[UserRole | None] = [None] * rows
        self._read = [source for source in context.sources if source.on_sale and source.name in self.reads]
        self._columns = [name for name in context.columns if name.split(".")[0] in {source.name for source in self._read}]

    def seat(self, rows: I64, agents: I32, numbers: I32, desks: I32, step: int) -> None:
        """Agents arrive, each a new object of the role."""
        super().seat(rows, agents, numbers, desks, step)
        for row in rows.tolist():
            self.agents[row] = self._fresh(row)

    def unseat(self, row: int) -> None:
        """An agent leaves, and its object with it."""
        super().unseat(row)
        self.agents[row] = None

    def _fresh(self, row: int) -> UserRole:
        agent = self.user_role.__new__(self.user_role)
        agent.settings = self.settings
        with self._blaming(row, self.user_role.__init__):
            agent.__init__()  # type: ignore[misc]  # settings must be there before a role's own constructor looks at them
        return agent

    def choose(self, view: View, states: F32, recalled: Recalled, focus: I64) -> Decisions:
        """Ask every agent, one after the other."""
        collector = ActionCollector(self, view)
        heard = self._heard_by_row(view)
        shared = self._shared(view)
        step = view.observation.step
        for row in np.flatnonzero(self.active).tolist():
            agent = self.agents[row]
            assert agent is not None
            agent.random = self.context.random(f"{self.role}/{row}", self.number, step)
            with self._blaming(row, self.user_role.decide, step):
                collector.take(row, agent.decide(self._seen(view, shared, row), heard.get(row, ()), _remembered(recalled, row, step)))
                if self.joined[row] == step - 1:
                    # Now rather than at the first checkpoint, which may be a hundred steps away.
                    declared(agent, self.user_role.state)
        signal, parent, parent_step = self._nothing()
        return collector.decisions(parent, parent_step, signal[:, :CAUSES])

    def _shared(self, view: View) -> dict[str, Any]:
        """View that all agents of the cohort share."""
        observation, symbols = view.observation, self.context.symbols
        columns = {name: MappingProxyType(dict(zip(symbols, observation.column(name).tolist(), strict=True))) for name in self._columns}
        prices = dict(zip(symbols, (observation.prices / self.context.units.price).tolist(), strict=True))
        # Read-only, for all agents of the role look at the same: what one writes into it the next would see.
        shown = {"prices": MappingProxyType(prices), "columns": MappingProxyType(columns)}
        return {"step": observation.step, "timestamp": observation.timestamp, **shown}

    def _seen(self, view: View, shared: dict[str, Any], row: int) -> Seen:
        books, desk, symbols = view.books, int(self.desk[row]), self.context.symbols
        belief = self.belief.regimes[row].tolist()
        return Seen(
            **shared,
            equity=int(books.equity[desk]) / CENTS,
            cash=int(books.cash[desk]) / CENTS,
            positions=dict(zip(symbols, (books.position[desk] / self.context.units.quantity).tolist(), strict=True)),
            weights=dict(zip(symbols, books.weight[desk].tolist(), strict=True)),
            drawdown=float(books.feature("drawdown")[desk]),
            belief={symbol: dict(zip(REGIMES, row_belief, strict=True)) for symbol, row_belief in zip(symbols, belief, strict=True)},
        )

    def _heard_by_row(self, view: View) -> dict[int, list[HeardNow]]:
        inbox, symbols = view.inbox, self.context.symbols
        heard: dict[int, list[HeardNow]] = {}
        for place, row in enumerate(inbox.row.tolist()):
            signal = HeardNow(
                number=int(inbox.number[place]),
                kind=SIGNAL_KINDS[inbox.kind[place]],
                source_desk=int(inbox.desk[place]),
                severity=int(inbox.severity[place]),
                confidence=float(inbox.confidence[place]),
                age_hours=float(inbox.age_ms[place] / HOUR_MS),
                data=MappingProxyType(dict(zip(symbols, inbox.data[place].tolist(), strict=True))),
            )
            # A broadcast stands once, for all rows but its sender's.
            rows = [row] if row >= 0 else np.flatnonzero(self.agent != inbox.source[place]).tolist()
            for receiver in rows:
                heard.setdefault(receiver, []).append(signal)
        return heard

    def traits(self) -> dict[str, AnyArray]:
        """Settings that agents drew for themselves, beside what every role has."""
        return super().traits() | self._drawn

    def sources_read(self, row: int, step: int) -> tuple[str, ...]:
        """The sources that the role reads."""
        return tuple(source.name for source in self._read)

    def read_bits(self, step: int) -> AnyArray:
        """The same for all agents of the role."""
        return self.context.bits(source.name for source in self._read).sum(keepdims=True)

    @property
    def cost(self) -> int:
        """Cents that an agent pays in a step."""
        return sum(source.cost for source in self._read)

    def state(self) -> dict[str, AnyArray]:
        """The cohort's arrays, and the declared attributes of every agent."""
        kept: list[Mapping[str, object] | None] = []
        for row, agent in enumerate(self.agents):
            with self._blaming(row, self.user_role.decide):
                kept.append(None if agent is None else declared(agent, self.user_role.state))
        return super().state() | {"user_state": pack(kept)}

    def load(self, state: Mapping[str, AnyArray]) -> None:
        """Take back what `state` gave."""
        super().load({name: array for name, array in state.items() if name != "user_state"})
        for row, values in enumerate(unpack(state["user_state"])):
            self.agents[row] = None if values is None else self._fresh(row)
            if values is not None:
                restore(self.agents[row], values)

    def _blaming(self, row: int, method: Callable[..., object], step: int | None = None) -> AbstractContextManager[None]:
        """Report a mistake of the role's *method* as the agent's failure."""

        def failure(said: str) -> RoleFailed:
            when = "" if step is None else f" at step {step}"
            return RoleFailed(f"{agent_id(self.role, int(self.number_in_role[row]))}{when}: {said}")

        return blaming(Place.of(method), failure)


def cohort_of(role: type[UserRole]) -> type[UserCohort]:
    """The cohort class of a user's role."""
    attributes = {
        "role": role.name,
        "phase": role.phase,
        "actions": tuple(role.actions),
        "reasoning": tuple(role.reasoning),
        "reads": tuple(role.reads),
        "decision_type": role.name.upper().replace("-", "_"),
        # Whatever the role says of keys that it does not know: a typo must not run with the default.
        "Settings": type(role.Settings.__name__, (role.Settings,), {"model_config": ConfigDict(frozen=True, extra="forbid")}),
        "user_role": role,
        "__doc__": role.__doc__,
    }
    return type(f"{role.__name__}Cohort", (UserCohort,), attributes)


def _remembered(recalled: Recalled, row: int, step: int) -> Sequence[Remembered]:
    columns = (recalled.step[row], recalled.relevance[row], recalled.result[row], recalled.reward[row])
    return [Remembered(step - made, *rest) for made, *rest in zip(*(column.tolist() for column in columns), strict=True) if made >= 0]
