from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from journal_makers import is_whole, journal_of

from freeagentics.errors import BadRunDirectory, CorruptRecord
from freeagentics.journal import SHARED, Journal, Kind
from freeagentics.journal.pages import page_id


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def tampered(path: Path, statement: str, *arguments: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, arguments)


def flipped(body: bytes) -> bytes:
    return body[:-1] + bytes([body[-1] ^ 1])


def damage_one_page(path: Path, step: int, cohort: int, kind: Kind) -> None:
    """Flip a bit in a page."""
    with closing(sqlite3.connect(path)) as connection, connection:
        number = page_id(step, cohort, kind)
        (body,) = connection.execute("SELECT body FROM pages WHERE id = ?", (number,)).fetchone()
        connection.execute("UPDATE pages SET body = ? WHERE id = ?", (flipped(body), number))


def test_a_damaged_page_names_its_step_and_touches_no_other(path: Path) -> None:
    journal_of(path, 3).close()
    damage_one_page(path, 2, SHARED, Kind.OBSERVATION)
    with Journal(path) as journal:
        with pytest.raises(CorruptRecord, match=r"journal\.db: step 2, observation: ") as caught:
            journal.read(2, Kind.OBSERVATION, SHARED)
        assert caught.value.step == 2
        with pytest.raises(CorruptRecord, match="step 2"):
            list(journal.scan(Kind.OBSERVATION))
        with pytest.raises(CorruptRecord, match="step 2"):
            journal.check()
        assert journal.read(1, Kind.OBSERVATION, SHARED) is not None
        assert len(list(journal.scan(Kind.DECISIONS))) == 6


def test_a_damaged_keyframe_is_named_by_all_pages_that_need_it_and_by_no_other(path: Path) -> None:
    journal_of(path, 12).close()
    damage_one_page(path, 1, 0, Kind.DECISIONS)
    with Journal(path) as journal:
        for step in range(1, 9):
            with pytest.raises(CorruptRecord, match=r"journal\.db: step 1, decisions of cohort 0: page whose checksum") as caught:
                journal.read(step, Kind.DECISIONS, 0)
            assert caught.value.step == 1
        assert journal.read(9, Kind.DECISIONS, 0) is not None
        assert all(journal.read(step, Kind.DECISIONS, 1) is not None for step in range(1, 13))
        assert len(list(journal.scan(Kind.DECISIONS, first=9))) == 8


def test_a_difference_in_the_place_of_a_keyframe_is_corrupt(path: Path) -> None:
    journal_of(path, 3).close()
    number = page_id(1, 0, Kind.DECISIONS)
    tampered(path, "UPDATE pages SET body = (SELECT body FROM pages WHERE id = ?) WHERE id = ?", page_id(2, 0, Kind.DECISIONS), number)
    with Journal(path) as journal, pytest.raises(CorruptRecord, match="step 1, decisions of cohort 0: page of differences"):
        journal.check()


def test_a_page_of_a_kind_that_there_is_not_is_named(path: Path) -> None:
    journal_of(path, 1).close()
    tampered(path, "INSERT INTO pages VALUES (?, ?)", (1 << 24) + (5 << 8) + 200, b"no page")
    with Journal(path) as journal, pytest.raises(CorruptRecord, match="step 1, kind 200 of cohort 4"):
        journal.check()


def test_a_page_of_a_layout_that_is_not_on_record_is_corrupt(path: Path) -> None:
    journal_of(path, 1).close()
    tampered(path, "DELETE FROM schemas WHERE number = 1")
    with Journal(path) as journal, pytest.raises(CorruptRecord, match="schema 1"):
        journal.check()


def test_a_damaged_checkpoint_names_its_step(path: Path) -> None:
    journal_of(path, 2, checkpoints=(2,)).close()
    tampered(path, "UPDATE checkpoints SET body = ? WHERE part = 'market'", b"no arrays")
    with Journal(path) as journal:
        with pytest.raises(CorruptRecord, match="checkpoint of step 2") as caught:
            journal.checkpoint(2)
        assert caught.value.step == 2
        with pytest.raises(CorruptRecord, match="checkpoint of step 2"):
            journal.check()


def test_damage_in_what_is_known_about_the_run_is_named(path: Path) -> None:
    journal_of(path, 1).close()
    tampered(path, "INSERT INTO about VALUES ('run', '{')")
    with Journal(path) as journal, pytest.raises(CorruptRecord, match="metadata of the run"):
        journal.metadata()


@pytest.mark.parametrize("statement", ["PRAGMA user_version = 2", "PRAGMA user_version = 0"])
def test_a_journal_of_another_format_is_refused(path: Path, statement: str) -> None:
    journal_of(path, 1).close()
    tampered(path, statement)
    with pytest.raises(BadRunDirectory, match="reads format 4"):
        Journal(path)


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 1000, b"SQLite format 3\0" + bytes(5000)])
def test_a_file_that_is_no_journal_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(BadRunDirectory):
        Journal(path)


def test_a_directory_is_no_journal(path: Path) -> None:
    path.mkdir()
    with pytest.raises(BadRunDirectory):
        Journal(path)


def test_a_database_of_another_program_is_no_journal(path: Path) -> None:
    tampered(path, "CREATE TABLE theirs (a)")
    tampered(path, "PRAGMA user_version = 4")
    with pytest.raises(BadRunDirectory, match="not a readable journal"):
        Journal(path)


@pytest.mark.parametrize("fields", ["", "nonsense", '[["a", "|O", []]]', "[[1]]", '{"a": 1}'])
def test_a_damaged_layout_is_found_on_opening(path: Path, fields: str) -> None:
    journal_of(path, 1).close()
    tampered(path, "UPDATE schemas SET fields = ? WHERE number = 1", fields)
    with pytest.raises(BadRunDirectory, match="layout"):
        Journal(path)


def use(path: Path) -> None:
    """All that a reader can ask of a journal of four steps."""
    with Journal(path) as journal:
        questions: list[Callable[[], object]] = [
            journal.check,
            journal.commit_record,
            journal.metadata,
            lambda: journal.commit_record(2),
            lambda: journal.checkpoint(2),
            lambda: journal.checkpoint_before(4),
            lambda: journal.totals(Kind.MEMORIES),
            *(lambda kind=kind: list(journal.scan(kind, last=4)) for kind in Kind),
        ]
        for question in questions:
            try:
                question()
            except CorruptRecord:
                continue


def test_a_file_damaged_anywhere_is_refused_or_named_corrupt_and_nothing_else_is_raised(path: Path, tmp_path: Path) -> None:
    with journal_of(path, 4, checkpoints=(2,)) as journal:
        journal.set_metadata({"run": "one"})
    whole = np.frombuffer(path.read_bytes(), np.uint8)
    random = np.random.default_rng(1)
    for number in range(150):
        damaged = whole.copy()
        start = random.integers(0, len(whole))
        damaged[start : start + random.integers(1, 200)] = random.integers(0, 256)
        target = tmp_path / f"{number}.db"
        target.write_bytes(damaged.tobytes() if number % 5 else damaged.tobytes()[:start])
        try:
            use(target)
        except BadRunDirectory:
            continue


def test_an_untouched_file_is_whole(path: Path) -> None:
    journal_of(path, 4).close()
    use(path)
    with Journal(path) as journal:
        assert is_whole(journal, 4)
