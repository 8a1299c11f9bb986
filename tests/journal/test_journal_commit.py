from __future__ import annotations

import random
import resource
from pathlib import Path

import numpy as np
import pytest
from journal_makers import RECORD, is_whole, journal_of, marker, observed, pages, records, state

from freeagentics.errors import BadRunDirectory, JournalFailed
from freeagentics.journal import SHARED, CommitRecord, Journal, Kind, Page
from freeagentics.journal.pages import HEADER_BYTES


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def test_a_fresh_journal_has_nothing(path: Path) -> None:
    with Journal(path, create=True) as journal:
        assert journal.commit_record() is None
        assert journal.commit_record(1) is None
        assert journal.checkpoint_before(10) is None
        assert journal.metadata() == {}
        assert journal.totals(Kind.MEMORIES) == (0, 0)
        assert journal.read(1, Kind.MEMORIES, 0) is None
        assert is_whole(journal, 0)


def test_a_reader_understands_layouts_that_its_writer_begins_to_use_later(path: Path) -> None:
    with journal_of(path, 1) as writer, Journal(path) as reader:
        other = np.array([(1.5,)], dtype=[("price", "<f8")])
        writer.commit(marker(2), [Page(Kind.FILLS, SHARED, other)])
        read = reader.read(2, Kind.FILLS, SHARED)
        assert read is not None
        assert np.array_equal(read, other)


def test_what_was_committed_is_there_after_reopening(path: Path) -> None:
    journal_of(path, 3, checkpoints=(2,)).close()
    with Journal(path) as journal:
        assert is_whole(journal, 3)
        assert journal.commit_record() == marker(3)
        assert journal.commit_record(2) == marker(2)
        assert journal.checkpoint_before(3) == 2
        assert journal.checkpoint(2)["market"]["close"].tolist() == [2, 2, 2]
        assert journal.checkpoint(2)["cohort-0"]["agent"].tolist() == [0, 1]


def test_one_page_is_read_by_step_kind_and_cohort(path: Path) -> None:
    with journal_of(path, 2) as journal:
        found = journal.read(2, Kind.DECISIONS, 1)
        assert found is not None
        np.testing.assert_array_equal(found, records(2, 2))
        assert journal.read(2, Kind.DECISIONS, 2) is None
        assert journal.read(3, Kind.DECISIONS, 1) is None


def test_a_scan_goes_by_step_then_cohort_and_stops_at_the_marker(path: Path) -> None:
    with journal_of(path, 3) as journal:
        assert [key[:2] for key in journal.scan(Kind.DECISIONS)] == [(1, 0), (1, 1), (2, 0), (2, 1), (3, 0), (3, 1)]
        assert [key[:2] for key in journal.scan(Kind.OBSERVATION, first=2)] == [(2, SHARED), (3, SHARED)]
        assert [key[:2] for key in journal.scan(Kind.MEMORIES, first=2, last=2)] == [(2, 0)]
        assert list(journal.scan(Kind.FILLS)) == []


def test_a_scan_is_in_order_whatever_the_order_of_pages(path: Path) -> None:
    with Journal(path, create=True) as journal:
        journal.commit(marker(1), [Page(Kind.MEMORIES, cohort, records(1)) for cohort in (300, 2, SHARED, 0)])
        assert [cohort for _, cohort, _ in journal.scan(Kind.MEMORIES)] == [SHARED, 0, 2, 300]


def test_the_tally_counts_records_and_the_bytes_of_their_pages(path: Path) -> None:
    with journal_of(path, 3) as journal:
        assert journal.totals(Kind.MEMORIES) == (12, 3 * (HEADER_BYTES + 4 * RECORD.itemsize))
        count, size = journal.totals(Kind.DECISIONS)
        assert count == 15
        assert 6 * HEADER_BYTES < size <= 6 * HEADER_BYTES + 15 * RECORD.itemsize
        assert journal.totals(Kind.FILLS) == (0, 0)
        assert journal.totals_by_kind() == {kind: totals for kind in Kind if (totals := journal.totals(kind))[0]}


def test_each_page_can_be_read_alone_wherever_its_step_stands_between_keyframes(path: Path) -> None:
    journal_of(path, 20).close()
    for step in range(1, 21):
        with Journal(path) as journal:
            for page in pages(step):
                found = journal.read(step, page.kind, page.cohort)
                assert found is not None
                assert found.tobytes() == page.records.tobytes()
            assert [key[:2] for key in journal.scan(Kind.DECISIONS, first=step)][:2] == [(step, 0), (step, 1)]


