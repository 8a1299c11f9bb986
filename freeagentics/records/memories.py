"""Memories as a run's journal has them, and what they decode to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from freeagentics.arrays import F32, F64, I64, AnyArray
from freeagentics.errors import CorruptRecord
from freeagentics.journal import SHARED, Journal, Kind, Page
from freeagentics.memory import BOOK, Codec, EncodedMemories, FeatureTable, SideInformation, book_codec_of, codec_of, extended
from freeagentics.memory.codec import Codes
from freeagentics.records.lineage import Lineage
from freeagentics.records.long_term import LongTermColumns, LongTermMemories
from freeagentics.records.roster import Roster

_AT_ONCE = 24
"""Steps whose memories are read together, in one look into the journal."""


def kept_in(page: Page) -> EncodedMemories:
    """The memories of a page. Raises CorruptRecord for damage that is not of a single code: those are not intact."""
    kept = EncodedMemories.from_bytes(page.records.tobytes(), page.codec)
    if not page.crc_ok and kept.codes.intact.all():
        raise CorruptRecord("page of memories whose checksum does not match")
    return kept


def memory_totals(journal: Journal) -> tuple[int, int]:
    """Memories that a journal keeps, and the bytes of their pages, those of desks' books included."""
    counts, sizes = zip(*(journal.totals(kind) for kind in (Kind.MEMORIES, Kind.LONG_TERM)), strict=True)
    return sum(counts), sum(sizes) + journal.totals(Kind.BOOKS)[1]


def kept_by_step(journal: Journal, steps: int) -> tuple[I64, F64]:
    """Memories that a journal keeps of each step, and the bytes that they take, both (steps + 1,); step 0 has none.

    A page of consolidated memories has those of many steps: each takes its share of the page, by the length of its code. Raises
    CorruptRecord for damage.
    """
    counts, sizes = np.zeros(steps + 1, dtype=np.int64), np.zeros(steps + 1)
    for step, _, count, size in journal.headers(Kind.MEMORIES):
        counts[step] += count
        sizes[step] += size
    for step, cohort in journal.long_term(Kind.LONG_TERM):
        page = journal.page(step, Kind.LONG_TERM, cohort)
        assert page is not None
        columns, _ = LongTermColumns.from_bytes(page.records.tobytes())
        np.add.at(counts, columns.step, 1)
        np.add.at(sizes, columns.step, columns.length * (page.records.nbytes / max(int(columns.length.sum()), 1)))
    return counts, sizes


class Memories:
    """Reads the memories of a journal.

    Args:
        names: who the agents are.
        lineage: says which files of trained codecs a step was coded with beside those that ship; without it none.
    """

    def __init__(self, journal: Journal, names: Roster, lineage: Lineage | None = None) -> None:
        self._journal = journal
        self._names = names
        self._lineage = lineage
        self._codecs: dict[tuple[int, str, tuple[Path, ...]], Codec] = {}
        self._book: tuple[int, F32] | None = None
        self._pages: dict[int, tuple[AnyArray, LongTermMemories]] = {}

    def span(self, first: int, last: int) -> Iterator[tuple[int, EncodedMemories]]:
        """Memories from step *first* to *last* that are kept, with their step, cohort by cohort; among them damaged ones, whose codes are
        not intact.

        Raises CorruptRecord where damage is not of single memories.
        """
        for start in range(first, last + 1, _AT_ONCE):
            yield from self._lot(start, min(start + _AT_ONCE - 1, last))

    def _lot(self, first: int, last: int) -> Iterator[tuple[int, EncodedMemories]]:
        short: dict[int, list[Page]] = {}
        long = []
        for step, page in self._journal.memories(first, last):
            if page.kind is Kind.MEMORIES:
                short.setdefault(step, []).append(page)
            else:
                long.append((page.cohort, self._long_term(step, page)))
        for step in range(first, last + 1):
            found = [(page.cohort, self._kept(step, page)) for page in short.get(step, ())]
            found += [(cohort, memories.of_step(step)) for cohort, memories in long]
            yield from ((step, kept) for _, kept in sorted(found, key=lambda pair: pair[0]) if len(kept))

    def _kept(self, step: int, page: Page) -> EncodedMemories:
        try:
            return kept_in(page)
        except CorruptRecord as error:
            raise CorruptRecord(f"{self._journal.path}: step {step}: {error}", step=step) from error

    def _long_term(self, step: int, page: Page) -> LongTermMemories:
        """Memories of a page, the same ones again where it is that of the last call: a long page has memories of many lots."""
        before, memories = self._pages.get(page.cohort, (None, None))
        if memories is None or before is None or not np.array_equal(before, page.records):
            try:
                memories = LongTermMemories.from_page(page)
            except CorruptRecord as error:
                raise CorruptRecord(f"{self._journal.path}: up to step {step}, cohort {page.cohort}: {error}", step=step) from error
            self._pages[page.cohort] = page.records, memories
        return memories

    def check(self, step: int, kept: EncodedMemories) -> None:
        """Raise CorruptRecord naming the agent of a damaged memory of a step."""
        damaged = kept.agent[~kept.codes.intact]
        if damaged.size:
            agent = self._names.ids[damaged[0]]
            raise CorruptRecord(f"{self._journal.path}: step {step}: the memory of {agent} is damaged", agent=agent, step=step)

    def vectors(self, step: int, kept: EncodedMemories) -> F32:
        """The experiences (n, F) that memories of a step decode to. Raises CorruptRecord naming the agent of a damaged one."""
        self.check(step, kept)
        observation = self._journal.read(step, Kind.OBSERVATION, SHARED)
        assert observation is not None, "a committed step has an observation"
        books = self._books(step, observation["values"])
        side_information = SideInformation(observation["values"], books[self._names.seats["desk"][kept.agent]])
        return self.codec_of(step, kept.version, self.cohort_of(int(kept.agent[0]))).decode(kept.codes, side_information)

    def _books(self, step: int, values: F32) -> F32:
        """Books of all desks as memories of a step share them, (D, len(BOOK)); zeros where they share none."""
        if self._book is None or self._book[0] != step:
            pages = list(self._journal.scan_pages(Kind.BOOKS, first=step, last=step))
            if pages:
                page = pages[0][1]
                codec = book_codec_of(page.codec, self._names.columns, self._own(step))
                shared = codec.decode(Codes.from_bytes(page.records.tobytes()), values)
            else:
                shared = np.zeros((int(self._names.seats["desk"].max()) + 1, len(BOOK)), dtype=np.float32)
            self._book = (step, shared)
        return self._book[1]

    def codec_of(self, step: int, version: int, cohort: int) -> Codec:
        """The codec of a version that coded memories of a cohort at a step."""
        role, own = self._names.role_in(cohort), self._own(step)
        key = (version, role.role, own)
        if key not in self._codecs:
            self._codecs[key] = extended(codec_of(version, role.role, self._names.columns, own), role.features)
        return self._codecs[key]

    def cohort_of(self, agent: int) -> int:
        """The number of an agent's cohort."""
        return int(self._names.seats["cohort"][agent])

    def table(self, agent: int) -> FeatureTable:
        """Features that an agent's memories have."""
        return FeatureTable(self._names.role_of(agent).features)

    def _own(self, step: int) -> tuple[Path, ...]:
        return self._lineage.at(step).memory.files if self._lineage else ()
