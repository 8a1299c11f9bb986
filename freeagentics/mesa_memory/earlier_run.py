"""A run with memory that is on record: its memories, its states, its figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from freeagentics.arrays import AnyArray
from freeagentics.errors import BadInput, BadRunDirectory, CorruptRecord, did_you_mean, in_command
from freeagentics.journal import Journal, Kind, unpack_arrays
from freeagentics.mesa_memory.class_memory import ClassMemory
from freeagentics.mesa_memory.feature import Feature
from freeagentics.mesa_memory.interner import Interner
from freeagentics.mesa_memory.memory_block import BlockSettings
from freeagentics.mesa_memory.memory_page import Experiences, decode_experiences
from freeagentics.mesa_memory.recollection import Recollection
from freeagentics.mesa_memory.recorder import CLOCK, FORMAT
from freeagentics.mesa_memory.run_writer import JOURNAL, SUMMARY
from freeagentics.mesa_memory.state_page import States, decode_states
from freeagentics.mesa_memory.tags import Tags, having

if TYPE_CHECKING:
    import polars as pl

_COUNTED = {Kind.HOST_STATES: "column0", Kind.HOST_MEMORIES: "agent", Kind.HOST_OUTCOMES: "agent"}
"""Kinds of pages, and an array of each that has a number for every record."""


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Figures of a class of agents on record.

    Attributes:
        name: of the class.
        agents: that remember something at the end.
        kept: memories that they have at the end.
        made: memories that were made. outcomes: that came later than their memories.
        states: recorded, one an agent and step.
        memory_bytes: of the pages of memories and of outcomes.
        state_bytes: of the pages of states.
        columns: numbers of a state.
    """

    name: str
    agents: int
    kept: int
    made: int
    outcomes: int
    states: int
    memory_bytes: int
    state_bytes: int
    columns: int

    @property
    def state_float32_bytes(self) -> int:
        """Bytes of a state as float32, the agent's number not counted."""
        return 4 * self.columns

    @property
    def memory_float32_bytes(self) -> int:
        """Bytes of a memory as 32-bit numbers: state, agent, step, action, outcome."""
        return 4 * (self.columns + 4)


