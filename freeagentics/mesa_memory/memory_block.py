"""The memories of all agents of a class, in arrays with a row each: bounded, consolidated, recalled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F32, I64, U8, AnyArray, Mask
from freeagentics.errors import BadInput
from freeagentics.mesa_memory.agent_rows import AgentRows
from freeagentics.mesa_memory.ranges import Ranges

_PLAIN = 0.1
"""Importance of a memory that has no outcome."""

_ALL = np.zeros(0, np.bool_)
_ENDS = ("low", "high", "least", "most")


@dataclass(frozen=True, slots=True)
class BlockSettings:
    """Bounds and measures of memory.

    Attributes:
        budget: bytes of memories an agent.
        halflife: time in which a memory comes to count half.
        width: distance at which likeness has fallen to exp(-1/2), as a share of the whole range of a feature, in the mean over features.

    Raises:
        BadInput: one of them is not above 0.
    """

    budget: int = 2048
    halflife: float = 200.0
    width: float = 0.15

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if not getattr(self, name) > 0:
                raise BadInput(f"{name}={getattr(self, name)}: give a number above 0")


def entry_type(columns: int) -> np.dtype[np.void]:
    """The layout of a memory with so many columns of state, as kernels read it: 28 bytes, and one a column."""
    fields = [("step", "i4"), ("time", "f4"), ("sequence", "i4"), ("outcome", "f4"), ("importance", "f4")]
    counts = [("action", "u2"), ("tags", "u2"), ("evidence", "u2"), ("uses", "u2")]
    return np.dtype([*fields, *counts, ("levels", "u1", (columns,))])


class MemoryBlock:
    """Memories by row and slot.

    Half of an agent's slots are a ring of its latest memories. What leaves the ring is consolidated: with an older memory of the same
    action and tags, and of nearly the same state, it becomes one, whose outcome is the mean of both; otherwise it takes the place of the
    older memory that is worth least, if it is worth more itself. Worth is importance, which outcomes that are out of the ordinary have,
    and use, which recall counts; it halves over `halflife`.

    Args:
        ranges: of the columns of state, C of them.
        weights: of columns in likeness, (C,), with a sum of one.
        settings: bounds and measures.

    Raises:
        BadInput: the budget is too small for four memories.
    """

    def __init__(self, ranges: Ranges, weights: F32, settings: BlockSettings) -> None:
        self.ranges = ranges
        self.settings = settings
        self._weights = weights
        entry = entry_type(len(weights))
        self.slots = settings.budget // entry.itemsize // 2 * 2
        if self.slots < 4:
            raise BadInput(f"budget={settings.budget}: four memories of this state take {4 * entry.itemsize} bytes an agent; give as much")
        self.recent = self.slots // 2
        self.entries = np.zeros((0, self.slots), dtype=entry)
        self.made = np.zeros(0, dtype=np.int32)
        self.outcomes = np.zeros(3)
        self._rows = AgentRows()

    # Rows

    def rows(self, agents: I64) -> I64:
        """Rows of agents by their numbers, (n,), made where there are none."""
        found = self._rows.take(agents)
        if self._rows.size > len(self.made):
            self._grow(self._rows.size)
        return found

    def try_rows(self, agents: I64) -> I64:
        """Rows of agents, -1 for those that remember nothing."""
        return self._rows.find(agents)

    def agents(self) -> list[int]:
        """Numbers of all agents that remember something, rising."""
        return self._rows.agents()

    def retain(self, agents: I64) -> None:
        """Forget all agents but these."""
        gone = self._rows.keep(agents)
        self.entries[gone] = np.zeros((), self.entries.dtype)
        self.made[gone] = 0

    def hand_on(self, giver: int, taker: int) -> None:
        """Give an agent the memories of another, in place of its own."""
        source, target = self.rows(np.array([giver, taker]))
        self.entries[target], self.made[target] = self.entries[source], self.made[source]

    def _grow(self, needed: int) -> None:
        more = max(len(self.made), 16, needed - len(self.made))
        self.entries = np.concatenate([self.entries, np.zeros((more, self.slots), self.entries.dtype)])
        self.made = np.concatenate([self.made, np.zeros(more, np.int32)])

    # Remembering

    def widen(self, ranges: Ranges) -> None:
        """Take wider ranges: what is remembered is measured by them from now on."""
        taken = self.entries["evidence"] > 0
        self.entries["levels"][taken] = ranges.levels(self.ranges.values(self.entries["levels"][taken]))
        self.ranges = ranges

    def remember(self, rows: I64, entries: AnyArray) -> I64:
        """Remember entries (n,) of rows (n,), in their order; returns the number that each has among the memories of its agent, (n,)."""
        known = ~np.isnan(entries["outcome"])
        self._observe(entries["outcome"][known])
        entries["importance"] = self._importance(entries["outcome"])
        entries["evidence"] = 1
        likeness = self.ranges.categories, self._shares(self._weights), self.ranges.scale()
        kernels.compiled.block_remember(
            self._bytes(), self.made, rows, entries.view(np.uint8), *likeness, self.recent, self.settings.halflife
        )
        return entries["sequence"].astype(np.int64)

    def _bytes(self) -> U8:
        return self.entries.reshape(-1).view(np.uint8)

    def _shares(self, weights: F32) -> F32:
        # Where no column is asked for, all are alike.
        return np.asarray(weights / np.maximum(kernels.total(weights), np.float32(1e-9)), dtype=np.float32)

    # Outcomes

    def attach_outcomes(self, rows: I64, sequences: I64, outcomes: F32) -> Mask:
        """Attach outcomes (n,) to memories by row and number; returns where they were still there by themselves, (n,)."""
        slots = np.empty(len(rows), np.int64)
        kernels.compiled.block_find(self._bytes(), self.entries.itemsize, len(self.made), rows, sequences, slots)
        found = slots >= 0
        rows, slots, values = rows[found], slots[found], outcomes[found]
        self._observe(values)
        self.entries["outcome"][rows, slots] = values
        self.entries["evidence"][rows, slots] = 1
        self.entries["importance"][rows, slots] = self._importance(values)
        return found

    def _observe(self, outcomes: F32) -> None:
        values = outcomes.astype(np.float64)
        self.outcomes += np.array([len(values), kernels.total(values), kernels.total(values * values)])

    def _importance(self, outcomes: F32) -> F32:
        """Importance by how far outcomes are from their mean so far, in standard deviations, up to four."""
        count, total, squares = self.outcomes
        mean = total / max(count, 1)
        deviation = np.sqrt(max(squares / max(count, 1) - mean * mean, 1e-12))
        surprise = np.minimum(np.abs(outcomes - np.float32(mean)) / np.float32(deviation), 4) / 4
        return np.where(np.isnan(outcomes), np.float32(_PLAIN), np.float32(_PLAIN) + surprise).astype(np.float32)

    # Recall

    def recall(
        self, rows: I64, levels: U8, k: int, now: float, *, asked: Mask, actions: Mask | None, tags: Mask | None, since: float
    ) -> tuple[AnyArray, F32]:
        """Memories most like levels (n, C), and most recent.

        Args:
            rows: (n,); -1 finds nothing.
            levels: the situations.
            k: most memories of each.
            now: the time.
            asked: columns that count, (C,).
            actions: actions that may be recalled, by number; None for all.
            tags: sets of tags that may be, by number; None for all.
            since: the earliest time.

        Returns:
            Entries (n, k), best first, and their relevance (n, k); 0 where there is none.
        """
        slots, relevance = np.empty((len(rows), k), np.int64), np.empty((len(rows), k), np.float32)
        width, halflife = self.settings.width, self.settings.halflife
        kernels.compiled.block_recall(
            self._bytes(),
            len(self.made),
            rows,
            levels,
            self.ranges.categories,
            self._shares(self._weights * asked),
            self.ranges.scale(),
            _ALL if actions is None else actions,
            _ALL if tags is None else tags,
            since,
            now,
            -1 / (2 * width * width),
            halflife,
            k,
            slots,
            relevance,
        )
        found = np.zeros((len(rows), k), self.entries.dtype)
        there = slots >= 0
        found[there] = self.entries[rows.repeat(k).reshape(slots.shape)[there], slots[there]]
        return found, relevance

    # Keeping

    def state(self) -> dict[str, AnyArray]:
        """Arrays of all rows that are taken, with entries field by field."""
        agents = np.array(self.agents(), dtype=np.int64)
        rows = self.rows(agents)
        fields = {f"entries.{name}": np.ascontiguousarray(self.entries[name][rows]) for name in self.entries.dtype.names or ()}
        return fields | {"made": self.made[rows], "agent": agents, "outcomes": self.outcomes, **self._ends()}

    def _ends(self) -> dict[str, AnyArray]:
        return {name: getattr(self.ranges, name) for name in _ENDS}

    def load(self, state: dict[str, AnyArray]) -> None:
        """Take back what `state` gave. Raises ValueError where its shapes are others."""
        rows = self.rows(state["agent"])
        for name in self.entries.dtype.names or ():
            self.entries[name][rows] = state[f"entries.{name}"]
        self.made[rows] = state["made"]
        self.outcomes = state["outcomes"].copy()
        for name in _ENDS:
            setattr(self.ranges, name, state[name].copy())

    def age(self, time: float, steps: int) -> None:
        """Move all memories back in time, for a run that begins after the one they were made in."""
        self.entries["time"] -= np.float32(time)
        self.entries["step"] -= steps
