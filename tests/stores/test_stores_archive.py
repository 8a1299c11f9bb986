"""The archive: what went in comes out, once, from the files that can hold it, and from no damaged one."""

import tempfile
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from archive_frames import START, decisions, memories, observations
from aws_servers import new_bucket
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from freeagentics.clock import DAY_MS
from freeagentics.errors import CorruptRecord
from freeagentics.stores.archive import ARCHIVE_AGE_MS, Archive, ArchiveBatch, archive, archive_before
from freeagentics.stores.archive.batch import WINDOW_MS
from freeagentics.stores.archive.objects import Objects, parse_url

PLACES: dict[str, Callable[[Path], str]] = {"file": lambda folder: f"file://{folder / 'a [b] c'}", "s3": lambda folder: new_bucket()}


@pytest.fixture(params=PLACES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return PLACES[request.param](tmp_path)


AGENTS = ["risk-1", "risk-2", "hunter-1"]


def everything(days: range) -> ArchiveBatch:
    return ArchiveBatch(memories(AGENTS, days), decisions(AGENTS, days), observations(days))


def objects_of(url: str) -> Objects:
    return Objects(parse_url(url), "run-1")


def test_what_was_archived_is_read_back_whole(url: str) -> None:
    archive = Archive(url, "run-1")
    assert archive.read("memories").is_empty()
    assert archive.scan("decisions").collect().is_empty()
    batch = everything(range(20))
    assert archive.add(batch) == 3 * 20 + 3 * 20 + 2 * 20
    other = Archive(url, "run-1")
    assert_frame_equal(other.read("memories"), batch.memories.sort("agent", "step"))
    assert_frame_equal(other.read("observations"), batch.observations)
    assert_frame_equal(other.read("decisions"), batch.decisions.sort("agent", "step"))
    assert Archive(url, "run-2").read("memories").is_empty()


def test_archiving_again_adds_nothing_and_overlap_adds_what_is_new(url: str) -> None:
    archive = Archive(url, "run-1")
    archive.add(everything(range(10)))
    before = archive.manifest()
    assert archive.add(everything(range(10))) == archive.add(ArchiveBatch()) == 0
    assert archive.manifest() == before
    assert archive.add(everything(range(5, 12))) == 2 * (3 + 3 + 2)
    changed = memories(["risk-1"], range(1)).with_columns(body=pl.lit(b"later"))
    assert archive.add(ArchiveBatch(changed)) == 0
    assert_frame_equal(archive.read("memories"), memories(AGENTS, range(12)).sort("agent", "step"))


def test_a_question_about_one_agent_and_month_reads_the_few_files_that_can_hold_it(url: str) -> None:
    archive = Archive(url, "run-1")
    archive.add(everything(range(140)))
    first, last = START + 30 * DAY_MS, START + 58 * DAY_MS
    files = archive.manifest().files
    needed = [file for file in files if file.kind == "memories" and file.may_hold("risk-2", first, last)]
    assert (len(files), len(needed)) == (2 * 20 + 2 * 20 + 20, 5)
    store = objects_of(url)
    store.delete([file.path for file in files if file not in needed])
    found = archive.read("memories", agent="risk-2", first=first, last=last)
    assert found["step"].to_list() == list(range(30, 58))
    assert archive.read("memories", agent="nobody-1").is_empty()


def test_polars_reads_the_files_in_place(url: str) -> None:
    archive = Archive(url, "run-1")
    archive.add(everything(range(20)))
    found = archive.scan("memories").filter(pl.col("agent") == "risk-1").select(pl.col("step").sum(), pl.len()).collect()
    assert found.row(0) == (sum(range(20)), 20)


def test_files_say_which_codecs_can_read_them(url: str) -> None:
    archive = Archive(url, "run-1")
    archive.add(ArchiveBatch(memories(["a-1"], range(2), codec=3)))
    archive.add(ArchiveBatch(memories(["a-1"], range(2, 3), codec=1)))
    assert [file.codecs for file in archive.manifest().files] == [(1, 3)]
    assert archive.read("memories")["codec"].to_list() == [3, 3, 1]


def test_retention_deletes_rows_and_files_from_before_a_time(url: str) -> None:
    archive = Archive(url, "run-1")
    archive.add(everything(range(30)))
    assert archive.drop_before(START) == 0
    assert archive.drop_before(START + 10 * DAY_MS) == 10 * (3 + 3 + 2)
    assert archive.read("memories")["step"].min() == archive.read("observations")["step"].min() == 10
    named = {file.path for file in archive.manifest().files}
    assert {path for path in objects_of(url).paths() if path.endswith(".parquet")} == named
    assert archive.drop_before(START + 99 * DAY_MS) == 20 * (3 + 3 + 2)
    assert archive.manifest().files == ()


def test_what_a_crash_left_is_swept_once_it_is_old(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    archived = Archive(url, "run-1")
    archived.add(everything(range(3)))
    archived.add(everything(range(5)))
    store = objects_of(url)
    store.put("memories/risk/0-left.parquet", b"half")
    archived.drop_before(START)
    assert "memories/risk/0-left.parquet" in store.paths()
    monkeypatch.setattr(archive, "_GRACE", timedelta(seconds=-60))
    archived.drop_before(START)
    assert len(store.paths()) == len(archived.manifest().files) + 1
    assert archived.read("memories").height == 15


def test_of_many_writers_none_loses_a_row(url: str) -> None:
    def work(n: int) -> None:
        Archive(url, "run-1").add(ArchiveBatch(memories([f"risk-{n}"], range(3))))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Archive(url, "run-1").read("memories").height == 12


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(["add", "drop"]), st.integers(0, 20), st.integers(0, 12)), max_size=6))
def test_any_sequence_of_adding_and_dropping_leaves_what_a_set_would(operations: list[tuple[str, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        archive, days = Archive(f"file://{folder}", "run-1"), set[int]()
        for operation, first, length in operations:
            if operation == "add":
                new = set(range(first, first + length))
                assert archive.add(ArchiveBatch(memories(["a-1"], range(first, first + length)))) == len(new - days)
                days |= new
            else:
                old = {day for day in days if day < first}
                assert archive.drop_before(START + first * DAY_MS) == len(old)
                days -= old
            assert archive.read("memories")["step"].to_list() == sorted(days)


def test_a_damaged_file_is_named_and_touches_no_other(url: str) -> None:
    archive = Archive(url, "run-1")
    archive.add(ArchiveBatch(memories(AGENTS, range(3))))
    bad, good = archive.manifest().files
    store = objects_of(url)
    content = bytearray(store.get(bad.path) or b"")
    content[len(content) // 2] ^= 1
    store.put(bad.path, bytes(content))
    with pytest.raises(CorruptRecord, match=f"{bad.path} is damaged"):
        archive.read("memories")
    with pytest.raises(CorruptRecord, match=f"{bad.path} is damaged"):
        archive.add(ArchiveBatch(memories([bad.first_agent], range(4))))
    assert archive.read("memories", agent=good.first_agent).height == 3
    store.delete([bad.path])
    with pytest.raises(CorruptRecord, match=f"{bad.path} is missing"):
        archive.read("memories")


def test_what_is_90_days_old_is_due_by_whole_weeks() -> None:
    now = START + ARCHIVE_AGE_MS
    assert archive_before(now) == archive_before(now + WINDOW_MS - 1) == START
    assert archive_before(now - 1) == START - WINDOW_MS
