"""The stock of a cohort: all its long-term memories, when it is decided what to keep of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from freeagentics.arrays import F64, I64, AnyArray
from freeagentics.journal import Journal, Kind, Page, PageEdit
from freeagentics.memory.forgetting import PER_RECALL, CodeSizes, agent_thresholds, charges, kept_lengths, priorities, to_strength, worth_of
from freeagentics.records.budgets import needs
from freeagentics.records.error_sample import ErrorSample
from freeagentics.records.long_term import LongTermColumns, LongTermMemories, readable_columns
from freeagentics.records.losses import Loss
from freeagentics.records.memories import Memories

MERGED = 1 << 14
"""Memories up to which a page is merged with those after it."""

_LONGEST_AGE = 65_535
"""A decision names no older memory by its age."""

_AT_ONCE = 1 << 16


class CohortStock:
    """Long-term memories of one cohort, n of them in the order of its pages. Pages that cannot be read are left as they are.

    Args:
        memories: reads them.
        cohort: its number.
        pages: the last steps of its pages, rising.

    Attributes:
        agents: indexes of the agents that have any, (a,).
        priority: of each memory, (n,).
        sizes: of its codes.
        kept: bytes that are to be kept of each code, (n,), 0 for none.
    """

    def __init__(self, journal: Journal, memories: Memories, cohort: int, pages: Sequence[int]) -> None:
        self.cohort = cohort
        self._journal, self._memories, self._pages = journal, memories, list(pages)
        found = self._found = list(self._read())
        self._starts = np.cumsum([0, *(len(page.columns) for page in found)])
        self._agent, self._step, self._length, strength = (_column(found, name) for name in ("agent", "step", "length", "strength"))
        self.agents, self._owner = np.unique(self._agent, return_inverse=True)
        self._worth = worth_of(strength)
        self.sizes = self._sizes()
        self.priority = np.zeros(len(self._step), dtype=np.int64)
        self.kept = self._length

    def _sizes(self) -> CodeSizes:
        """Sizes of codes; those of the latest page have not been cut, or hardly."""
        shortest = [self._memories.codec_of(page.last, page.codec, self.cohort).shortest for page in self._found]
        latest = np.sort(self._length[self._starts[-2] :]) if len(self._found) else self._length
        return CodeSizes(max(shortest, default=1), int(latest[len(latest) * 9 // 10]) if len(latest) else 1)

    def _read(self) -> Iterator[_ReadPage]:
        for last in self._pages:
            page = self._page(last)
            if (columns := readable_columns(page)) is not None:
                yield _ReadPage(last, page.codec, columns)

    def _page(self, last: int) -> Page:
        page = self._journal.page(last, Kind.LONG_TERM, self.cohort)
        assert page is not None, "the catalogue knows what there is"
        return page

    def count(self, after: int, until: int, compression: float) -> None:
        """Add what decisions and outcomes of the steps after *after* up to *until* say of memories, and give each its priority."""
        weight, decisions = np.zeros((2, len(self.agents)))
        tally = _Tally(self._agent, self._step, self._worth)
        for step, records in self._journal.scan_cohort(Kind.DECISIONS, self.cohort, after + 1, until):
            age = records["memory_age"].astype(np.int64)
            row, place = np.nonzero((age > 0) & (age < _LONGEST_AGE))
            tally.add(records["agent"][row], step - age[row, place], np.full(len(row), PER_RECALL))
            owner = np.minimum(np.searchsorted(self.agents, records["agent"]), len(self.agents) - 1)
            there = self.agents[owner] == records["agent"]
            np.add.at(weight, owner[there], records["memory_weight"][there])
            np.add.at(decisions, owner[there], 1)
        for step, records in self._journal.scan_cohort(Kind.OUTCOMES, self.cohort, after + 1, until):
            size = np.minimum(np.abs(records["result"].astype(np.float64)), 4) / 4
            tally.add(records["agent"], step - records["horizon"].astype(np.int64), size)
        tally.settle()
        need = needs(compression, weight / np.maximum(decisions, 1))
        self.priority = priorities(to_strength(self._worth), until - self._step, need[self._owner])

    def fit(self, budget: I64) -> None:
        """Keep of each agent's memories what its budget, one of (N,), has room for."""
        threshold = agent_thresholds(self._owner, self.priority, self._length, self.sizes, budget[self.agents])
        self.kept = kept_lengths(self.priority, threshold[self._owner], self._length, self.sizes)

    def keep_above(self, threshold: int) -> None:
        """Keep no more than a threshold for all leaves."""
        self.kept = kept_lengths(self.priority, threshold, self.kept, self.sizes)

    @property
    def charged(self) -> I64:
        """Bytes that each of `agents` is charged for what is kept, (a,)."""
        return np.bincount(self._owner, charges(self.kept), len(self.agents)).astype(np.int64)

    def rewrite(self, edit: PageEdit) -> tuple[Loss, list[int]]:
        """Rewrite the pages with what is kept; returns what that cost, and the last steps of the pages that there are now."""
        sample = ErrorSample(self._memories, self._step[(self.kept > 0) & (self.kept < self._length)])
        damaged, pages = 0, set(self._pages)
        for group in self._groups():
            parts = []
            for place in group:
                last, rows = self._found[place].last, slice(*self._starts[place : place + 2])
                memories = LongTermMemories.from_page(self._page(last))
                damaged += int((~memories.codes.intact).sum())
                sample.compare(memories, self.kept[rows])
                parts.append(memories.shortened(self.kept[rows], to_strength(self._worth[rows])))
                edit.remove(last, self.cohort, Kind.LONG_TERM)
                pages.discard(last)
            merged = LongTermMemories.merged(parts)
            edit.put(merged.columns.last, merged.to_page(self.cohort))
            pages.add(merged.columns.last)
        return self._loss(damaged, sample), sorted(pages)

    def _loss(self, damaged: int, sample: ErrorSample) -> Loss:
        return Loss(
            dropped=int((self.kept == 0).sum()),
            shortened=int(((self.kept > 0) & (self.kept < self._length)).sum()),
            damaged=damaged,
            bytes=int((charges(self._length) - charges(self.kept)).sum()),
            sampled=sample.compared,
            squared_error=sample.squared_error,
        )

    def _groups(self) -> Iterator[list[int]]:
        """Places of pages that become one: neighbours, of one codec, until there are enough memories."""
        left = np.diff(np.append(0, np.cumsum(self.kept > 0))[self._starts])
        group: list[int] = []
        for place in range(len(self._found)):
            if group and not self._joins(group[-1], int(left[group].sum())):
                yield group
                group = []
            group.append(place)
        if group:
            yield group

    def _joins(self, place: int, size: int) -> bool:
        before, after = self._found[place : place + 2]
        neighbours = self._pages.index(after.last) == self._pages.index(before.last) + 1
        return size < MERGED and neighbours and before.codec == after.codec


