from __future__ import annotations

import hashlib
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from journal_makers import is_whole, journal_of, observed, pages, records, state, step_commit

from freeagentics.arrays import AnyArray
from freeagentics.errors import JournalFailed, RunFailed
from freeagentics.journal import SHARED, CommitRecord, Consolidate, Journal, JournalWriter, Kind, Page, StepCommit
from freeagentics.journal.writer import QUEUE_LENGTH

PATIENCE = 20.0


def within_patience(action: Callable[[], object]) -> BaseException | None:
    """What *action* raised; fails the test if it never ends."""
    raised: list[BaseException] = []

    def attempt() -> None:
        try:
            action()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive(), "it hangs"
    return raised[0] if raised else None


class GatedJournal(Journal):
    """Commits wait at a gate; behind it they fail, if told to."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        super().__init__(path, create=create)
        self.gate = threading.Event()
        self.failure: Exception | None = None

    def commit(
        self,
        record: CommitRecord,
        pages: Sequence[Page],
        checkpoint: Mapping[str, Mapping[str, AnyArray] | bytes] | None = None,
        consolidate: Consolidate | None = None,
    ) -> None:
        self.gate.wait(PATIENCE)
        if self.failure is not None:
            raise self.failure
        super().commit(record, pages, checkpoint, consolidate)


@pytest.fixture
def gated(tmp_path: Path) -> Iterator[GatedJournal]:
    journal = GatedJournal(tmp_path / "journal.db", create=True)
    yield journal
    journal.close()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "plain.db", create=True) as made:
        yield made


def by_hand(previous: bytes, step: int) -> bytes:
    prices = struct.pack("<2q", step * 100, step * 100)
    first = b"".join(struct.pack("<if3B", agent, step, step, step, step) for agent in range(3))
    second = b"".join(struct.pack("<if3B", agent, step, step, step, step) for agent in range(2))
    chained = struct.pack("<ii", 1, -1) + prices + struct.pack("<ii", 2, 0) + first + struct.pack("<ii", 2, 1) + second
    return hashlib.sha256(previous + chained).digest()


def written(journal: Journal | None, steps: int) -> bytes:
    writer = JournalWriter(journal)
    for step in range(1, steps + 1):
        writer.put(step_commit(step))
    writer.close()
    return writer.sha256


def test_the_chain_is_the_hash_computed_by_hand(journal: Journal) -> None:
    expected, chain = [], b""
    for step in (1, 2, 3):
        chain = by_hand(chain, step)
        expected.append(CommitRecord(step, step * 1000, chain))
    assert written(journal, 3) == chain
    assert [journal.commit_record(step) for step in (1, 2, 3)] == expected
    assert is_whole(journal, 3)


def test_without_a_journal_the_chain_is_the_same(journal: Journal) -> None:
    assert written(None, 3) == written(journal, 3)


def test_the_chain_does_not_depend_on_the_order_in_which_pages_were_made() -> None:
    writer = JournalWriter(None)
    writer.put(StepCommit(1, 0, pages(1)[::-1]))
    writer.close()
    assert writer.sha256 == by_hand(b"", 1)


@pytest.mark.parametrize("kind", [Kind.DECISIONS, Kind.ORDERS, Kind.FILLS, Kind.ACCOUNTS])
def test_what_was_decided_ordered_filled_and_owned_is_in_the_chain(kind: Kind) -> None:
    def chain(*extra: Page) -> bytes:
        writer = JournalWriter(None)
        writer.put(StepCommit(1, 0, (Page(Kind.OBSERVATION, SHARED, observed(1)), *extra)))
        writer.close()
        return writer.sha256

    page, later, elsewhere = Page(kind, 0, records(1)), Page(kind, 0, records(2)), Page(kind, 1, records(1))
    assert len({chain(), chain(page), chain(later), chain(elsewhere)}) == 4


@pytest.mark.parametrize("kind", [Kind.MEMORIES, Kind.OUTCOMES, Kind.FIGURES, Kind.SIGNALS, Kind.PROCESSED])
def test_what_is_only_kept_is_not_in_the_chain(kind: Kind) -> None:
    writer = JournalWriter(None)
    writer.put(StepCommit(1, 0, (*pages(1), Page(kind, 7, records(5)))))
    writer.close()
    assert writer.sha256 == by_hand(b"", 1)


def test_flush_waits_until_all_is_on_disk(gated: GatedJournal) -> None:
    writer = JournalWriter(gated)
    writer.put(step_commit(1))
    writer.put(step_commit(2))
    assert gated.commit_record() is None
    gated.gate.set()
    writer.flush()
    assert is_whole(gated, 2)
    writer.close()


def test_checkpoints_are_written_with_their_step(journal: Journal) -> None:
    writer = JournalWriter(journal)
    writer.put(StepCommit(1, 0, pages(1), state(1)))
    writer.close()
    assert journal.checkpoint(1)["market"]["close"].tolist() == [1, 1, 1]


def test_an_error_in_the_writer_surfaces_at_flush_and_put_and_at_close_if_nowhere_before(gated: GatedJournal) -> None:
    gated.failure = JournalFailed("the disk is gone")
    gated.gate.set()
    writer, unasked = JournalWriter(gated), JournalWriter(gated)
    writer.put(step_commit(1))
    unasked.put(step_commit(1))
    for action in (writer.flush, lambda: writer.put(step_commit(2)), unasked.close):
        error = within_patience(action)
        assert isinstance(error, JournalFailed)
        assert "the disk is gone" in str(error)
    assert within_patience(writer.close) is None
    assert gated.commit_record() is None


def test_an_error_without_a_name_is_given_one(gated: GatedJournal) -> None:
    gated.failure = ZeroDivisionError("what")
    gated.gate.set()
    writer = JournalWriter(gated)
    writer.put(step_commit(1))
    with pytest.raises(JournalFailed, match="ZeroDivisionError") as caught:
        writer.close()
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_a_full_queue_behind_an_error_never_hangs(gated: GatedJournal) -> None:
    gated.failure = JournalFailed("the disk is gone")
    writer = JournalWriter(gated)
    # One commit is at the gate, the queue is full, and one more waits to enter it.
    for step in range(1, QUEUE_LENGTH + 2):
        writer.put(step_commit(step))
    late = threading.Thread(target=writer.put, args=(step_commit(QUEUE_LENGTH + 2),), daemon=True)
    late.start()
    gated.gate.set()
    assert isinstance(within_patience(writer.close), JournalFailed)
    late.join(PATIENCE)
    assert not late.is_alive()
    assert gated.commit_record() is None


def test_nothing_after_a_failed_step_is_written(tmp_path: Path) -> None:
    with journal_of(tmp_path / "journal.db", 0) as journal:
        writer = JournalWriter(journal)
        bad = Page(Kind.FIGURES, SHARED, np.array([(object(),)], [("a", object)]))
        writer.put(step_commit(1))
        writer.put(StepCommit(2, 0, (*pages(2), bad)))
        with suppress(JournalFailed):
            writer.put(step_commit(3))
        assert isinstance(within_patience(writer.close), JournalFailed)
        assert is_whole(journal, 1)


def test_a_closed_journal_under_the_writer_is_an_error_not_a_hang(tmp_path: Path) -> None:
    journal = journal_of(tmp_path / "journal.db", 0)
    writer = JournalWriter(journal)
    journal.close()
    writer.put(step_commit(1))
    assert isinstance(within_patience(writer.close), JournalFailed)


def test_a_closed_writer_takes_no_more_and_may_be_closed_again(journal: Journal) -> None:
    writer = JournalWriter(journal)
    writer.put(step_commit(1))
    writer.close()
    for _ in range(QUEUE_LENGTH + 2):
        assert isinstance(within_patience(lambda: writer.put(step_commit(2))), JournalFailed)
    assert within_patience(writer.close) is None
    assert within_patience(writer.flush) is None
    assert is_whole(journal, 1)


def test_steps_that_are_there_are_compared_and_the_rest_is_written(journal: Journal) -> None:
    written(journal, 3)
    writer = JournalWriter(journal, journal.commit_record(1))
    for step in (2, 3, 4, 5):
        writer.put(step_commit(step))
    writer.close()
    assert is_whole(journal, 5)
    assert writer.sha256 == written(None, 5)


def test_a_step_that_comes_out_differently_stops_the_run_and_changes_nothing(journal: Journal) -> None:
    written(journal, 3)
    writer = JournalWriter(journal, journal.commit_record(1))
    writer.put(StepCommit(2, 2000, pages(9)))
    with pytest.raises(RunFailed, match="step 2 came out differently"):
        writer.flush()
    writer.close()
    assert is_whole(journal, 3)
