"""The journal's file: pages, commit records, checkpoints, and metadata of the run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from freeagentics.arrays import AnyArray
from freeagentics.errors import BadRunDirectory, CorruptRecord
from freeagentics.journal.arrays import pack_arrays, unpack_arrays
from freeagentics.journal.database import Database
from freeagentics.journal.page_edit import PageEdit
from freeagentics.journal.pages import (
    BYTES,
    HEADER_BYTES,
    SHARED,
    Encoding,
    Kind,
    Page,
    crc_ok,
    decode,
    dtype_from_text,
    dtype_to_text,
    encode,
    is_keyframe,
    is_rewritten,
    keyframe_id,
    page_id,
    page_key,
    page_name,
    read_header,
)

FORMAT = 4
_BATCH = 64
"""Steps that are read at once, where one cohort's pages are."""

_TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE schemas (number INTEGER PRIMARY KEY, fields TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE pages (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
CREATE TABLE memories (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
CREATE INDEX long_term ON memories (id) WHERE (id & 255) >= 32;
CREATE VIEW everything AS SELECT id, body FROM pages UNION ALL SELECT id, body FROM memories;
CREATE TABLE markers (step INTEGER PRIMARY KEY, timestamp INTEGER NOT NULL, sha256 BLOB NOT NULL) STRICT;
CREATE TABLE checkpoints (step INTEGER, part TEXT, body BLOB NOT NULL, PRIMARY KEY (step, part)) STRICT;
"""
# What is rewritten has a table of its own: else it would leave holes between pages that stay, which nothing fits into.

_OF_STEPS = """
SELECT id, body FROM memories WHERE id >= ? AND id < ? AND (id & 255) IN (8, 32)
UNION ALL SELECT id, body FROM memories WHERE id IN (
    SELECT min(id) FROM memories WHERE (id & 255) >= 32 AND (id & 255) = 32 AND id >= ? GROUP BY (id >> 8) & 65535
)
ORDER BY id
"""
"""Pages of memories of steps up to one, and the first long-term page beyond it of each cohort. One statement, so that a reader beside the
writer sees each memory once: in its step's page or in a long-term one."""


@dataclass(frozen=True, slots=True)
class CommitRecord:
    """The record that commits a step: with it the step is there, without it nothing is.

    Attributes:
        step: from 1.
        timestamp: market time at its close, in ms.
        sha256: the chained hash up to it.
    """

    step: int
    timestamp: int
    sha256: bytes


Consolidate = Callable[[CommitRecord, PageEdit], None]
"""Called at the end of a step's transaction, with its commit record."""


class Journal:
    """One run's journal file. Any thread may use it.

    Raises BadRunDirectory where the file is missing, is not a journal, or is of another format version.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        self._database = Database(path, _TABLES, FORMAT, create=create)
        self._schemas: dict[int, np.dtype[np.void]] = {}
        self._numbers: dict[str, int] = {}
        self._keyframe: dict[int, AnyArray] = {}
        try:
            self._read_schemas()
        except CorruptRecord as error:
            self.close()
            raise BadRunDirectory(f"{path}: not a readable journal ({error})") from error

    def close(self) -> None:
        """Close the file; the journal cannot be used afterwards."""
        self._database.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def set_metadata(self, metadata: Mapping[str, object]) -> None:
        """Write metadata of the run by name; values are kept as JSON. Raises JournalFailed."""
        rows = [(name, json.dumps(value)) for name, value in metadata.items()]
        with self._database.transaction("metadata of the run") as connection:
            connection.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", rows)

    def metadata(self) -> dict[str, Any]:
        """Metadata of the run, as `set_metadata` wrote it. Raises CorruptRecord for damage."""
        try:
            return {name: json.loads(value) for name, value in self._database.rows("SELECT name, value FROM about")}
        except ValueError as error:
            raise CorruptRecord(f"{self.path}: metadata of the run is damaged: {error}") from error

    def commit(
        self,
        record: CommitRecord,
        pages: Sequence[Page],
        checkpoint: Mapping[str, Mapping[str, AnyArray] | bytes] | None = None,
        consolidate: Consolidate | None = None,
    ) -> None:
        """Write a step, whole or not at all, and with it what *consolidate* makes of earlier pages. Raises JournalFailed."""
        # Layouts come first, in a transaction of their own: if the step fails, its pages go, and a later step may still rely on the layout.
        schemas = [self._schema(page.records.dtype) for page in pages]
        numbers = [page_id(record.step, page.cohort, page.kind) for page in pages]
        bases = [self._keyframe.get(base) if (base := keyframe_id(number)) != number else None for number in numbers]
        # In order of their numbers, or SQLite would leave a part of its pages empty.
        rows = sorted(zip(numbers, map(encode, pages, schemas, bases), strict=True))
        plain = self._schema(BYTES)
        with self._database.transaction(f"step {record.step}") as connection:
            connection.executemany("INSERT INTO pages VALUES (?, ?)", [row for row in rows if not is_rewritten(row[0])])
            connection.executemany("INSERT INTO memories VALUES (?, ?)", [row for row in rows if is_rewritten(row[0])])
            connection.executemany("INSERT INTO checkpoints VALUES (?, ?, ?)", _checkpoint_rows(record.step, checkpoint or {}))
            connection.execute("INSERT INTO markers VALUES (?, ?, ?)", (record.step, record.timestamp, record.sha256))
            if consolidate is not None:
                consolidate(record, PageEdit(connection, plain))
        if is_keyframe(record.step):
            self._keyframe = {number: page.records.copy() for number, page in zip(numbers, pages, strict=True) if not page.codec}

    @contextmanager
    def editing(self, what: str) -> Iterator[PageEdit]:
        """Replace pages: all that is done inside is there afterwards, or nothing is. Raises JournalFailed, saying *what* failed."""
        plain = self._schema(BYTES)
        with self._database.transaction(what) as connection:
            yield PageEdit(connection, plain)

    def _read_schemas(self) -> None:
        for number, text in self._database.rows("SELECT number, fields FROM schemas"):
            self._schemas[number], self._numbers[text] = dtype_from_text(text), number

    def _schema(self, dtype: np.dtype[np.void]) -> int:
        text = dtype_to_text(dtype)
        if text not in self._numbers:
            number = len(self._numbers) + 1
            with self._database.transaction(f"the layout {text}") as connection:
                connection.execute("INSERT INTO schemas VALUES (?, ?)", (number, text))
            self._schemas[number], self._numbers[text] = dtype, number
        return self._numbers[text]

    def commit_record(self, step: int | None = None) -> CommitRecord | None:
        """The commit record of a step, or the last one; None where nothing was committed."""
        columns = "SELECT step, timestamp, sha256 FROM markers"
        if step is None:
            rows = self._database.rows(f"{columns} ORDER BY step DESC LIMIT 1")
        else:
            rows = self._database.rows(f"{columns} WHERE step = ?", (step,))
        return CommitRecord(*rows[0]) if rows else None

    def read(self, step: int, kind: Kind, cohort: int) -> AnyArray | None:
        """The records of one page, read-only, or None where none was written. Raises CorruptRecord for damage."""
        number = page_id(step, cohort, kind)
        body = self._body(number)
        return None if body is None else self._decode(number, body, {})

    def scan(self, kind: Kind, *, first: int = 1, last: int | None = None) -> Iterator[tuple[int, int, AnyArray]]:
        """All pages of a kind as (step, cohort, records), in order of step and cohort."""
        for step, page in self.scan_pages(kind, first=first, last=last):
            yield step, page.cohort, page.records

    def scan_cohort(self, kind: Kind, cohort: int, first: int, last: int) -> Iterator[tuple[int, AnyArray]]:
        """Pages of a kind of one cohort as (step, records), in order of step."""
        query = "SELECT id, body FROM everything WHERE id >= ? AND id < ? AND (id & 16777215) = ? ORDER BY id"
        place, keyframe = page_id(0, cohort, kind), dict[int, AnyArray]()
        for start in range(first, last + 1, _BATCH):
            end = min(start + _BATCH - 1, last)
            for number, body in self._database.rows(query, (_span(start)[0], _span(end)[1], place)):
                yield page_key(number)[0], self._decode(number, body, keyframe)

    def page(self, step: int, kind: Kind, cohort: int) -> Page | None:
        """One page, also where it does not match its checksum; None where none was written. Raises CorruptRecord for other damage."""
        number = page_id(step, cohort, kind)
        body = self._body(number)
        return None if body is None else self._plain(number, body)

    def scan_pages(self, kind: Kind, *, first: int = 1, last: int | None = None, damaged: bool = False) -> Iterator[tuple[int, Page]]:
        """All pages of a kind with their steps, in order of step and cohort; with *damaged* also those that do not match their checksum."""
        last = last if last is not None else (self.commit_record() or CommitRecord(0, 0, b"")).step
        query = "SELECT id, body FROM everything WHERE id >= ? AND id < ? AND (id & 255) = ? ORDER BY id"
        keyframe: dict[int, AnyArray] = {}
        for step in range(first, last + 1):
            for number, body in self._database.rows(query, (*_span(step), kind)):
                records = self._decode(number, body, keyframe, damaged=damaged)
                yield step, Page(kind, page_key(number)[1], records, read_header(body).codec, not damaged or crc_ok(body))

    def memories(self, first: int, last: int) -> list[tuple[int, Page]]:
        """Pages that may hold memories of steps *first* to *last*, in order of step and cohort, each with its step: of a long-term page the
        last one. Among them those that do not match their checksum."""
        start, end = _span(first)[0], _span(last)[1]
        rows = self._database.rows(_OF_STEPS, (start, end, end))
        return [(page_key(number)[0], self._plain(number, body)) for number, body in rows]

    def _plain(self, number: int, body: bytes) -> Page:
        _, cohort, kind = page_key(number)
        records, header = self._decode(number, body, {}, damaged=True), read_header(body)
        return Page(Kind(kind), cohort, records, header.codec, crc_ok(body), header.count if records.dtype == BYTES else None)

    def long_term(self, kind: Kind) -> list[tuple[int, int]]:
        """Step and cohort of every page of a kind of the long term, in their order."""
        query = "SELECT id FROM memories WHERE (id & 255) >= 32 AND (id & 255) = ? ORDER BY id"
        return [page_key(number)[:2] for (number,) in self._database.rows(query, (kind,))]

    def headers(self, kind: Kind) -> Iterator[tuple[int, int, int, int]]:
        """Step, codec version, number of records and bytes of every page of a kind, from the headers."""
        query = "SELECT id >> 24, substr(body, 1, ?), length(body) FROM everything WHERE (id & 255) = ? ORDER BY id"
        for step, body, length in self._database.rows(query, (HEADER_BYTES, kind)):
            header = read_header(body)
            yield step, header.codec, header.count, length

    def totals(self, kind: Kind) -> tuple[int, int]:
        """Records of a kind in the whole journal, and the bytes that their pages take."""
        headers = list(self.headers(kind))
        return sum(count for _, _, count, _ in headers), sum(length for *_, length in headers)

    def totals_by_kind(self) -> dict[Kind, tuple[int, int]]:
        """Totals of every kind that the journal has pages of."""
        found: dict[Kind, tuple[int, int]] = {}
        for number, body, length in self._database.rows("SELECT id, substr(body, 1, ?), length(body) FROM everything", (HEADER_BYTES,)):
            kind = Kind(page_key(number)[2])
            count, size = found.get(kind, (0, 0))
            found[kind] = count + read_header(body).count, size + length
        return found

    def _body(self, number: int) -> bytes | None:
        rows = self._database.rows("SELECT body FROM everything WHERE id = ?", (number,))
        return rows[0][0] if rows else None

    def _decode(self, number: int, body: bytes, keyframe: dict[int, AnyArray], *, damaged: bool = False) -> AnyArray:
        """The records of a page. *keyframe* has pages that others are differences from, by number, and takes those that are needed."""
        try:
            header = read_header(body)
            if header.schema not in self._schemas:
                # Whoever writes the journal may have begun to use it since.
                self._read_schemas()
            if header.schema not in self._schemas:
                raise CorruptRecord(f"page of unknown schema {header.schema}")
            base = self._base(number, keyframe) if header.encoding is Encoding.DIFFERENCE else None
            return decode(body, self._schemas[header.schema], base, damaged=damaged)
        except CorruptRecord as error:
            if error.step is not None:  # of the keyframe, and said there
                raise
            raise CorruptRecord(f"{self.path}: {page_name(number)}: {error}", step=page_key(number)[0]) from error

    def _base(self, number: int, keyframe: dict[int, AnyArray]) -> AnyArray | None:
        base = keyframe_id(number)
        if base not in keyframe:
            # Those of one keyframe at a time, or a scan would end up with an eighth of the journal.
            for other in [other for other in keyframe if other >> 24 != base >> 24]:
                del keyframe[other]
            body = self._body(base)
            if body is None or base == number:
                return None
            keyframe[base] = self._decode(base, body, keyframe)
        return keyframe[base]

    def checkpoint_before(self, step: int) -> int | None:
        """The last step at or before *step* with a checkpoint, or None."""
        ((found,),) = self._database.rows("SELECT max(step) FROM checkpoints WHERE step <= ?", (step,))
        return found if found is None else int(found)

    def checkpoint_steps(self) -> list[int]:
        """Steps that have a checkpoint, in rising order."""
        return [step for (step,) in self._database.rows("SELECT DISTINCT step FROM checkpoints ORDER BY step")]

    def checkpoint(self, step: int, part: str | None = None) -> dict[str, dict[str, AnyArray]]:
        """The arrays of a checkpoint by part: of all, or of one *part*. Raises CorruptRecord for damage."""
        rows = self._database.rows("SELECT part, body FROM checkpoints WHERE step = ? AND part = coalesce(?, part)", (step, part))
        try:
            return {part: unpack_arrays(body) for part, body in rows}
        except CorruptRecord as error:
            raise CorruptRecord(f"{self.path}: checkpoint of step {step}: {error}", step=step) from error

    def put_checkpoint(self, step: int, parts: Mapping[str, Mapping[str, AnyArray]]) -> None:
        """Give a committed step a checkpoint, in place of the one that it has, if it has one. Raises JournalFailed."""
        rows = _checkpoint_rows(step, parts)
        with self._database.transaction(f"the checkpoint of step {step}") as connection:
            connection.execute("DELETE FROM checkpoints WHERE step = ?", (step,))
            connection.executemany("INSERT INTO checkpoints VALUES (?, ?, ?)", rows)

    def discard_after(self, step: int) -> None:
        """Remove everything beyond *step*. Raises JournalFailed."""
        with self._database.transaction(f"what remains after step {step}") as connection:
            connection.execute("DELETE FROM pages WHERE id >= ?", (_span(step + 1)[0],))
            connection.execute("DELETE FROM memories WHERE id >= ?", (_span(step + 1)[0],))
            connection.execute("DELETE FROM markers WHERE step > ?", (step,))
            connection.execute("DELETE FROM checkpoints WHERE step > ?", (step,))
        self._keyframe = {}

    def compact(self) -> None:
        """Give free space in the file back. Raises JournalFailed; the file is as it was then."""
        self._database.compact()

    def copy_to(self, path: Path) -> None:
        """A consistent copy of the whole file. Raises JournalFailed."""
        self._database.copy_to(path)

    def check(self) -> None:
        """Read every page and checkpoint, and check the file's structure. Raises CorruptRecord at the first damage."""
        for (verdict,) in self._database.rows("PRAGMA integrity_check(1)"):
            if verdict != "ok":
                raise CorruptRecord(f"{self.path}: {verdict}")
        keyframe: dict[int, AnyArray] = {}
        for (number,) in self._database.rows("SELECT id FROM everything ORDER BY id"):
            if (body := self._body(number)) is not None:
                self._decode(number, body, keyframe)
        for (step,) in self._database.rows("SELECT DISTINCT step FROM checkpoints"):
            self.checkpoint(step)


def _span(step: int) -> tuple[int, int]:
    """Row numbers from which and below which the pages of a step lie."""
    return page_id(step, SHARED, Kind(0)), page_id(step + 1, SHARED, Kind(0))


def _checkpoint_rows(step: int, parts: Mapping[str, Mapping[str, AnyArray] | bytes]) -> list[tuple[int, str, bytes]]:
    return [(step, part, arrays if isinstance(arrays, bytes) else pack_arrays(arrays)) for part, arrays in parts.items()]
