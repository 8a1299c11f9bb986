"""The consolidator: when a market day is over, its memories become long-term ones, and those are brought into their budgets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from freeagentics.agents import Cohort
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
from freeagentics.records.losses import losses
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
    """

    def __init__(self, journal: Journal, lineage: Lineage) -> None:
        self._journal = journal
        self._lineage = lineage
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
                self.take_in(record.step - 1, edit)
                self.fit(record.step, edit)

    @property
    def until(self) -> int:
        """The last step whose memories are long-term ones."""
        return max((pages[-1] for pages in self._pages.values()), default=0)

    @property
    def used(self) -> int:
        """Bytes that all long-term memories are charged."""
        return int(self._used.sum())

    def _open(self, budgets: Budgets | None = None) -> tuple[Roster, Memories, Budgets]:
        if self._opened is None:
            names = Roster(self._journal)
            self._opened = names, Memories(self._journal, names, self._lineage), budgets or Budgets.of(self._lineage.own, names)
            self._used = np.zeros(len(names.ids), dtype=np.int64)
            for step, cohort in self._journal.long_term(Kind.LONG_TERM):
                self._pages.setdefault(cohort, []).append(step)
                page = self._journal.page(step, Kind.LONG_TERM, cohort)
                assert page is not None
                if (columns := readable_columns(page)) is not None:
                    np.add.at(self._used, columns.agent, charges(columns.length))
            self._counted = {cohort: step for step, cohort in losses(self._journal)}
        return self._opened

    def take_in(self, last: int, edit: PageEdit) -> None:
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

    def fit(self, step: int, edit: PageEdit) -> None:
        """Bring long-term memories into their budgets, where they are beyond them, at a committed step."""
        names, _, budgets = self._open()
        crowded = int(self._used.sum()) > budgets.population
        full = np.unique(names.seats["cohort"][self._used > budgets.agent]).tolist()
        if crowded:
            self._fit_population(step, edit, budgets)
        else:
            for cohort in full:
                self._rewrite(self._stock(cohort, step, budgets), step, edit)

    def _fit_population(self, step: int, edit: PageEdit, budgets: Budgets) -> None:
        demand = Demand()
        for cohort in self._pages:
            stock = self._stock(cohort, step, budgets)
            demand.add(stock.priority, stock.kept, stock.sizes)
        threshold = demand.threshold(budgets.population - budgets.population // KEPT_FREE)
        for cohort in list(self._pages):
            stock = self._stock(cohort, step, budgets)
            stock.keep_above(threshold)
            self._rewrite(stock, step, edit)

    def _stock(self, cohort: int, step: int, budgets: Budgets) -> CohortStock:
        """The memories of a cohort, each agent's brought into its own budget."""
        names, memories, _ = self._open()
        compression = self._lineage.own.registry.roles.get(names.role_in(cohort).role, Cohort).compression
        stock = CohortStock(self._journal, memories, cohort, self._pages[cohort])
        stock.count(self._counted.get(cohort, 0), step, compression)
        # Of those too that are not quite full: else a cohort would be rewritten for one agent after the other.
        stock.fit(budgets.agent - budgets.agent // KEPT_FREE)
        return stock

    def _rewrite(self, stock: CohortStock, step: int, edit: PageEdit) -> None:
        loss, self._pages[stock.cohort] = stock.rewrite(edit)
        self._used[stock.agents] = stock.charged
        self._counted[stock.cohort] = step
        edit.put(step, loss.to_page(stock.cohort))


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
