"""The SQLite file under a journal: one connection behind a lock, whose failures have names."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from freeagentics.errors import BadRunDirectory, CorruptRecord, JournalFailed

# SQLITE_ERROR is among them because every statement here is fixed: if one cannot be understood, the file's tables are not ours any more.
_DAMAGE = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_NOTADB)
# The driver fails to decode its own message where a damaged name stands in it.
_FAILURES = (sqlite3.Error, UnicodeDecodeError)


class Database:
    """An SQLite file of one format. Any thread may use it: a lock serialises the connection.

    Args:
        path: the file.
        tables: the statements that create its tables.
        version: of the format, kept in the file's header.
        create: make the file, which must not be there, instead of opening it, when it must.

    Raises:
        BadRunDirectory: missing, already there, not a journal, or of another format version.
    """

    def __init__(self, path: Path, tables: str, version: int, *, create: bool) -> None:
        self.path = path
        self._lock = threading.RLock()
        if create == path.exists():
            raise BadRunDirectory(f"{path}: {'already there' if create else 'no journal here'}")
        try:
            # Absolute, or SQLite may take a folder called file: for the beginning of a URL.
            self._connection = sqlite3.connect(path.absolute(), check_same_thread=False, isolation_level=None)
        except sqlite3.Error as error:
            raise BadRunDirectory(f"{path}: not a readable journal ({error})") from error
        try:
            self._prepare(tables, version, create=create)
        except _FAILURES as error:
            self._connection.close()
            raise BadRunDirectory(f"{path}: not a readable journal ({error})") from error
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, tables: str, version: int, *, create: bool) -> None:
        if create:
            self._connection.execute("PRAGMA page_size = 8192")
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.executescript(f"BEGIN; {tables} PRAGMA user_version = {version}; COMMIT;")
        (found,) = self._connection.execute("PRAGMA user_version").fetchone()
        if found != version:
            raise BadRunDirectory(f"{self.path}: journal of format {found}; this version of freeagentics reads format {version}")
        self._connection.execute("PRAGMA synchronous = FULL")
        # Or large statements need room in the folder of temporary files, which may have none.
        self._connection.execute("PRAGMA temp_store = MEMORY")

    def close(self) -> None:
        """Close the file; it cannot be used afterwards."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self, what: str) -> Iterator[sqlite3.Connection]:
        """All that is written inside is there afterwards, or nothing is. Raises JournalFailed, saying *what* could not be written."""
        try:
            with self._lock:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                    self._connection.execute("COMMIT")
                except BaseException:
                    # SQLite has rolled back by itself after some errors (a full disk), and a second time would hide the first error.
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
                    raise
        except sqlite3.Error as error:
            raise JournalFailed(f"{self.path}: {what} could not be written: {error}") from error

    def rows(self, query: str, arguments: Sequence[object] = ()) -> list[Any]:
        """The rows of a query. Raises CorruptRecord where the file is damaged, JournalFailed where it cannot be read for another reason."""
        try:
            with self._lock:
                return self._connection.execute(query, [_plain(value) for value in arguments]).fetchall()
        except _FAILURES as error:
            # The driver gives no code where it finds text that is no text.
            code = getattr(error, "sqlite_errorcode", None if isinstance(error, sqlite3.ProgrammingError) else sqlite3.SQLITE_CORRUPT)
            if code is not None and code & 0xFF in _DAMAGE:
                raise CorruptRecord(f"{self.path}: {error}") from error
            raise JournalFailed(f"{self.path}: could not be read: {error}") from error

    def compact(self) -> None:
        """Give free space in the file back. Raises JournalFailed; the file is as it was then."""
        try:
            with self._lock:
                # On disk, or it would take as much RAM as the file has bytes.
                self._connection.execute("PRAGMA temp_store = FILE")
                self._connection.execute("VACUUM")
                self._connection.execute("PRAGMA temp_store = MEMORY")
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            raise JournalFailed(f"{self.path}: could not be compacted: {error}") from error

    def copy_to(self, path: Path) -> None:
        """A consistent copy of the whole file. Raises JournalFailed."""
        try:
            with self._lock:
                target = sqlite3.connect(path.absolute())
                try:
                    self._connection.backup(target)
                finally:
                    target.close()
        except sqlite3.Error as error:
            raise JournalFailed(f"{self.path}: could not be copied to {path}: {error}") from error


def _plain(value: object) -> object:
    # The driver takes an integer of numpy for its bytes, which are no step.
    return value.item() if isinstance(value, np.generic) else value
