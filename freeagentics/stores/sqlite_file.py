"""The SQLite file behind a store: finding it, knowing it again, its tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from freeagentics.errors import BadStore, FreeagenticsError, StoreUnavailable

APPLICATION_ID = 0x66726561
"""Stands in the file's header (the letters "frea"), so that another program's database is never written to."""

SCHEMA_VERSION = 1

_BUSY_TIMEOUT_S = 10.0

_SCHEMA = f"""
CREATE TABLE runs (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE log (
    run INTEGER NOT NULL, agent TEXT NOT NULL, step INTEGER NOT NULL, sequence INTEGER NOT NULL,
    timestamp INTEGER NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (run, agent, step, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE items (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL, table_name TEXT NOT NULL, partition TEXT NOT NULL, sort TEXT NOT NULL,
    body BLOB NOT NULL, version INTEGER NOT NULL, expires INTEGER,
    UNIQUE (run, table_name, partition, sort)
) STRICT;
CREATE INDEX items_by_expiry ON items (run, expires) WHERE expires IS NOT NULL;

CREATE TABLE places (
    item INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
    run INTEGER NOT NULL, table_name TEXT NOT NULL, index_name TEXT NOT NULL, partition TEXT NOT NULL, sort ANY NOT NULL,
    PRIMARY KEY (run, table_name, index_name, partition, sort, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX places_by_item ON places (item);

CREATE TABLE cursors (run INTEGER NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (run, name)) STRICT, WITHOUT ROWID;

PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {SCHEMA_VERSION};
"""


def open_file(path: Path) -> sqlite3.Connection:
    """Open the store's file, made with its tables where it is missing.

    The connection leaves transactions to its user, may be used from any thread, and writes ahead (WAL): readers do not wait
    for the writer. After a power cut the last commits may be missing, cursor and records together, and a projector adds them again.

    Raises:
        BadStore: the folder is missing, the file cannot be written, is not a store's, or is one of another version.
        StoreUnavailable: another process holds the file.
    """
    _check_place(path)
    with translated(path, BadStore):
        # Absolute, or SQLite may take a folder called file: for the beginning of a URL.
        connection = sqlite3.connect(path.absolute(), timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def translated(path: Path, error_class: type[FreeagenticsError]) -> Iterator[None]:
    """Turn errors of the driver into *error_class*, or into `StoreUnavailable` where another process holds the file."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        busy = code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        raise (StoreUnavailable if busy else error_class)(f"store sqlite:///{path}: {error}{_ADVICE.get(code, '')}") from error


_ADVICE = {
    sqlite3.SQLITE_BUSY: "; another process is writing to it",
    sqlite3.SQLITE_READONLY: "; file and folder must be writable",
    sqlite3.SQLITE_CANTOPEN: "; file and folder must be writable",
    sqlite3.SQLITE_FULL: "; free some space",
}


def _check_place(path: Path) -> None:
    if not path.parent.is_dir():
        raise BadStore(f"store sqlite:///{path}: folder {path.parent} does not exist; create it first")
    if path.is_dir():
        raise BadStore(f"store sqlite:///{path}: is a folder; give the path of a file, e.g. sqlite:///{path / 'store.db'}")


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    _check_ours(connection, path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    # Or large statements need room in the folder of temporary files, which may have none.
    connection.execute("PRAGMA temp_store = MEMORY")
    # Takes the write lock, so a file that cannot be written fails here, and of two processes one makes the tables.
    connection.execute("BEGIN IMMEDIATE")
    if _pragma(connection, "user_version") == 0:
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
    connection.execute("COMMIT")


def _check_ours(connection: sqlite3.Connection, path: Path) -> None:
    # One snapshot, or a store that another process is just making looks half made.
    connection.execute("BEGIN")
    ours = _pragma(connection, "application_id") == APPLICATION_ID
    version = _pragma(connection, "user_version")
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    connection.execute("COMMIT")
    if not ours and (tables or version):
        raise BadStore(f"store sqlite:///{path}: is another program's database; name a new file")
    if ours and version != SCHEMA_VERSION:
        raise BadStore(f"store sqlite:///{path}: has schema version {version}, this freeagentics reads {SCHEMA_VERSION}; name a new file")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    return int(value)
