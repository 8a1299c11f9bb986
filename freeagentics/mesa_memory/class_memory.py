"""The memory of all agents of one class."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from freeagentics.arrays import F32, F64, I64, AnyArray, Mask
from freeagentics.errors import BadInput
from freeagentics.mesa_memory.feature import CATEGORY
from freeagentics.mesa_memory.memory_block import BlockSettings, MemoryBlock
from freeagentics.mesa_memory.memory_page import Experiences
from freeagentics.mesa_memory.ranges import Ranges
from freeagentics.mesa_memory.state_reader import State, StateReader

Groups = Mapping[str, Sequence[str]]
"""Features by the name of their group; those of one group count as one in likeness."""


class ClassMemory:
    """State, memories and what waits to be remembered, of agents of one class.

    Args:
        name: the beginning of its agents' names.
        state: what they remember of themselves.
        groups: of features.
        settings: of the block.

    Attributes:
        members: numbers of the agents that were attached by themselves; None where all of the class are.
        block: None until an agent was read.
    """

    def __init__(self, name: str, state: State, groups: Groups, settings: BlockSettings) -> None:
        self.name = name
        self.reader = StateReader(state, name)
        self.members: set[int] | None = None
        self.groups = groups
        self._settings = settings
        self._block: MemoryBlock | None = None
        self._waiting: list[tuple[Any, ...]] = []
        self._waits: dict[int, int] = {}

    @property
    def block(self) -> MemoryBlock:
        """The memories; there is none before the first state was read."""
        if self._block is None:
            self._block = self._new_block()
        return self._block

    def adopt(self, earlier: ClassMemory, steps: int, time: float) -> None:
        """Have the memories of an earlier run, which ended at a step and a time. Raises BadInput where they are of another state, or of
        another budget."""
        names = [feature.name for feature in earlier.reader.features]
        if not callable(self.reader.state) and list(self.reader.state) != names:
            raise BadInput(f"memories_from: {self.name} remembered {', '.join(names)} then, and {', '.join(self.reader.state)} now")
        if self._settings.budget != earlier._settings.budget:
            raise BadInput(f"memories_from: {self.name} had budget={earlier._settings.budget} then; give it the same")
        self.reader.adopt(copy.deepcopy(earlier.reader.features))
        self.block.load(earlier.block.state())
        self.block.age(time, steps)

    def name_of(self, agent: int) -> str:
        """The name of an agent by its number."""
        return f"{self.name}-{agent}"

    def _new_block(self) -> MemoryBlock:
        features, places = self.reader.features, self.reader.places
        categories = np.zeros(self.reader.width, np.bool_)
        weights = np.zeros(self.reader.width, np.float32)
        groups = self._all_groups()
        for members in groups.values():
            for name in members:
                place = next(place for feature, place in zip(features, places, strict=True) if feature.name == name)
                weights[place] = 1 / len(groups) / len(members) / (place.stop - place.start)
        for feature, place in zip(features, places, strict=True):
            categories[place] = feature.kind == CATEGORY
        return MemoryBlock(Ranges(categories), weights, self._settings)

    def _all_groups(self) -> dict[str, Sequence[str]]:
        """The groups, and one more for each feature that is in none. Raises BadInput for a name that is no feature, or twice in groups."""
        names = [feature.name for feature in self.reader.features]
        grouped = [name for members in self.groups.values() for name in members]
        if unknown := [name for name in grouped if name not in names]:
            raise BadInput(f"groups: '{unknown[0]}' is no state of {self.name}, which has {', '.join(names)}")
        if len(set(grouped)) < len(grouped):
            raise BadInput("groups: a state is in two of them; it can be in one")
        return {**self.groups, **{name: [name] for name in names if name not in grouped}}

    # Remembering

    def wait(self, agent: Any, step: int, time: float, action: int, tags: int, outcome: float) -> int:
        """Have an agent remember its state of now at the end of the step; returns the number that the memory will have."""
        number = int(agent.unique_id)
        self._waiting.append((number, step, time, action, tags, outcome, self.reader.snapshot(agent)))
        before = self._waits.get(number, 0)
        self._waits[number] = before + 1
        (row,) = self.block.rows(np.array([number]))
        return int(self.block.made[row]) + before

    def waits(self, agent: int) -> bool:
        """True where a memory of the agent is not among those that can be recalled yet."""
        return agent in self._waits

    def settle(self) -> Experiences | None:
        """Remember what waits, in one batch; None where nothing does."""
        if not self._waiting:
            return None
        agents, step, time, action, tags, outcome, snapshots = zip(*self._waiting, strict=True)
        self._waiting, self._waits = [], {}
        return self.remember(
            np.array(agents),
            np.array(step),
            np.array(time),
            np.array(action, np.uint16),
            np.array(tags, np.uint16),
            np.array(outcome, np.float32),
            self.reader.matrix(snapshots),
        )

    def remember(self, agents: I64, step: I64, time: F64, action: AnyArray, tags: AnyArray, outcome: F32, values: F64) -> Experiences:
        """Remember states (n, C) of agents (n,) with what was done, (n,) each."""
        self.learn(values)
        self.block.ranges.see(values)
        entries = np.zeros(len(agents), self.block.entries.dtype)
        entries["levels"] = self.block.ranges.levels(values)
        for name, column in (("step", step), ("time", time), ("action", action), ("tags", tags), ("outcome", outcome)):
            entries[name] = column
        sequence = self.block.remember(self.block.rows(agents), entries)
        return Experiences(agents, sequence, step, time, action, tags, outcome, values)

    def restore(self, made: Experiences) -> None:
        """Remember what is on record, step by step as it was made: what is remembered later says nothing yet of what is alike."""
        order = np.lexsort([made.agents, made.time, made.step])
        for rows in np.split(order, np.flatnonzero(np.diff(made.step[order])) + 1):
            one = made.take(rows)
            self.remember(one.agents, one.step, one.time, one.action, one.tags, one.outcome, one.values)

    def learn(self, values: F64) -> None:
        """Have the ranges hold states (n, C)."""
        wider = self.block.ranges.widened(values)
        if wider is not None:
            self.block.widen(wider)

    def retain(self, agents: I64) -> None:
        """Forget agents that are not among these."""
        if self._block is not None and len(self._block.agents()):
            self._block.retain(agents)

    # Recall

    def situation(self, like: str | Mapping[str, Any] | None, agents: Sequence[Any]) -> tuple[F64, Mask]:
        """States to compare with, (n, C), and the columns that count, (C,): those of agents as they are, of a group of features alone, or
        one that is given for all."""
        width = self.reader.width
        if isinstance(like, Mapping):
            given = self.reader.columns(like)
            asked = np.isin(np.arange(width), [place for name in like for place in self._columns([name])])
            return np.tile(given, (len(agents), 1)), asked
        states = self.reader.read(agents)
        if like is None:
            return states, np.ones(self.reader.width, np.bool_)
        groups = self._all_groups()
        if like not in groups:
            raise BadInput(f"like='{like}': {self.name} has the groups and states {', '.join(groups)}; or give values, e.g. like={{…}}")
        return states, np.isin(np.arange(self.reader.width), self._columns(groups[like]))

    def _columns(self, names: Iterable[str]) -> list[int]:
        wanted = set(names)
        pairs = zip(self.reader.features, self.reader.places, strict=True)
        return [column for feature, place in pairs if feature.name in wanted for column in range(place.start, place.stop)]

    def to_json(self) -> dict[str, Any]:
        """The class as plain data."""
        features = [feature.to_json() for feature in self.reader.features]
        return {"name": self.name, "features": features, "groups": {name: list(members) for name, members in self.groups.items()}}
