"""What the SQLite store does beyond the contract: it lasts, is shared between processes, and knows its own files."""

import os
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from store_backends import DECISIONS, PATTERNS, entry, timed

from freeagentics.errors import BadStore, StoreUnavailable, VersionConflict
from freeagentics.stores import Item, Store, open_store

NOBODY = 65534


@contextmanager
def as_nobody() -> Iterator[None]:
    """Give up root's right to write everywhere, where the tests have it."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everyone may look into; pytest's own lie in one that only its user may."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
        Path(folder).chmod(0o755)


def open_at(path: Path, run: str = "run-1") -> Store:
    return open_store(f"sqlite:///{path}", run=run)


def test_records_are_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    item = timed("a", 1, expires=9)
    with open_at(tmp_path / "a.db") as store:
        store.append([entry("a", 1)])
        store.put(DECISIONS, [item])
        store.set_cursor("projector", 3)
    assert [path.name for path in tmp_path.iterdir()] == ["a.db"]
    with open_at(tmp_path / "a.db") as store:
        assert store.read("a") == [entry("a", 1)]
        assert store.query(DECISIONS, "all", index="by-time") == [item]
        assert store.get_cursor("projector") == 3


def test_a_failed_call_leaves_nothing_of_it_and_the_store_goes_on(tmp_path: Path) -> None:
    with open_at(tmp_path / "a.db") as store, open_at(tmp_path / "a.db") as other:
        store.append([entry("a", 1)])
        with pytest.raises(KeyError):
            store.replace([entry("a", 1, body=b"new"), entry("a", 2)])
        assert other.read("a") == [entry("a", 1)]
        other.append([entry("a", 2)])
        assert store.count("a") == 2


def test_of_two_connections_that_put_if_one_wins(tmp_path: Path) -> None:
    lost: list[VersionConflict] = []

    def race(store: Store) -> None:
        barrier.wait()
        try:
            store.put_if(PATTERNS, Item("p", "s", b""), None)
        except VersionConflict as error:
            lost.append(error)

    with open_at(tmp_path / "a.db") as one, open_at(tmp_path / "a.db") as two:
        barrier = threading.Barrier(2)
        threads = [threading.Thread(target=race, args=(store,)) for store in (one, two)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(lost) == 1


def test_many_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    barrier = threading.Barrier(8)

    def work(n: int) -> None:
        barrier.wait()
        with open_at(tmp_path / "a.db") as store:
            store.append([entry("a", n)])

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with open_at(tmp_path / "a.db") as store:
        assert store.count("a") == 8


def test_a_file_that_may_only_be_read_is_refused(open_folder: Path) -> None:
    path = open_folder / "a.db"
    open_at(path).close()
    path.chmod(0o444)
    with as_nobody(), pytest.raises(BadStore, match="readonly database; file and folder must be writable"):
        open_at(path)


def test_a_folder_that_may_only_be_read_is_refused(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    with as_nobody(), pytest.raises(BadStore, match="unable to open database file; file and folder must be writable"):
        open_at(open_folder / "a.db")


def test_a_file_of_another_kind_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to have a header of its own\n" * 20)
    before = path.read_bytes()
    with pytest.raises(BadStore, match="file is not a database"):
        open_at(path)
    assert path.read_bytes() == before


def test_another_programs_database_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    with pytest.raises(BadStore, match="another program's database"):
        open_at(path)
    assert path.read_bytes() == before


def test_a_file_of_another_schema_version_is_refused(tmp_path: Path) -> None:
    open_at(tmp_path / "a.db").close()
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(BadStore, match="has schema version 99, this freeagentics reads 1"):
        open_at(tmp_path / "a.db")


def test_a_store_that_loses_its_tables_says_that_it_is_unavailable(tmp_path: Path) -> None:
    with open_at(tmp_path / "a.db") as store:
        with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
            connection.execute("DROP TABLE log")
        with pytest.raises(StoreUnavailable, match="no such table: log"):
            store.append([entry("a", 1)])
        store.set_cursor("projector", 1)


def test_a_file_that_another_process_keeps_writing_to_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("freeagentics.stores.sqlite_file._BUSY_TIMEOUT_S", 0.01)
    with open_at(tmp_path / "a.db") as store, closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked; another process is writing to it"):
            store.append([entry("a", 1)])
        with pytest.raises(StoreUnavailable, match="locked"):
            open_at(tmp_path / "a.db")
        assert store.count("a") == 0
        other.execute("COMMIT")
        store.append([entry("a", 1)])
        assert store.count("a") == 1
