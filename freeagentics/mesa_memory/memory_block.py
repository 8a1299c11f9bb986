"""The memories of all agents of a class, in arrays with a row each: bounded, consolidated, recalled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F32, I64, U8, AnyArray, Mask, occurrence_batches
from freeagentics.errors import BadInput
from freeagentics.mesa_memory.ranges import LEVELS, MISSING, Ranges

_ALIKE = 0.02
"""Mean squared distance, in shares of the ranges, up to which memories become one when they are consolidated."""

_PLAIN = 0.1
"""Importance of a memory that has no outcome."""

_ROWS_AT_ONCE = 256


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
    """The layout of a memory with so many columns of state: 30 bytes and one a column."""
    fields = [("levels", "u1", (columns,)), ("step", "i4"), ("time", "f4"), ("sequence", "i4"), ("action", "u2"), ("tags", "u2")]
    return np.dtype([*fields, ("outcome", "f4"), ("evidence", "u2"), ("uses", "u2"), ("importance", "f4")])


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
        self.agent = np.zeros(0, dtype=np.int64)
        self.outcomes = np.zeros(3)
        self._row: dict[int, int] = {}
        self._free: list[int] = []

    # Rows

    def rows(self, agents: Sequence[int]) -> I64:
        """Rows of agents by their numbers, made where there are none."""
        missing = [agent for agent in agents if agent not in self._row]
        if len(self._free) < len(missing):
            self._grow(len(missing))
        for agent in missing:
            self._row[agent] = self._free.pop()
        found = np.fromiter(map(self._row.__getitem__, agents), np.int64, len(agents))
        self.agent[found] = agents
        return found

    def try_rows(self, agents: Sequence[int]) -> I64:
        """Rows of agents, -1 for those that remember nothing."""
        return np.fromiter((self._row.get(agent, -1) for agent in agents), np.int64, len(agents))

    def agents(self) -> list[int]:
        """Numbers of all agents that remember something, rising."""
        return sorted(self._row)

    def retain(self, agents: set[int]) -> None:
        """Forget all agents but these."""
        for agent in [agent for agent in self._row if agent not in agents]:
            row = self._row.pop(agent)
            self.entries[row] = np.zeros((), self.entries.dtype)
            self.made[row] = 0
            self._free.append(row)

    def hand_on(self, giver: int, taker: int) -> None:
        """Give an agent the memories of another, in place of its own."""
        source, target = self.rows([giver, taker])
        self.entries[target], self.made[target] = self.entries[source], self.made[source]

    def _grow(self, needed: int) -> None:
        old = len(self.made)
        more = max(old, 16, needed)
        self.entries = np.concatenate([self.entries, np.zeros((more, self.slots), self.entries.dtype)])
        self.made = np.concatenate([self.made, np.zeros(more, np.int32)])
        self.agent = np.concatenate([self.agent, np.zeros(more, np.int64)])
        self._free += range(old + more - 1, old - 1, -1)

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
        for batch in occurrence_batches(rows):
            entries["sequence"][batch] = self.made[rows[batch]]
            # A part at a time, so that what is compared stays in the processor's cache.
            for start in range(0, len(batch), _ROWS_AT_ONCE):
                part = batch[start : start + _ROWS_AT_ONCE]
                self._add(rows[part], entries[part])
        return entries["sequence"].astype(np.int64)

    def _add(self, rows: I64, entries: AnyArray) -> None:
        """Put one entry of each row into its ring."""
        slot = self.made[rows] % self.recent
        old = self.entries[rows, slot]
        full = np.flatnonzero(old["evidence"])
        if len(full):
            self._consolidate(rows[full], old[full], entries["time"][full])
        self.entries[rows, slot] = entries
        self.made[rows] += 1

    def _consolidate(self, rows: I64, leaving: AnyArray, now: F32) -> None:
        older = self.entries[rows, self.recent :]
        one = leaving[:, None]
        alike = (older["evidence"] > 0) & (older["action"] == one["action"]) & (older["tags"] == one["tags"])
        alike &= np.isnan(older["outcome"]) == np.isnan(one["outcome"])
        distance = np.where(alike, self._distance(older["levels"], one["levels"]), np.float32(np.inf))
        nearest = distance.argmin(axis=1)
        joins = distance[np.arange(len(rows)), nearest] <= _ALIKE
        self._join(rows[joins], self.recent + nearest[joins], leaving[joins])
        stays = ~joins
        if stays.any():
            self._replace(rows[stays], older[stays], leaving[stays], now[stays])

    def _join(self, rows: I64, slots: I64, leaving: AnyArray) -> None:
        kept = self.entries[rows, slots]
        both = kept["evidence"].astype(np.float32) + leaving["evidence"]
        joined = kept.copy()
        joined["outcome"] = (kept["outcome"] * kept["evidence"] + leaving["outcome"] * leaving["evidence"]) / both
        joined["importance"] = np.maximum(kept["importance"], leaving["importance"])
        for name in ("evidence", "uses"):
            joined[name] = np.minimum(kept[name].astype(np.int64) + leaving[name], np.iinfo(np.uint16).max)
        for name in ("step", "time", "sequence"):
            joined[name] = leaving[name]
        self.entries[rows, slots] = joined

    def _replace(self, rows: I64, older: AnyArray, leaving: AnyArray, now: F32) -> None:
        worth = np.where(older["evidence"] > 0, self._worth(older, now[:, None]), np.float32(-1))
        least = worth.argmin(axis=1)
        wins = self._worth(leaving, now) >= worth[np.arange(len(rows)), least]
        self.entries[rows[wins], self.recent + least[wins]] = leaving[wins]

    def _worth(self, entries: AnyArray, now: F32) -> F32:
        fresh = kernels.exp2((entries["time"] - now) / np.float32(self.settings.halflife))
        return entries["importance"] * (1 + kernels.log1p(entries["uses"].astype(np.float32))) * fresh

    # Outcomes

    def attach_outcomes(self, rows: I64, sequences: I64, outcomes: F32) -> Mask:
        """Attach outcomes (n,) to memories by row and number; returns where they were still there by themselves, (n,)."""
        there = (self.entries["sequence"][rows] == sequences[:, None]) & (self.entries["evidence"][rows] > 0)
        found = there.any(axis=1)
        rows, slots, values = rows[found], there[found].argmax(axis=1), outcomes[found]
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

    def _distance(self, levels: U8, others: U8, asked: Mask | None = None) -> F32:
        """Mean squared distance of levels (..., C) by weight, of the columns that are *asked* for; nothing is far from something."""
        apart = (levels.astype(np.float32) - others) * np.float32(1 / LEVELS)
        if MISSING in levels or MISSING in others:
            apart[(levels == MISSING) != (others == MISSING)] = 1
        category = self.ranges.categories
        if category.any():
            apart[..., category] = (levels != others)[..., category]
        weights = self._weights if asked is None else self._weights * asked
        # Where no column is asked for, all are alike.
        return kernels.total(apart * apart * (weights / np.maximum(kernels.total(weights), np.float32(1e-9))))

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
        found = np.zeros((len(rows), k), self.entries.dtype)
        relevance = np.zeros((len(rows), k), np.float32)
        known = np.flatnonzero(rows >= 0)
        for start in range(0, len(known), _ROWS_AT_ONCE):
            part = known[start : start + _ROWS_AT_ONCE]
            entries = self.entries[rows[part]]
            relevant = self._relevance(entries, levels[part], now, asked)
            relevant[~_wanted(entries, actions, tags, since)] = 0
            best = np.argsort(-relevant, axis=1, kind="stable")[:, :k]
            row = np.arange(len(part))[:, None]
            found[part, : best.shape[1]], relevance[part, : best.shape[1]] = entries[row, best], relevant[row, best]
            self._use(rows[part], best, relevant[row, best] > 0)
        found[relevance == 0] = np.zeros((), found.dtype)
        return found, relevance

    def _relevance(self, entries: AnyArray, levels: U8, now: float, asked: Mask) -> F32:
        width, halflife = self.settings.width, self.settings.halflife
        distance = self._distance(entries["levels"], np.broadcast_to(levels[:, None], entries["levels"].shape), asked)
        like = kernels.exp(distance * np.float32(-1 / (2 * width * width)))
        return like * kernels.exp2((entries["time"] - np.float32(now)) / np.float32(halflife)) * (entries["evidence"] > 0)

    def _use(self, rows: I64, slots: I64, used: Mask) -> None:
        uses = self.entries["uses"][rows[:, None], slots]
        self.entries["uses"][rows[:, None], slots] = np.minimum(uses, np.iinfo(np.uint16).max - 1) + used

    # Keeping

    def state(self) -> dict[str, AnyArray]:
        """Arrays of all rows that are taken, with entries field by field."""
        rows = np.array([self._row[agent] for agent in self.agents()], dtype=np.int64)
        fields = {f"entries.{name}": np.ascontiguousarray(self.entries[name][rows]) for name in self.entries.dtype.names or ()}
        return fields | {"made": self.made[rows], "agent": self.agent[rows], "outcomes": self.outcomes, **self._ends()}

    def _ends(self) -> dict[str, AnyArray]:
        return {"low": self.ranges.low, "high": self.ranges.high}

    def load(self, state: dict[str, AnyArray]) -> None:
        """Take back what `state` gave. Raises ValueError where its shapes are others."""
        rows = self.rows(state["agent"].tolist())
        for name in self.entries.dtype.names or ():
            self.entries[name][rows] = state[f"entries.{name}"]
        self.made[rows] = state["made"]
        self.outcomes = state["outcomes"].copy()
        self.ranges.low, self.ranges.high = state["low"].copy(), state["high"].copy()

    def age(self, time: float, steps: int) -> None:
        """Move all memories back in time, for a run that begins after the one they were made in."""
        self.entries["time"] -= np.float32(time)
        self.entries["step"] -= steps


def _wanted(entries: AnyArray, actions: Mask | None, tags: Mask | None, since: float) -> Mask:
    wanted = entries["time"] >= np.float32(since)
    if actions is not None:
        wanted &= actions[entries["action"]]
    if tags is not None:
        wanted &= tags[entries["tags"]]
    return wanted
