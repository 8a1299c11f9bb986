"""Memory for the agents of any Mesa model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from freeagentics.arrays import F32, I64, AnyArray, Mask
from freeagentics.errors import BadInput
from freeagentics.mesa_memory.class_memory import ClassMemory, Groups
from freeagentics.mesa_memory.earlier_run import EarlierRun
from freeagentics.mesa_memory.host import Host, class_name, is_agent
from freeagentics.mesa_memory.interner import Interner
from freeagentics.mesa_memory.memory_block import BlockSettings
from freeagentics.mesa_memory.own_memory import OwnMemory
from freeagentics.mesa_memory.recollection import Recollection, Recollections
from freeagentics.mesa_memory.recorder import Recorder
from freeagentics.mesa_memory.state_reader import State
from freeagentics.mesa_memory.states_by_class import StatesByClass
from freeagentics.mesa_memory.store_feed import StoreFeed
from freeagentics.mesa_memory.tags import Tags, having, tag_set

if TYPE_CHECKING:
    import polars as pl

    from freeagentics.stores import Store


class AgentMemory:
    """The memories of a model's agents. Made by `attach`, read from a run directory by `load`; a context manager that closes on leaving.

    An agent is attached to memory while it is in its model. What it remembers it recalls from the moment on; everything is written step by
    step where `attach` was given a run directory. The model computes what it would without: nothing draws from its random numbers, holds
    its agents, or stands in the place of its methods. Copied or pickled with the model, a memory goes on in RAM; only the one that was
    attached writes.

    Attributes:
        path: the run directory, or None.
    """

    def __init__(self, model: Any, settings: BlockSettings, *, path: Path | None, every: int, enabled: bool) -> None:
        self._host = Host(model)
        self._settings = settings
        self._every = every
        self._enabled = enabled
        self._classes: StatesByClass = StatesByClass(settings)
        self._actions = Interner("action")
        self._tags = Interner("tags", frozenset())
        self.path = path
        self._recorder: Recorder | None = None
        self._last = -1

    # Attaching

    @classmethod
    def attach(
        cls,
        model_or_agent: Any,
        state: State | Mapping[type, State],
        *,
        groups: Groups | None = None,
        store: str | Store | None = None,
        out: str | Path | None = None,
        memories_from: str | Path | None = None,
        budget: int = 2048,
        halflife: float = 200.0,
        width: float = 0.15,
        every: int = 1,
        enabled: bool = True,
    ) -> Any:
        """Attach memory to all agents of a model, those that come later too, or to one agent.

        Args:
            model_or_agent: a Mesa model; or an agent, in its ``__init__`` after its state is set: all agents of a model share one memory.
            state: what agents remember of themselves: names of attributes (numbers, booleans, enums, texts, grid positions or cells,
                vectors of up to 16 numbers), or a function from an agent to a dict. By class where they differ:
                ``{Sheep: ["energy"], Wolf: […]}``; then agents of other classes are not attached.
            groups: names of state by group, e.g. ``{"body": ["energy", "age"], "place": ["cell"]}``: a group counts as one in likeness,
                and can be asked for by itself (``like="place"``). A name in no group is one of its own.
            store: a URL, or a store, that memories are written to as well.
            out: a new folder, the run directory: states of every step, memories and outcomes, for `load`, `replay` and the command line.
            memories_from: a run directory of an earlier run, whose memories the agents of the same names begin with.
            budget: bytes of memories an agent; beyond it they are consolidated and forgotten.
            halflife: time in which a memory comes to count half.
            width: distance at which likeness has fallen to exp(-1/2), as a share of the range of state.
            every: steps from one record of all states to the next.
            enabled: with False nothing is remembered and nothing recalled, for a comparison.

        Returns:
            The `AgentMemory` of a model, or the `OwnMemory` of an agent.

        Raises:
            BadInput: the model has a memory already, or an argument cannot be.
            BadRunDirectory: *out* is not empty, or *memories_from* is none.

        Examples:
            >>> from mesa.examples.basic.boltzmann_wealth_model.model import BoltzmannWealth
            >>> from freeagentics import AgentMemory
            >>> model = BoltzmannWealth()
            >>> memory = AgentMemory.attach(model, state=["wealth", "cell"])
            >>> agent = model.agents[0]
            >>> number = memory.remember(agent, action="wait", tags="start")
            >>> model.step()
            >>> memory.outcome(agent, number, 0.5)
            True
            >>> [(found.action, found.outcome, found.age) for found in memory.recall(agent, k=3)]
            [('wait', 0.5, 1.0)]
        """
        one = is_agent(model_or_agent)
        host = Host(model_or_agent.model if one else model_or_agent)
        settings = BlockSettings(budget, halflife, width)
        memory: AgentMemory | None = host.memory
        if memory is None:
            memory = cls(host.model, settings, path=None if out is None else Path(out), every=every, enabled=enabled)
            memory._classes.check(state, groups or {})
            memory._begin(store, memories_from)
        elif not one:
            raise BadInput(f"{type(host.model).__name__} has a memory already; close it before another is attached")
        elif (memory._settings, memory._every, memory._enabled) != (settings, every, enabled):
            raise BadInput("all agents of a model share one memory: give each the same arguments")
        if one:
            memory._classes.attach_one(model_or_agent, state, groups or {})
            return OwnMemory(memory, model_or_agent)
        memory._classes.attach_all(state, groups or {})
        return memory

    @staticmethod
    def load(run_dir: str | Path) -> EarlierRun:
        """The memories of a run that was recorded. Raises BadRunDirectory where there are none, CorruptRecord for damage."""
        return EarlierRun(Path(run_dir))

    def _begin(self, store: str | Store | None, memories_from: str | Path | None) -> None:
        if self._every < 1:
            raise BadInput(f"every={self._every}: give 1 step or more")
        if memories_from is not None:
            self._classes.earlier = self.load(memories_from)
            self._actions.adopt(self._classes.earlier.actions.values)
            self._tags.adopt(self._classes.earlier.tags.values)
        if self._enabled and (self.path or store is not None):
            model = type(self._host.model)
            feed = None if store is None else StoreFeed(store, self.path.name if self.path else class_name(model))
            about = {"model": model.__name__, "memory": asdict(self._settings)}
            self._recorder = Recorder(about, self.path, feed, self._classes, self._actions, self._tags)
        self._host.hold(self)
        if self._enabled:
            self._host.after_each_step(self.record)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        # A copy of the model is another run: two that write one journal would ruin it.
        return self.__dict__ | {"_recorder": None, "path": None}

    # Remembering

    def remember(self, agents: Any, action: Any = None, outcome: Any = None, tags: Tags = None) -> Any:
        """Remember the state of an agent, or of many, as it is now, and what it does in it.

        Args:
            agents: an agent, or a sequence of agents, e.g. ``model.agents``.
            action: a text, a number, an enum, or a tuple of them; for many agents a list or array of them gives each its own.
            outcome: a number, or one for each; None where it is not known yet.
            tags: a text or several.

        Returns:
            A number of the memory for `outcome`, or an array (n,) of them.

        Raises:
            BadInput: an agent is not attached, or an argument cannot be kept.
        """
        if not self._enabled:
            return 0 if is_agent(agents) else np.zeros(len(agents), np.int64)
        if is_agent(agents):
            given = np.nan if outcome is None else float(outcome)
            of = self._classes.of(agents)
            return of.wait(agents, self._host.step, self._host.time, self._actions.number(action), self._tagged(tags), given)
        return self._remember_many(list(agents), action, outcome, self._tagged(tags))

    def _remember_many(self, agents: Sequence[Any], action: Any, outcome: Any, tags: int) -> I64:
        self._settle()
        count = len(agents)
        actions = self._actions.numbers(action, count)
        outcomes = _each(outcome, count)
        found = np.zeros(count, np.int64)
        for of, places, some in self._classes.split(agents):
            numbers, size = _numbers(some), len(some)
            step, time = np.full(size, self._host.step), np.full(size, self._host.time)
            made = of.remember(numbers, step, time, actions[places], np.full(size, tags, np.uint16), outcomes[places], of.reader.read(some))
            self._log(of, made)
            found[places] = made.sequence
        return found

    def outcome(self, agents: Any, of: Any, value: Any) -> Any:
        """Say what came of memories.

        Args:
            agents: an agent, or n agents.
            of: the number that `remember` gave, or a recollection has; (n,) for many.
            value: the outcome, or (n,).

        Returns:
            Whether the memory was still there by itself, or that of each, (n,). On record the outcome is in any case.

        Raises:
            BadInput: an agent has no such memory.
        """
        many = not is_agent(agents)
        if not self._enabled:
            return np.zeros(len(agents), np.bool_) if many else False
        self._settle()
        given = list(agents) if many else [agents]
        found = self._attach(given, np.array(np.broadcast_to(of, len(given)), np.int64), _each(value, len(given)))
        return found if many else bool(found[0])

    def _attach(self, agents: Sequence[Any], sequences: I64, values: F32) -> Mask:
        found = np.zeros(len(agents), np.bool_)
        for of, places, some in self._classes.split(agents):
            numbers = _numbers(some)
            rows = of.block.rows(numbers)
            wrong = np.flatnonzero((sequences[places] >= of.block.made[rows]) | (sequences[places] < 0))
            if len(wrong):
                name = of.name_of(int(numbers[wrong[0]]))
                raise BadInput(f"outcome of memory {sequences[places][wrong[0]]}: {name} has {of.block.made[rows[wrong[0]]]}, from 0 on")
            found[places] = of.block.attach_outcomes(rows, sequences[places], values[places])
            if self._recorder:
                self._recorder.outcomes(of, numbers, sequences[places], values[places])
        return found

    def hand_on(self, giver: Any, taker: Any) -> None:
        """Give an agent the memories of another of its class, e.g. a child those of a parent, in place of its own."""
        if not self._enabled:
            return
        self._settle()
        of = self._classes.of(giver)
        if of is not self._classes.of(taker):
            raise BadInput(
                f"{type(taker).__name__} remembers another state than {type(giver).__name__}: memories are handed on within a class"
            )
        of.block.hand_on(int(giver.unique_id), int(taker.unique_id))
        if self._recorder:
            self._recorder.handed_on()

    # Recalling

    def recall(
        self,
        agents: Any,
        k: int = 5,
        *,
        like: str | Mapping[str, Any] | None = None,
        tags: Tags = None,
        action: Any = None,
        since: float | None = None,
    ) -> Any:
        """Recall memories of situations like the present one, and of late.

        Args:
            agents: an agent, or a sequence of agents; each recalls its own memories.
            k: most memories.
            like: None compares with the agent's state as it is; the name of a group, by that group alone; values by name, with these.
            tags: only memories that have all of these.
            action: only memories of this action.
            since: only memories of this time and later.

        Returns:
            Of an agent a list of `Recollection`, best first; of many one `Recollections`, in arrays.

        Raises:
            BadInput: an agent is not attached, or an argument cannot be.
        """
        if k < 1:
            raise BadInput(f"k={k}: recall one memory or more")
        if is_agent(agents):
            return self._recall_one(agents, k, like, tags, action, since) if self._enabled else []
        return self._recall_many(list(agents), k, like, tags, action, since)

    def _recall_one(self, agent: Any, k: int, like: Any, tags: Tags, action: Any, since: float | None) -> list[Recollection]:
        of = self._classes.of(agent)
        if of.waits(int(agent.unique_id)):
            self._settle()
        entries, relevance = self._found(of, [agent], k, like, tags, action, since)
        return Recollection.all_of(of, entries[0], relevance[0], self._host.time, self._actions, self._tags)

    def _recall_many(self, agents: Sequence[Any], k: int, like: Any, tags: Tags, action: Any, since: float | None) -> Recollections:
        self._settle()
        shape = (len(agents), k)
        relevance, outcome = np.zeros(shape, np.float32), np.full(shape, np.nan, np.float32)
        number, step, evidence, actions = (
            np.full(shape, -1),
            np.zeros(shape, np.int32),
            np.zeros(shape, np.int64),
            np.zeros(shape, np.int64),
        )
        age = np.full(shape, np.nan)
        for of, places, some in self._classes.split(agents) if self._enabled else ():
            entries, found = self._found(of, some, k, like, tags, action, since)
            there = found > 0
            relevance[places], actions[places], evidence[places], step[places] = (
                found,
                entries["action"],
                entries["evidence"],
                entries["step"],
            )
            outcome[places] = np.where(there, entries["outcome"], np.nan)
            number[places] = np.where(there, entries["sequence"], -1)
            age[places] = np.where(there, self._host.time - entries["time"], np.nan)
        table = np.array([*self._actions.values, None], dtype=object)[:-1]
        return Recollections(relevance, number, step, age, table[actions], outcome, evidence)

    def _found(
        self, of: ClassMemory, agents: Sequence[Any], k: int, like: Any, tags: Tags, action: Any, since: float | None
    ) -> tuple[AnyArray, F32]:
        states, asked = of.situation(like, agents)
        return of.block.recall(
            of.block.try_rows(_numbers(agents)),
            of.block.ranges.levels(states),
            k,
            self._host.time,
            asked=asked,
            actions=None if action is None else self._actions.mask([action]),
            tags=having(self._tags, tags),
            since=-np.inf if since is None else since,
        )

    def find(self, agent_class: type, number: int) -> Any:
        """The agent of a class by its number. Raises ReferenceError where the model has none."""
        for agent in self._host.model.agents_by_type.get(agent_class, ()):
            if agent.unique_id == number:
                return agent
        raise ReferenceError(f"{agent_class.__name__} {number} is in the model no more")

    # Recording

    def record(self) -> None:
        """Remember what waits, and record the states of all agents. The model's own steps do so; a model of events alone may call it."""
        self._settle()
        step, time = self._host.step, self._host.time
        # Two records of one step could not be told apart: of a model without steps, those that come later count on.
        step = self._last = max(step, self._last + 1)
        for of, agents in self._classes.present(self._host.model):
            numbers = _numbers(agents)
            rising = np.argsort(numbers, kind="stable") if (np.diff(numbers) < 0).any() else None
            of.retain(numbers)
            if self._recorder and len(agents) and step % self._every == 0:
                values = of.reader.read(agents)
                self._recorder.states(of, step, time, numbers, values, rising)
        if self._recorder:
            self._recorder.stepped(step, time)

    def _settle(self) -> None:
        for of in self._classes:
            made = of.settle()
            if made is not None:
                self._log(of, made)

    def _log(self, of: ClassMemory, made: Any) -> None:
        if self._recorder:
            self._recorder.made(of, made)

    def _tagged(self, tags: Tags) -> int:
        return self._tags.number(tag_set(tags))

    def flush(self) -> None:
        """Write everything that is not on record yet. Raises JournalFailed or StoreUnavailable where that cannot be."""
        self._settle()
        if self._recorder:
            self._recorder.write(self._last, self._host.time)

    def replay(self, step: int, agent: Any = None) -> pl.DataFrame:
        """The recorded states of all agents at the end of a step, or of one: ``agent``, ``class``, ``step``, ``time``, and their state.

        Raises:
            BadInput: nothing is recorded, or not this step.
        """
        if self._recorder is None or self.path is None:
            raise BadInput("nothing is recorded: attach memory with out=, a folder for the run directory")
        self.flush()
        name = None if agent is None else self._classes.of(agent).name_of(int(agent.unique_id))
        return EarlierRun(self.path).replay(step, name)

    def close(self) -> None:
        """Write everything, and let go of the model, which steps on without memory. Closing twice is harmless."""
        if self._host.memory is self:
            self._host.let_go()
            self._settle()
        if self._recorder:
            recorder, self._recorder = self._recorder, None
            recorder.close(self._last, self._host.time)


def _numbers(agents: Sequence[Any]) -> I64:
    try:
        return np.fromiter(map(attrgetter("unique_id"), agents), np.int64, len(agents))
    except (TypeError, ValueError) as error:
        raise BadInput(f"unique_id {agents[0].unique_id!r}: memory knows agents by whole numbers, as Mesa numbers them") from error


def _each(values: Any, count: int) -> F32:
    given = np.asarray(np.nan if values is None else values, np.float32)
    if given.shape not in ((), (count,)):
        raise BadInput(f"{given.size} outcomes for {count} agents: give one for each, or one for all")
    # A copy: it waits to be written, and who gave an array goes on writing to it.
    return np.array(np.broadcast_to(given, count))
