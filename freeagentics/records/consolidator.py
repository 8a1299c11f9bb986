"""The consolidator: when a market day is over, its memories become long-term ones, and those are brought into their budgets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np

from freeagentics.agents import Cohort
from freeagentics.arrays import I64
from freeagentics.clock import DAY_MS
from freeagentics.errors import CorruptRecord
from freeagentics.journal import CommitRecord, Journal, Kind, Page, PageEdit
from freeagentics.memory import EncodedMemories
from freeagentics.memory.codec import Codes
from freeagentics.memory.forgetting import Demand, charges, to_strength
from freeagentics.records.budgets import Budgets
from freeagentics.records.cohort_stock import CohortStock
from freeagentics.records.lineage import Lineage
from freeagentics.records.long_term import LongTermMemories, readable_columns
from freeagentics.records.losses import Loss, losses
from freeagentics.records.memories import Memories, kept_in
from freeagentics.records.roster import Roster

LEAST_STEPS = 24
"""Steps that a long-term page has at least, where days have fewer bars."""

LARGEST = 1 << 19
"""Bytes of the steps' pages that become one long-term page: what a reader of one memory has to decode."""

KEPT_FREE = 4
"""When a budget is full, memories are brought down by one part in so many of it: each byte is rewritten about as often before it goes."""


class Consolidator:
    """Consolidates the memories of a journal, inside the transactions of its steps.

    What it does depends on what the journal holds and on nothing else, so a run that was killed and resumed has the same pages. Without a
    budget it does nothing.

    Args:
        journal: of the run.
        lineage: of the run.
        budgets: in place of those that its scenario states.

    Attributes:
        loss: what it cost so far.
    """

    def __init__(self, journal: Journal, lineage: Lineage, budgets: Budgets | None = None) -> None:
        self._journal = journal
        self._lineage = lineage
        self._budgets = budgets
        self.loss = Loss()
        self._stated = Budgets.stated(lineage.own)
        last = journal.commit_record()
        self._day = _market_day(last.timestamp) if last else None
        self._pages: dict[int, list[int]] = {}
        self._counted: dict[int, int] = {}
        self._opened: tuple[Roster, Memories, Budgets] | None = None
        self._used = np.zeros(0, dtype=np.int64)

    def __call__(self, record: CommitRecord, edit: PageEdit) -> None:
        """Consolidate what came before a step, if a day is over that began before it."""
        day, before = _market_day(record.timestamp), self._day
        self._day = day
        if self._stated and before is not None and day > before:
            self._open()
            if record.step - 1 - self.until >= LEAST_STEPS:
                self._take_in(record.step - 1, edit)
                self._fit(record.step, edit, KEPT_FREE)

    @property
    def until(self) -> int:
        """The last step whose memories are long-term ones."""
        return max((pages[-1] for pages in self._pages.values()), default=0)

    def _open(self) -> tuple[Roster, Memories, Budgets]:
        if self._opened is None:
            names = Roster(self._journal)
            self._opened = names, Memories(self._journal, names, self._lineage), self._budgets or Budgets.of(self._lineage.own, names)
            self._used = np.zeros(len(names.ids), dtype=np.int64)
            for step, cohort in self._journal.long_term(Kind.LONG_TERM):
                self._pages.setdefault(cohort, []).append(step)
                page = self._journal.page(step, Kind.LONG_TERM, cohort)
                assert page is not None
                if (columns := readable_columns(page)) is not None:
                    np.add.at(self._used, columns.agent, charges(columns.length))
            self._counted = {cohort: step for step, cohort in losses(self._journal)}
        return self._opened

    def _take_in(self, last: int, edit: PageEdit) -> None:
        """Make long-term pages of the memories of the steps up to *last* that are not there yet."""
        waiting: dict[int, list[tuple[int, Page]]] = {}
        for step, page in self._journal.memories(self.until + 1, last):
            if page.kind is Kind.MEMORIES:
                waiting.setdefault(page.cohort, []).append((step, page))
        for cohort, pages in waiting.items():
            for piece in _pieces(pages):
                self._take_piece(cohort, piece, edit)

    def _take_piece(self, cohort: int, pages: Sequence[tuple[int, Page]], edit: PageEdit) -> None:
        taken = [(step, kept) for step, page in pages if (kept := _readable(page)) is not None]
        if not taken:
            return
        memories = _joined(taken, (pages[0][0], pages[-1][0]))
        for step, _ in taken:
            edit.remove(step, cohort, Kind.MEMORIES)
        edit.put(memories.columns.last, memories.to_page(cohort))
        self._pages.setdefault(cohort, []).append(memories.columns.last)
        np.add.at(self._used, memories.columns.agent, charges(memories.columns.length))

    def compact(self, step: int, edit: PageEdit) -> None:
        """Consolidate all that there is up to the last committed step, and fill budgets to the brim."""
        self._open()
        self._take_in(step, edit)
        self._fit(step, edit, 0)

    def _fit(self, step: int, edit: PageEdit, spare: int) -> None:
        """Bring long-term memories into their budgets, where they are beyond them, and leave one part in *spare* of these free."""
        names, _, budgets = self._open()
        crowded = int(self._used.sum()) > budgets.population
        full = np.unique(names.seats["cohort"][self._used > budgets.agent]).tolist()
        if crowded:
            self._fit_population(step, edit, spare)
        else:
            for cohort in full:
                self._rewrite(self._stock(cohort, step, spare), step, edit)

    def _fit_population(self, step: int, edit: PageEdit, spare: int) -> None:
        demand, budget = Demand(), self._open()[2].population
        for cohort in self._pages:
            stock = self._stock(cohort, step, spare)
            demand.add(stock.priority, stock.kept, stock.sizes)
        threshold = demand.threshold(_lower(budget, spare))
        for cohort in list(self._pages):
            stock = self._stock(cohort, step, spare)
            stock.keep_above(threshold)
            self._rewrite(stock, step, edit)

    def _stock(self, cohort: int, step: int, spare: int) -> CohortStock:
        """The memories of a cohort, each agent's brought into its own budget."""
        names, memories, budgets = self._open()
        compression = self._lineage.own.registry.roles.get(names.role_in(cohort).role, Cohort).compression
        stock = CohortStock(self._journal, memories, cohort, self._pages[cohort])
        stock.count(self._counted.get(cohort, 0), step, compression)
        # Of those too that are not quite full: else a cohort would be rewritten for one agent after the other.
        stock.fit(_lower(budgets.agent, spare))
        return stock

    def _rewrite(self, stock: CohortStock, step: int, edit: PageEdit) -> None:
        loss, self._pages[stock.cohort] = stock.rewrite(edit)
        self._used[stock.agents] = stock.charged
        self._counted[stock.cohort] = step
        self.loss += loss
        # Of this step, of which there may be some already: it may have been the last one when the journal was compacted.
        earlier = self._journal.page(step, Kind.FORGOTTEN, stock.cohort)
        edit.put(step, (loss + (Loss.from_page(earlier) if earlier else Loss())).to_page(stock.cohort))


