"""Memories of a journal, read one by one: damage of one is damage of one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freeagentics.errors import CorruptRecord
from freeagentics.journal import SHARED, Journal, Kind
from freeagentics.journal.pages import HEADER_BYTES, is_rewritten, page_id
from freeagentics.records import RunRecord
from freeagentics.records.memories import Memories
from freeagentics.records.roster import Roster
from freeagentics.runs import run
from freeagentics.sync.projection import memory_entries

STEP = 20


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return run("btc-replay", agents=50, steps=STEP, out=tmp_path_factory.mktemp("remembered") / "run")


class Flipped:
    """A bit of a page is another while this is open."""

    def __init__(self, path: Path, page: int, bit: int) -> None:
        self._path, self._page, self._bit = path, page, bit
        self._table = "memories" if is_rewritten(page) else "pages"
        self._body = b""

    def __enter__(self) -> None:
        with closing(sqlite3.connect(self._path)) as connection, connection:
            ((self._body,),) = connection.execute(f"SELECT body FROM {self._table} WHERE id = ?", (self._page,))
            body = bytearray(self._body)
            place = HEADER_BYTES * 8 + self._bit % (8 * (len(body) - HEADER_BYTES))
            body[place // 8] ^= 1 << place % 8
            connection.execute(f"UPDATE {self._table} SET body = ? WHERE id = ?", (bytes(body), self._page))

    def __exit__(self, *_: object) -> None:
        with closing(sqlite3.connect(self._path)) as connection, connection:
            connection.execute(f"UPDATE {self._table} SET body = ? WHERE id = ?", (self._body, self._page))


def readable(record: RunRecord) -> dict[str, bytes]:
    """What decodes of the last step's memories, by agent. Raises CorruptRecord for damage that is not of one of them."""
    with Journal(record.directory.journal) as journal:
        names = Roster(journal)
        memories, found = Memories(journal, names), {}
        for step, kept in memories.span(STEP, STEP):
            for place in range(len(kept)):
                mine = kept.rows(np.array([place]))
                try:
                    found[names.ids[mine.agent[0]]] = memories.vectors(step, mine).tobytes()
                except CorruptRecord as error:
                    assert (error.agent, error.step) == (names.ids[mine.agent[0]], STEP)
        return found


@pytest.fixture(scope="module")
def whole(record: RunRecord) -> dict[str, bytes]:
    return readable(record)


@settings(max_examples=20, deadline=None)
@given(cohort=st.integers(0, 4), bit=st.integers(0, 10**6))
def test_a_flipped_bit_costs_one_memory_or_is_named_as_damage_of_the_page(
    record: RunRecord, whole: dict[str, bytes], cohort: int, bit: int
) -> None:
    assert len(whole) == 50
    with Flipped(record.directory.journal, page_id(STEP, cohort, Kind.MEMORIES), bit):
        try:
            rest = readable(record)
        except CorruptRecord as error:
            assert (error.agent, error.step) == (None, STEP)
            # Whose codes they are, their importance, and how long they are: 29 bytes of some 70 to 90.
            return
    assert len(rest) == 49
    assert all(whole[agent] == features for agent, features in rest.items())


def test_a_flipped_bit_of_a_code_costs_that_memory_alone(record: RunRecord, whole: dict[str, bytes]) -> None:
    for bit in (-1, -9, -90, -200):
        with Flipped(record.directory.journal, page_id(STEP, 0, Kind.MEMORIES), bit):
            rest = readable(record)
            assert len(rest) == 49
            with pytest.raises(CorruptRecord, match=r"step 20: the memory of market-hunter-\d+ is damaged"):
                _ = record.memory_frame
            with Journal(record.directory.journal) as journal, pytest.raises(CorruptRecord, match="market-hunter"):
                memory_entries(journal, Roster(journal), 1, STEP)
        assert all(whole[agent] == features for agent, features in rest.items())


@pytest.mark.parametrize("kind", [Kind.BOOKS, Kind.OBSERVATION])
def test_damage_of_what_memories_share_is_nobodys_own(record: RunRecord, kind: Kind) -> None:
    with Flipped(record.directory.journal, page_id(STEP, SHARED, kind), 77), pytest.raises(CorruptRecord, match="step 20") as caught:
        _ = record.memory_frame
    assert (caught.value.agent, caught.value.step) == (None, STEP)


def test_damage_of_an_importance_is_that_of_its_page(record: RunRecord) -> None:
    with Journal(record.directory.journal) as journal:
        page = journal.read(STEP, Kind.MEMORIES, 0)
    assert page is not None
    # The block begins with one run of agents in nine bytes; the importances follow.
    with Flipped(record.directory.journal, page_id(STEP, 0, Kind.MEMORIES), 8 * 9), pytest.raises(CorruptRecord, match="step 20: page"):
        readable(record)