def test_records_that_a_caller_changes_afterwards_change_no_step(path: Path) -> None:
    mine = records(1)
    with Journal(path, create=True) as journal:
        journal.commit(marker(1), [Page(Kind.DECISIONS, 0, mine)])
        mine["value"] = 9
        journal.commit(marker(2), [Page(Kind.DECISIONS, 0, records(2))])
        assert [found.tobytes() for *_, found in journal.scan(Kind.DECISIONS)] == [records(step).tobytes() for step in (1, 2)]


def test_agents_that_come_and_go_between_keyframes_are_read_as_they_were(path: Path) -> None:
    counts = [3, 4, 0, 4, 3, 3, 1, 3, 5, 5]
    with Journal(path, create=True) as journal:
        for step, count in enumerate(counts, 1):
            journal.commit(marker(step), [Page(Kind.DECISIONS, 0, records(step, count))] if step != 5 else [])
        found = {step: page.tobytes() for step, _, page in journal.scan(Kind.DECISIONS)}
        assert found == {step: records(step, count).tobytes() for step, count in enumerate(counts, 1) if step != 5}


@pytest.mark.parametrize("step", [8, 9, 10])
def test_a_journal_opened_between_keyframes_goes_on(path: Path, step: int) -> None:
    journal_of(path, step).close()
    with Journal(path) as journal:
        for later in range(step + 1, 20):
            journal.commit(marker(later), pages(later))
        assert is_whole(journal, 19)


@pytest.mark.parametrize("step", [0, 7, 8, 9, 10])
def test_what_takes_the_place_of_discarded_steps_is_read_as_it_was_written(path: Path, step: int) -> None:
    with Journal(path, create=True) as journal:
        for other in range(1, 13):
            journal.commit(marker(other), pages(other if other <= step else other + 100))
        journal.discard_after(step)
        for later in range(step + 1, 20):
            journal.commit(marker(later), pages(later))
        assert is_whole(journal, 19)


def test_a_keyframe_that_failed_is_no_keyframe(path: Path) -> None:
    with journal_of(path, 8) as journal:
        with pytest.raises(JournalFailed):
            journal.commit(marker(9), [*pages(9), Page(Kind.DECISIONS, 0, records(9))])
        for step in (10, 11):
            journal.commit(marker(step), pages(step))
        assert [key[0] for key in journal.scan(Kind.DECISIONS, first=9)] == [10, 10, 11, 11]
        journal.check()


def test_what_is_known_about_the_run_is_kept_and_replaced_by_name(path: Path) -> None:
    with Journal(path, create=True) as journal:
        journal.set_metadata({"run": "one", "versions": {"numpy": [2, 1]}})
        journal.set_metadata({"run": "other"})
    with Journal(path) as journal:
        assert journal.metadata() == {"run": "other", "versions": {"numpy": [2, 1]}}


@pytest.mark.parametrize(
    ("mark", "extra"),
    [
        pytest.param(marker(3), Page(Kind.DECISIONS, 0, records(3)), id="a page twice"),
        pytest.param(marker(2), Page(Kind.ORDERS, 0, records(3)), id="a step twice"),
        pytest.param(marker(1), Page(Kind.ORDERS, 0, records(3)), id="an old step"),
    ],
)
def test_a_commit_that_fails_leaves_nothing_of_the_step(path: Path, mark: CommitRecord, extra: Page) -> None:
    with journal_of(path, 2) as journal:
        with pytest.raises(JournalFailed, match=f"step {mark.step} could not be written"):
            journal.commit(mark, (*pages(3), extra), state(3))
        assert is_whole(journal, 2)
        assert journal.checkpoint_before(9) is None
        journal.commit(marker(3), pages(3))
    with Journal(path) as journal:
        assert is_whole(journal, 3)


def test_a_layout_first_seen_in_a_failed_commit_is_readable_when_it_is_used_again(path: Path) -> None:
    new = np.zeros(2, [("never seen before", "<f8")])
    with journal_of(path, 1) as journal:
        with pytest.raises(JournalFailed):
            journal.commit(marker(1), [Page(Kind.FIGURES, SHARED, new)])
        journal.commit(marker(2), [*pages(2), Page(Kind.FIGURES, SHARED, new)])
    with Journal(path) as journal:
        found = journal.read(2, Kind.FIGURES, SHARED)
        assert found is not None
        np.testing.assert_array_equal(found, new)
        assert journal.read(1, Kind.FIGURES, SHARED) is None