class EarlierRun:
    """The run in a directory that `AgentMemory.attach` was given as *out*. It reads when it is asked, and holds no file.

    Of a run that was killed there is all up to its last page. Memories since the last checkpoint are remembered again from their pages:
    real numbers as finely as those have them, and uses in recall not at all.

    Args:
        path: of the directory.

    Attributes:
        model: name of the model's class.
        last_step: recorded.
        last_time: recorded.
        classes: memories as they were at the end, by the name of their class.
        actions: by number.
        tags: sets of tags by number.

    Raises:
        BadRunDirectory: it is none. CorruptRecord: it is damaged.
    """

    def __init__(self, path: Path) -> None:
        if not (path / SUMMARY).is_file():
            hint = ""
            if (path / "run.toml").is_file():
                hint = (
                    f"; it is a run of a scenario: freeagentics memory audit {in_command(path)}, or freeagentics explain {in_command(path)}"
                )
            raise BadRunDirectory(f"{path}: no run directory of a model with memory, it has no {SUMMARY}{hint}")
        self.path = path
        with self._open() as journal:
            about = journal.metadata()
            if about.get("mesa_memory") != FORMAT:
                raise BadRunDirectory(f"{path}: nothing on record; the run was stopped before its first page, or is of another version")
            self.about: Mapping[str, Any] = about
            self.model = str(about["model"])
            self.actions, self.tags = Interner("action"), Interner("tags", frozenset())
            self.actions.adopt([tuple(one) if isinstance(one, list) else one for one in about["actions"]])
            self.tags.adopt([frozenset(one) for one in about["tags"]])
            self.classes = {one["name"]: _class_of(one, about["memory"]) for one in about["classes"]}
            self.last_step, self.last_time = self._restore(journal)

    def _open(self) -> Journal:
        return Journal(self.path / JOURNAL)

    def _restore(self, journal: Journal) -> tuple[int, float]:
        last = journal.commit_record()
        if last is None:
            raise BadRunDirectory(f"{self.path}: nothing on record")
        whole, time = journal.checkpoint_before(last.step) or 0, 0.0
        for name, arrays in journal.checkpoint(whole).items():
            if name == CLOCK:
                time = float(arrays["time"][0])
            else:
                self.classes[name].block.load(arrays)
        for of, kind, arrays in self._pages(journal, whole + 1, (Kind.HOST_MEMORIES, Kind.HOST_OUTCOMES)):
            if kind is Kind.HOST_MEMORIES:
                made = decode_experiences(arrays)
                of.restore(made)
                time = max(time, float(made.time.max()))
            else:
                rows = of.block.rows(arrays["agent"].astype(np.int64))
                of.block.attach_outcomes(rows, arrays["sequence"].astype(np.int64), arrays["value"])
        return last.timestamp, time

    def _pages(self, journal: Journal, first: int, kinds: tuple[Kind, ...]) -> Iterator[tuple[ClassMemory, Kind, dict[str, AnyArray]]]:
        last = journal.commit_record()
        of = list(self.classes.values())
        for number in range(first, (last.step if last else 0) + 1):
            for kind in kinds:
                for cohort, one in enumerate(of):
                    records = journal.read(number, kind, cohort)
                    if records is not None:
                        yield one, kind, unpack_arrays(records.tobytes())

    # Agents

    def agents(self) -> list[str]:
        """Names of all agents that remember something at the end."""
        return [of.name_of(agent) for of in self.classes.values() for agent in of.block.agents()]

    def recall(
        self, agent: str, k: int = 5, *, like: Mapping[str, Any] | None = None, tags: Tags = None, action: Any = None
    ) -> list[Recollection]:
        """Memories of an agent at the end of the run, best first: those like a state, or without one the latest.

        Raises:
            BadInput: no agent of this name remembers anything, or an argument cannot be.
        """
        of, number = self._agent(agent)
        values, asked = of.situation({} if like is None else like, [None])
        entries, relevance = of.block.recall(
            of.block.try_rows(np.array([number])),
            of.block.ranges.levels(values),
            k,
            self.last_time,
            asked=asked,
            actions=None if action is None else self.actions.mask([action]),
            tags=having(self.tags, tags),
            since=-np.inf,
        )
        return Recollection.all_of(of, entries[0], relevance[0], self.last_time, self.actions, self.tags)

    def _agent(self, name: str) -> tuple[ClassMemory, int]:
        stem, _, number = name.rpartition("-")
        of = self.classes.get(stem)
        if of is None or not number.isdecimal() or int(number) not in of.block.agents():
            raise BadInput(f"no agent '{name}' remembers anything at the end of {self.path}; {did_you_mean(name, self.agents())}")
        return of, int(number)

    def hand_on(self, of: ClassMemory) -> None:
        """Give a class of a run to come the memories that agents of the same names have, as old as the end of this run makes them.

        Raises:
            BadInput: its agents remember another state, or as much as another budget lets them.
        """
        earlier = self.classes.get(of.name)
        if earlier is not None:
            of.adopt(earlier, self.last_step, self.last_time)

    # States

    def replay(self, step: int, agent: str | None = None) -> pl.DataFrame:
        """States at the end of a step; see `AgentMemory.replay`. Raises BadInput where that step is not on record."""
        import polars as pl

        from freeagentics.mesa_memory.run_frames import state_frame

        with self._open() as journal:
            frames = [
                state_frame(of, states, agent)
                for of, states in self._states(journal, step)
                if agent is None or agent.rpartition("-")[0] == of.name
            ]
        found = pl.concat(frames, how="diagonal") if frames else pl.DataFrame()
        if not found.height:
            who = f" of {agent}" if agent else ""
            raise BadInput(f"step {step}{who} is not on record in {self.path}, which ends with step {self.last_step}")
        return found

    def _states(self, journal: Journal, step: int) -> Iterator[tuple[ClassMemory, States]]:
        number = _page_of(journal, step)
        for cohort, of in enumerate(self.classes.values()):
            records = journal.read(number, Kind.HOST_STATES, cohort) if number else None
            if records is not None:
                yield from ((of, states) for states in decode_states(unpack_arrays(records.tobytes())) if states.step == step)

    def state_scan(self) -> Iterator[tuple[ClassMemory, States]]:
        """All states on record, page by page."""
        with self._open() as journal:
            for of, _, arrays in self._pages(journal, 1, (Kind.HOST_STATES,)):
                yield from ((of, states) for states in decode_states(arrays))

    def memory_frame(self) -> pl.DataFrame:
        """All memories that were made, forgotten ones too: ``agent``, ``class``, ``number``, ``step``, ``time``, ``action`` as text, and
        ``outcome``."""
        import polars as pl

        from freeagentics.mesa_memory.run_frames import made_frame, no_memories, outcome_frame

        made = pl.concat([no_memories(), *(made_frame(of, made, self.actions) for of, made in self.memories_made())])
        with self._open() as journal:
            later = [outcome_frame(of, arrays) for of, _, arrays in self._pages(journal, 1, (Kind.HOST_OUTCOMES,))]
        if not later:
            return made
        joined = made.join(pl.concat(later).unique(["agent", "number"], keep="last"), on=["agent", "number"], how="left")
        return (
            joined.with_columns(pl.coalesce("later", "outcome").alias("outcome")).drop("later").sort("step", "class", maintain_order=True)
        )

    def memories_made(self) -> Iterator[tuple[ClassMemory, Experiences]]:
        """All memories on record as they were made, page by page."""
        with self._open() as journal:
            for of, _, arrays in self._pages(journal, 1, (Kind.HOST_MEMORIES,)):
                yield of, decode_experiences(arrays)

    def figures(self) -> list[ClassFigures]:
        """Figures of each class."""
        pages: list[dict[Kind, list[tuple[int, int]]]] = [{kind: [] for kind in _COUNTED} for _ in self.classes]
        with self._open() as journal:
            for kind, counted in _COUNTED.items():
                for _, page in journal.scan_pages(kind):
                    count = len(unpack_arrays(page.records.tobytes())[counted])
                    pages[page.cohort][kind].append((count, len(page.records)))
        return [_figures(of, found) for of, found in zip(self.classes.values(), pages, strict=True)]