Bytes = TypeVar("Bytes", I64, int)


def _lower(budget: Bytes, spare: int) -> Bytes:
    return budget - budget // spare if spare else budget


def _market_day(timestamp: int) -> int:
    """The day that a bar belongs to which closes at a timestamp: at midnight, the one that ends then."""
    return (timestamp - 1) // DAY_MS


def _pieces(pages: Sequence[tuple[int, Page]]) -> Iterator[Sequence[tuple[int, Page]]]:
    """Pages of one cohort, by lots that make a long-term page each: of one codec, and not too long."""
    start, size = 0, 0
    for place, (_, page) in enumerate(pages):
        size += len(page.records)
        if place > start and (size > LARGEST or page.codec != pages[start][1].codec):
            yield pages[start:place]
            start, size = place, len(page.records)
    yield pages[start:]


def _readable(page: Page) -> EncodedMemories | None:
    """The memories of a page; None where it is damaged otherwise than in single codes: it stays as it is, and whoever reads it is told."""
    try:
        return kept_in(page)
    except CorruptRecord:
        return None


def _joined(taken: Sequence[tuple[int, EncodedMemories]], span: tuple[int, int]) -> LongTermMemories:
    agent = np.concatenate([kept.agent for _, kept in taken])
    step = np.repeat([step for step, _ in taken], [len(kept) for _, kept in taken])
    importance = np.concatenate([kept.importance for _, kept in taken])
    codes = Codes.joined([kept.codes for _, kept in taken])
    codes = codes.shortened(codes.length)
    return LongTermMemories.sorted(span, agent, step, importance, to_strength(importance / 255), codes, taken[0][1].version)