def test_records_that_cannot_be_kept_leave_nothing_of_the_step(path: Path) -> None:
    with journal_of(path, 1) as journal:
        with pytest.raises(ValueError, match="cannot be kept"):
            journal.commit(marker(2), (*pages(2), Page(Kind.FIGURES, SHARED, np.array([(object(),)], [("a", object)]))))
        assert is_whole(journal, 1)


def test_a_full_disk_fails_the_step_and_leaves_the_journal_whole(path: Path) -> None:
    large = Page(Kind.OUTCOMES, 0, np.frombuffer(random.Random(1).randbytes(2_000_000), [("block", "u1", (2_000_000,))]))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with journal_of(path, 2) as journal:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
        try:
            with pytest.raises(JournalFailed, match="step 3 could not be written"):
                journal.commit(marker(3), (*pages(3), large))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert is_whole(journal, 2)
        journal.commit(marker(3), pages(3))
    with Journal(path) as journal:
        assert is_whole(journal, 3)


def test_a_closed_journal_says_so(path: Path) -> None:
    journal = journal_of(path, 1)
    journal.close()
    with pytest.raises(JournalFailed, match="closed"):
        journal.commit(marker(2), pages(2))
    with pytest.raises(JournalFailed, match="closed"):
        journal.commit_record()


def test_discarding_removes_all_beyond_a_step_and_the_run_goes_on_from_there(path: Path) -> None:
    with journal_of(path, 5, checkpoints=(2, 4)) as journal:
        journal.discard_after(3)
        assert is_whole(journal, 3)
        assert journal.checkpoint_before(9) == 2
        journal.commit(marker(4), pages(4))
        assert is_whole(journal, 4)
        journal.discard_after(9)
        assert is_whole(journal, 4)
        journal.discard_after(0)
        assert is_whole(journal, 0)


def test_checkpoints_are_found_at_or_before_a_step(path: Path) -> None:
    with journal_of(path, 6, checkpoints=(2, 5)) as journal:
        assert [journal.checkpoint_before(step) for step in (1, 2, 4, 5, 6)] == [None, 2, 2, 5, 5]
        assert journal.checkpoint(3) == {}


def test_a_checkpoint_can_be_given_to_any_committed_step_and_takes_the_place_of_one(path: Path) -> None:
    with journal_of(path, 3, checkpoints=(2,)) as journal:
        journal.put_checkpoint(2, state(9) | {"more": {"x": np.ones(2)}})
        journal.put_checkpoint(2, state(8))
        journal.put_checkpoint(3, state(3))
        assert journal.checkpoint_steps() == [2, 3]
        assert journal.checkpoint(2).keys() == state(8).keys()
        assert journal.checkpoint(2)["market"]["close"].tolist() == [8, 8, 8]
        assert journal.checkpoint(3, "market")["market"]["close"].tolist() == [3, 3, 3]
        assert journal.checkpoint(3, "none") == {}


def test_a_copy_is_whole_and_goes_its_own_way(path: Path, tmp_path: Path) -> None:
    with journal_of(path, 3, checkpoints=(3,)) as journal:
        journal.copy_to(tmp_path / "fork.db")
        with Journal(tmp_path / "fork.db") as fork:
            assert is_whole(fork, 3)
            assert fork.checkpoint_before(3) == 3
            fork.discard_after(1)
            fork.commit(CommitRecord(2, 0, b"other"), [Page(Kind.OBSERVATION, SHARED, observed(9))])
            assert fork.commit_record() == CommitRecord(2, 0, b"other")
        assert is_whole(journal, 3)


def test_a_copy_to_where_none_can_be_is_a_named_failure(path: Path, tmp_path: Path) -> None:
    with journal_of(path, 1) as journal, pytest.raises(JournalFailed, match="copied"):
        journal.copy_to(tmp_path / "missing" / "fork.db")


def test_a_journal_is_never_created_over_another_nor_opened_where_none_is(path: Path, tmp_path: Path) -> None:
    journal_of(path, 1).close()
    with pytest.raises(BadRunDirectory, match="already there"):
        Journal(path, create=True)
    with pytest.raises(BadRunDirectory, match="no journal here"):
        Journal(tmp_path / "none.db")
    with pytest.raises(BadRunDirectory, match="not a readable journal"):
        Journal(tmp_path / "missing" / "journal.db", create=True)
