"""The journal's file: pages, markers, checkpoints, and what is known about the run."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from freeagentics.arrays import AnyArray
from freeagentics.errors import BadRunDirectory, CorruptRecord, JournalFailed
from freeagentics.journal.arrays import pack_arrays, unpack_arrays
from freeagentics.journal.pages import HEAD_BYTES, Kind, Page, decode, dtype_from_text, dtype_to_text, encode, page_id, read_head

FORMAT = 1
_TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE schemas (number INTEGER PRIMARY KEY, fields TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE pages (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
CREATE TABLE markers (step INTEGER PRIMARY KEY, timestamp INTEGER NOT NULL, sha256 BLOB NOT NULL) STRICT;
CREATE TABLE checkpoints (step INTEGER, part TEXT, body BLOB NOT NULL, PRIMARY KEY (step, part)) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Marker:
    """A step is committed when its marker is: market time at its close, and the chained hash up to it."""

    step: int
    timestamp: int
    sha256: bytes


class Journal:
    """One run's journal file. Any thread may use it: a lock serialises the connection.

    Raises BadRunDirectory where the file is missing, is not a journal, or is of another format version.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        self._lock = threading.RLock()
        if create == path.exists():
            raise BadRunDirectory(f"{path}: {'already there' if create else 'no journal here'}")
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        try:
            self._open(create=create)
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise BadRunDirectory(f"{path}: not a readable journal ({error})") from error
        except BaseException:
            self._connection.close()
            raise
        self._schemas: dict[int, Any] = {n: dtype_from_text(t) for n, t in self._connection.execute("SELECT number, fields FROM schemas")}
        self._numbers = {dtype_to_text(dtype): number for number, dtype in self._schemas.items()}

    def _open(self, *, create: bool) -> None:
        if create:
            self._connection.execute("PRAGMA page_size = 8192")
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {FORMAT}; COMMIT;")
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version != FORMAT:
            raise BadRunDirectory(f"{self.path}: journal of format {version}; this version of freeagentics reads format {FORMAT}")
        self._connection.execute("PRAGMA synchronous = FULL")

    def close(self) -> None:
        """Close the file; the journal cannot be used afterwards."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def describe(self, about: Mapping[str, object]) -> None:
        """Write what is known about the run; values are kept as JSON."""
        with self._lock, self._connection:
            rows = [(name, json.dumps(value)) for name, value in about.items()]
            self._connection.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", rows)

    def about(self) -> dict[str, Any]:
        """What `describe` wrote."""
        with self._lock:
            return {name: json.loads(value) for name, value in self._connection.execute("SELECT name, value FROM about")}

    def commit(self, marker: Marker, pages: Iterable[Page], checkpoint: Mapping[str, Mapping[str, AnyArray]] | None = None) -> None:
        """Write a step, whole or not at all. Raises JournalFailed."""
        try:
            with self._lock:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    self._write(marker, pages, checkpoint)
                except BaseException:
                    self._connection.execute("ROLLBACK")
                    raise
                self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise JournalFailed(f"{self.path}: step {marker.step} could not be written: {error}") from error

    def _write(self, marker: Marker, pages: Iterable[Page], checkpoint: Mapping[str, Mapping[str, AnyArray]] | None) -> None:
        rows = [(page_id(marker.step, page.cohort, page.kind), encode(page, self._schema(page))) for page in pages]
        self._connection.executemany("INSERT INTO pages VALUES (?, ?)", rows)
        for part, arrays in (checkpoint or {}).items():
            self._connection.execute("INSERT INTO checkpoints VALUES (?, ?, ?)", (marker.step, part, pack_arrays(arrays)))
        self._connection.execute("INSERT INTO markers VALUES (?, ?, ?)", (marker.step, marker.timestamp, marker.sha256))

    def _schema(self, page: Page) -> int:
        text = dtype_to_text(page.records.dtype)
        if text not in self._numbers:
            number = len(self._numbers) + 1
            self._connection.execute("INSERT OR REPLACE INTO schemas VALUES (?, ?)", (number, text))
            self._numbers[text] = number
            self._schemas[number] = page.records.dtype
        return self._numbers[text]

    def marker(self, step: int | None = None) -> Marker | None:
        """The marker of a step, or the last one; None where nothing was committed."""
        where, arguments = ("WHERE step = ?", (step,)) if step is not None else ("ORDER BY step DESC LIMIT 1", ())
        with self._lock:
            row = self._connection.execute(f"SELECT step, timestamp, sha256 FROM markers {where}", arguments).fetchone()  # noqa: S608
        return Marker(*row) if row else None

    def read(self, step: int, kind: Kind, cohort: int) -> AnyArray | None:
        """The records of one page, read-only, or None where none was written. Raises CorruptRecord for damage."""
        with self._lock:
            row = self._connection.execute("SELECT body FROM pages WHERE id = ?", (page_id(step, cohort, kind),)).fetchone()
        return self._decode(row[0], step) if row else None

    def scan(self, kind: Kind, *, first: int = 1, last: int | None = None) -> Iterator[tuple[int, int, AnyArray]]:
        """All pages of a kind as (step, cohort, records), in order of step and cohort."""
        last = last if last is not None else (self.marker() or Marker(0, 0, b"")).step
        for step in range(first, last + 1):
            with self._lock:
                low, high = page_id(step, -1, Kind(0)), page_id(step + 1, -1, Kind(0))
                query = "SELECT id, body FROM pages WHERE id >= ? AND id < ? AND (id & 255) = ? ORDER BY id"
                rows = self._connection.execute(query, (low, high, kind)).fetchall()
            for number, body in rows:
                yield step, ((number >> 8) & 0xFFFF) - 1, self._decode(body, step)

    def tally(self, kind: Kind) -> tuple[int, int]:
        """Records of a kind in the whole journal, and the bytes that their pages take."""
        query = "SELECT substr(body, 1, ?), length(body) FROM pages WHERE (id & 255) = ?"
        count = size = 0
        with self._lock:
            for head, length in self._connection.execute(query, (HEAD_BYTES, kind)):
                count += read_head(head).count
                size += length
        return count, size

    def _decode(self, body: bytes, step: int) -> AnyArray:
        try:
            number = read_head(body).schema
            if number not in self._schemas:
                raise CorruptRecord(f"page of unknown schema {number}")
            return decode(body, self._schemas[number])
        except CorruptRecord as error:
            raise CorruptRecord(f"{self.path}: step {step}: {error}", step=step) from error

    def checkpoint_before(self, step: int) -> int | None:
        """The last step at or before *step* with a checkpoint, or None."""
        with self._lock:
            (found,) = self._connection.execute("SELECT max(step) FROM checkpoints WHERE step <= ?", (step,)).fetchone()
        return found if found is None else int(found)

    def checkpoint(self, step: int) -> dict[str, dict[str, AnyArray]]:
        """The arrays of a checkpoint, by part. Raises CorruptRecord for damage."""
        with self._lock:
            rows = self._connection.execute("SELECT part, body FROM checkpoints WHERE step = ?", (step,)).fetchall()
        return {part: unpack_arrays(body) for part, body in rows}

    def add_checkpoint(self, step: int, parts: Mapping[str, Mapping[str, AnyArray]]) -> None:
        """Add a checkpoint to a step that is committed already; one that is there is kept."""
        with self._lock, self._connection:
            rows = [(step, part, pack_arrays(arrays)) for part, arrays in parts.items()]
            self._connection.executemany("INSERT OR IGNORE INTO checkpoints VALUES (?, ?, ?)", rows)

    def discard_after(self, step: int) -> None:
        """Remove everything beyond *step*."""
        with self._lock, self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("DELETE FROM pages WHERE id >= ?", (page_id(step + 1, -1, Kind(0)),))
            self._connection.execute("DELETE FROM markers WHERE step > ?", (step,))
            self._connection.execute("DELETE FROM checkpoints WHERE step > ?", (step,))

    def copy_to(self, path: Path) -> None:
        """A consistent copy of the whole file."""
        with self._lock:
            target = sqlite3.connect(path)
            try:
                self._connection.backup(target)
            finally:
                target.close()

    def check(self) -> None:
        """Read every page and check the file's structure. Raises CorruptRecord at the first damage."""
        with self._lock:
            (verdict,) = self._connection.execute("PRAGMA integrity_check").fetchone()
            if verdict != "ok":
                raise CorruptRecord(f"{self.path}: {verdict}")
            for number, body in self._connection.execute("SELECT id, body FROM pages"):
                self._decode(body, number >> 24)
