"""A cohort of agents of a user's role: it loops where the built-in roles compute in one batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from freeagentics.agents import experience
from freeagentics.agents.action_collector import ActionCollector
from freeagentics.agents.agent import agent_id
from freeagentics.agents.cohort import Cohort
from freeagentics.agents.context import CohortContext
from freeagentics.agents.decision import CAUSES, Decisions
from freeagentics.agents.drawn_settings import DrawnSettings
from freeagentics.agents.returned import LARGEST, numbers
from freeagentics.agents.signal_kinds import SignalKind
from freeagentics.agents.user_role import Remembered, UserRole
from freeagentics.agents.user_state import declared, pack, restore, unpack
from freeagentics.agents.user_view import UserView
from freeagentics.agents.view import View
from freeagentics.arrays import F32, I32, I64, AnyArray, readonly
from freeagentics.errors import BadScenario, RoleFailed
from freeagentics.memory import FEATURES, Recalled
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
        read = [source.name for source in self._read]
        self._shown = experience.SourceFeatures(read, context.columns)
        self.shared_bits = readonly(context.bits(read).sum(keepdims=True))
        self._columns = [name for name in context.columns if name.split(".")[0] in read]
        self._shares = {name: context.random(f"{self.role}/settings/{name}", number).random(rows) for name in settings.ranges}
        self._user_view: UserView | None = None

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
        agent.settings = self._settings_of(row)
        with self._blaming(row, self.user_role.__init__):
            agent.__init__()  # type: ignore[misc]  # settings must be there before a role's own constructor looks at them
        return agent

    def _settings_of(self, row: int) -> BaseModel:
        """Settings with what a row's agent draws of their ranges. Raises BadScenario for numbers that cannot stand together."""
        try:
            return self.settings.drawn(lambda name: self._shares[name][row])
        except ValidationError as error:
            said = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
            raise BadScenario(f"roles.{self.role}: the ranges give {self._name(row)} settings that cannot be: {said}") from error

    def perceive(self, states: F32, focus: I64, view: View) -> None:
        """Fill in what its sources showed, and the features of its own: columns, and what each agent perceives."""
        self._shown.fill(states, view, focus, np.ones((self.rows, len(self._read)), dtype=np.bool_))
        for place, feature in enumerate(self.features, len(FEATURES)):
            if feature.name in self._columns:
                states[:, place] = self.context.column(view.observation, feature.name)[focus]
        perceived = [feature.name for feature in self.features if "." not in feature.name]
        if perceived:
            self._ask(view, states, perceived)

    def _ask(self, view: View, states: F32, perceived: list[str]) -> None:
        """Ask every agent for these features of its situation."""
        places = [len(FEATURES) + [feature.name for feature in self.features].index(name) for name in perceived]
        for row, agent, user_view in self._each(view, "perceive"):
            with self._blaming(row, self.user_role.perceive, view.observation.step):
                found = agent.perceive(user_view.seen(row), user_view.heard(row))
                for place, value in numbers(found, "what perceive returned", perceived, -LARGEST, LARGEST):
                    states[row, places[place]] = value

    def _each(self, view: View, purpose: str) -> Iterator[tuple[int, UserRole, UserView]]:
        """Rows with their agents, which get a generator for this *purpose* and step, and what they look at."""
        user_view = self._user_view
        if user_view is None or user_view.view is not view:
            user_view = self._user_view = UserView(self, view, self._columns)
        for row in np.flatnonzero(self.active).tolist():
            agent = self.agents[row]
            assert agent is not None
            agent.random = self.context.random(f"{self.role}/{row}{purpose}", self.number, view.observation.step)
            yield row, agent, user_view

    def choose(self, view: View, states: F32, recalled: Recalled, focus: I64) -> Decisions:
        """Ask every agent, one after the other."""
        collector, step = ActionCollector(self, view), view.observation.step
        for row, agent, user_view in self._each(view, ""):
            with self._blaming(row, self.user_role.decide, step):
                collector.take(row, agent.decide(user_view.seen(row), user_view.heard(row), _remembered(recalled, row, step)))
                if self.joined[row] == step - 1:
                    # Now rather than at the first checkpoint, which may be a hundred steps away.
                    declared(agent, self.user_role.state)
        self._user_view = None
        signal, parent, parent_step = self._nothing()
        return collector.decisions(parent, parent_step, signal[:, :CAUSES])

    def traits(self) -> dict[str, AnyArray]:
        """Settings that agents drew from ranges, beside what every role has; NaN in free rows."""
        drawn = {name: [np.nan if one is None else getattr(one.settings, name) for one in self.agents] for name in self._shares}
        return super().traits() | {name: np.array(values, dtype=np.float64) for name, values in drawn.items()}

    def sources_read(self, row: int, step: int) -> tuple[str, ...]:
        """The sources that the role reads."""
        return tuple(source.name for source in self._read)

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
            return RoleFailed(f"{self._name(row)}{when}: {said}")

        return blaming(Place.of(method), failure)

    def _name(self, row: int) -> str:
        return agent_id(self.role, int(self.number_in_role[row]))


def cohort_of(role: type[UserRole]) -> type[UserCohort]:
    """The cohort class of a user's role."""
    attributes = {
        "role": role.name,
        "phase": role.phase,
        "actions": tuple(role.actions),
        "reasoning": tuple(role.reasoning),
        "reads": tuple(role.reads),
        "heeds": tuple(SignalKind[kind] for kind in role.heeds),
        "features": tuple(role.features),
        "decision_type": role.name.upper().replace("-", "_"),
        # Whatever the role says of keys that it does not know: a typo must not run with the default.
        "Settings": type(role.Settings.__name__, (DrawnSettings, role.Settings), {"model_config": ConfigDict(frozen=True, extra="forbid")}),
        "user_role": role,
        "__doc__": role.__doc__,
    }
    return type(f"{role.__name__}Cohort", (UserCohort,), attributes)


def _remembered(recalled: Recalled, row: int, step: int) -> Sequence[Remembered]:
    columns = (recalled.step[row], recalled.relevance[row], recalled.result[row], recalled.reward[row])
    return [Remembered(step - made, *rest) for made, *rest in zip(*(column.tolist() for column in columns), strict=True) if made >= 0]
