"""Pages that keep only where they differ from those of the last keyframe."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from freeagentics.arrays import AnyArray
from freeagentics.errors import CorruptRecord
from freeagentics.journal import CommitRecord, Journal, Kind, Page
from freeagentics.journal.pages import KEYFRAME_EVERY, page_id

RECORD = np.dtype([("agent", "<i4"), ("value", "<f4")])
STEPS, AGENTS = 2 * KEYFRAME_EVERY + 3, 200


def decisions(step: int) -> AnyArray:
    """Two agents in a hundred change their mind at a step; at step 5 there are fewer of them."""
    records = np.zeros(AGENTS - 50 * (step == 5), dtype=RECORD)
    records["agent"], records["value"] = np.arange(len(records)), np.sin(np.arange(len(records)))
    records["value"][step % 50 :: 50] = step
    return records


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "journal.db"
    with Journal(file, create=True) as journal:
        for step in range(1, STEPS + 1):
            journal.commit(CommitRecord(step, step, bytes(32)), [Page(Kind.DECISIONS, 0, decisions(step))])
    return file


def body(path: Path, step: int) -> bytes:
    with sqlite3.connect(path) as connection:
        return bytes(connection.execute("SELECT body FROM pages WHERE id = ?", (page_id(step, 0, Kind.DECISIONS),)).fetchone()[0])


def is_as_written(journal: Journal, step: int) -> bool:
    found = journal.read(step, Kind.DECISIONS, 0)
    return found is not None and found.tobytes() == decisions(step).tobytes()


def replace(path: Path, step: int, content: bytes) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE pages SET body = ? WHERE id = ?", (content, page_id(step, 0, Kind.DECISIONS)))


@pytest.mark.parametrize("steps", [range(1, STEPS + 1), range(STEPS, 0, -1)], ids=["forwards", "backwards"])
def test_every_page_is_read_by_itself_in_any_order(path: Path, steps: range) -> None:
    with Journal(path) as journal:
        for step in steps:
            assert is_as_written(journal, step)
        assert [found.tobytes() for _, _, found in journal.scan(Kind.DECISIONS)] == [
            decisions(step).tobytes() for step in range(1, STEPS + 1)
        ]
        journal.check()


def test_what_changes_little_takes_little(path: Path) -> None:
    assert len(body(path, 2)) < 0.2 * len(body(path, 1)) < 0.2 * decisions(1).nbytes


def test_a_journal_that_is_opened_again_goes_on_with_pages_that_stand_for_themselves(path: Path) -> None:
    step = STEPS + 1
    with Journal(path) as journal:
        journal.commit(CommitRecord(step, step, bytes(32)), [Page(Kind.DECISIONS, 0, decisions(step))])
        assert is_as_written(journal, step)


def test_damage_of_a_keyframe_is_named_and_others_stay_readable(path: Path) -> None:
    keyframe = 1 + KEYFRAME_EVERY
    replace(path, keyframe, body(path, keyframe)[:-1] + b"?")
    with Journal(path) as journal:
        with pytest.raises(CorruptRecord, match=f"step {keyframe}, decisions of cohort 0") as caught:
            journal.read(keyframe + 1, Kind.DECISIONS, 0)
        assert caught.value.step == keyframe
        assert is_as_written(journal, keyframe - 1)
        assert is_as_written(journal, keyframe + KEYFRAME_EVERY)


def test_a_keyframe_that_is_gone_is_damage(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM pages WHERE id = ?", (page_id(1, 0, Kind.DECISIONS),))
    with Journal(path) as journal, pytest.raises(CorruptRecord, match="step 2, decisions of cohort 0: page of differences"):
        journal.read(2, Kind.DECISIONS, 0)