class _ReadPage(NamedTuple):
    last: int
    codec: int
    columns: LongTermColumns


class _Tally:
    """Adds to the worth (n,) of memories, which are named by agent and step."""

    def __init__(self, agent: AnyArray, step: I64, worth: F64) -> None:
        key = _key(agent, step)
        self._order = np.argsort(key)
        self._key, self._worth = key[self._order], worth
        self._waiting: list[tuple[I64, F64]] = []
        self._size = 0

    def add(self, agent: AnyArray, step: I64, amount: F64) -> None:
        """Add amounts (k,) to memories of agents and steps (k,), where there are such."""
        self._waiting.append((_key(agent, step), amount))
        self._size += len(step)
        if self._size > _AT_ONCE:
            self.settle()

    def settle(self) -> None:
        """Have all amounts added."""
        if self._waiting and len(self._key):
            key, amount = (np.concatenate(parts) for parts in zip(*self._waiting, strict=True))
            place = np.minimum(np.searchsorted(self._key, key), len(self._key) - 1)
            there = self._key[place] == key
            np.add.at(self._worth, self._order[place[there]], amount[there])
        self._waiting, self._size = [], 0


def _key(agent: AnyArray, step: I64) -> I64:
    return agent.astype(np.int64) << 32 | step


def _column(pages: Sequence[_ReadPage], name: str) -> AnyArray:
    return np.concatenate([np.empty(0, dtype=np.int64), *(getattr(page.columns, name) for page in pages)]).astype(np.int64)
