"""The classes of agents that have memory, and who of them has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from freeagentics.arrays import I64
from freeagentics.errors import BadInput
from freeagentics.mesa_memory.class_memory import ClassMemory, Groups
from freeagentics.mesa_memory.host import class_name
from freeagentics.mesa_memory.memory_block import BlockSettings
from freeagentics.mesa_memory.state_reader import State

if TYPE_CHECKING:
    from freeagentics.mesa_memory.earlier_run import EarlierRun


class StatesByClass:
    """Memories by class of agent, made when an agent of it is met.

    Args:
        settings: of every block.

    Attributes:
        earlier: the run that agents have their first memories from, or None.
    """

    def __init__(self, settings: BlockSettings) -> None:
        self._settings = settings
        self._by_type: dict[type, ClassMemory] = {}
        self._state: State | Mapping[type, State] = ()
        self._groups: Groups = {}
        self._covers_all = False
        self.earlier: EarlierRun | None = None

    def __iter__(self) -> Iterator[ClassMemory]:
        return iter(self._by_type.values())

    def attach_all(self, state: State | Mapping[type, State], groups: Groups) -> None:
        """Have memory for agents of all classes, or of those that *state* names."""
        self._state, self._groups, self._covers_all = state, groups, True

    def attach_one(self, agent: Any, state: State | Mapping[type, State], groups: Groups) -> None:
        """Have memory for one agent. Raises BadInput where others of its class remember another state."""
        kind = type(agent)
        own = state.get(kind, ()) if isinstance(state, Mapping) else state
        of = self._by_type.get(kind) or self._met(kind)
        if of is None:
            of = self._by_type[kind] = self._new(kind, own, groups)
            of.members = set()
        if of.reader.state != (own if callable(own) else tuple(own)) or of.groups != groups:
            raise BadInput(f"state={own!r}: other agents of {kind.__name__} remember {of.reader.state!r}; give each the same")
        if of.members is not None:
            of.members.add(int(agent.unique_id))

    def of(self, agent: Any) -> ClassMemory:
        """The memory of an agent's class. Raises BadInput where the agent is not attached."""
        of = self._by_type.get(type(agent)) or self._met(type(agent))
        if of is None or (of.members is not None and agent.unique_id not in of.members):
            if not hasattr(agent, "unique_id"):
                raise BadInput(f"{agent!r} is no agent of a Mesa model; give one of its agents, or several")
            attached = ", ".join(kind.__name__ for kind in self._by_type) or "no class yet"
            raise BadInput(f"{type(agent).__name__} {agent.unique_id} has no memory; attached: {attached}")
        return of

    def split(self, agents: Sequence[Any]) -> Iterator[tuple[ClassMemory, slice | I64, Sequence[Any]]]:
        """Agents by class: its memory, the places of its agents among them, and these."""
        if len(set(map(type, agents))) == 1:
            yield self._checked(agents), slice(None), agents
            return
        for kind in dict.fromkeys(map(type, agents)):
            places = np.array([place for place, agent in enumerate(agents) if type(agent) is kind])
            some = [agents[place] for place in places]
            yield self._checked(some), places, some

    def _checked(self, agents: Sequence[Any]) -> ClassMemory:
        """The memory of agents of one class. Raises BadInput where one of them is not attached."""
        of = self.of(agents[0])
        for agent in agents if of.members is not None else ():
            self.of(agent)
        return of

    def present(self, model: Any) -> Iterator[tuple[ClassMemory, list[Any]]]:
        """Attached agents that are in the model now, by class. Nothing but the caller holds them."""
        for kind, agents in list(model.agents_by_type.items()):
            of = self._by_type.get(kind) or self._met(kind)
            if of is None:
                continue
            if of.members is None:
                yield of, list(agents)
            else:
                members = of.members
                there = [agent for agent in agents if agent.unique_id in members]
                members.intersection_update(agent.unique_id for agent in there)
                yield of, there

    def _met(self, kind: type) -> ClassMemory | None:
        if not self._covers_all:
            return None
        if isinstance(self._state, Mapping):
            named = next((base for base in kind.__mro__ if base in self._state), None)
            if named is None:
                return None
            self._by_type[kind] = self._new(kind, self._state[named], self._groups)
        else:
            self._by_type[kind] = self._new(kind, self._state, self._groups)
        return self._by_type[kind]

    def check(self, state: State | Mapping[type, State], groups: Groups) -> None:
        """Raise BadInput where *state* is none that could be attached."""
        if not isinstance(state, Mapping):
            ClassMemory("agents", state, groups, self._settings)
        elif not state or not all(isinstance(one, type) for one in state):
            raise BadInput(f"state={state!r}: give classes of agents with the state of each, e.g. {{Sheep: ['energy']}}")
        else:
            for agent_class, own in state.items():
                ClassMemory(class_name(agent_class), own, groups, self._settings)

    def _new(self, kind: type, state: State, groups: Groups) -> ClassMemory:
        name, taken = class_name(kind), {of.name for of in self}
        while name in taken:
            name += "-too"
        made = ClassMemory(name, state, groups, self._settings)
        if self.earlier is not None:
            self.earlier.hand_on(made)
        return made