def is_host_run(path: Path) -> bool:
    """True for a run directory that `AgentMemory` wrote."""
    return (path / SUMMARY).is_file()


def _class_of(described: Mapping[str, Any], settings: Mapping[str, Any]) -> ClassMemory:
    try:
        features = [Feature(**one) for one in described["features"]]
        bounds = BlockSettings(settings["budget"], settings["halflife"], settings["width"])
        of = ClassMemory(described["name"], [feature.name for feature in features], described["groups"], bounds)
    except (KeyError, TypeError) as error:
        raise CorruptRecord(f"a class of agents that cannot be read: {error}") from error
    of.reader.adopt(features)
    return of


def _page_of(journal: Journal, step: int) -> int | None:
    """Number of the first page whose last step is at or after *step*: commits rise in both."""
    last = journal.commit_record()
    low, high = 1, last.step if last else 0
    while low < high:
        middle = (low + high) // 2
        commit = journal.commit_record(middle)
        if commit is not None and commit.timestamp >= step:
            high = middle
        else:
            low = middle + 1
    return low if high else None


def _figures(of: ClassMemory, pages: Mapping[Kind, list[tuple[int, int]]]) -> ClassFigures:
    """*pages* have the records and the bytes of each, by kind."""
    (states, state_bytes), (made, memory_bytes), (outcomes, outcome_bytes) = (
        (sum(count for count, _ in pages[kind]), sum(size for _, size in pages[kind])) for kind in _COUNTED
    )
    kept = int((of.block.entries["evidence"] > 0).sum())
    agents, columns = len(of.block.agents()), of.reader.width
    return ClassFigures(of.name, agents, kept, made, outcomes, states, memory_bytes + outcome_bytes, state_bytes, columns)
