"""Pages: the arrays of one step, cohort and kind, as bytes.

A page is a 16-byte header (magic, format version, codec version, schema number, number of records, CRC-32 of all the rest) and the
records of one structured array. The layout of the records stands once in the journal's ``schemas`` table, not in every page.
"""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np

from freeagentics.arrays import AnyArray
from freeagentics.errors import CorruptRecord

SHARED = -1
"""The cohort number of what belongs to the whole step."""

_HEADER = struct.Struct("<2sBBII")
_CHECKSUM = struct.Struct("<I")
BYTES = np.dtype([("byte", "u1")])
"""Records that are plain bytes, whose layout their reader knows."""

HEADER_BYTES = _HEADER.size + _CHECKSUM.size
_MAGIC = b"FP"
_VERSION = 1


class Kind(IntEnum):
    """Kinds of pages. Numbers are on disk: add, never renumber; 11 was in use."""

    AGENTS = 0
    OBSERVATION = 1
    DECISIONS = 2
    ORDERS = 3
    FILLS = 4
    ACCOUNTS = 5
    SIGNALS = 6
    PROCESSED = 7
    MEMORIES = 8
    OUTCOMES = 9
    FIGURES = 10
    NAMES = 12
    BOOKS = 13
    DEPARTURES = 14
    WEIGHTS = 15
    CONTRIBUTIONS = 16


CHAINED = (Kind.OBSERVATION, Kind.DECISIONS, Kind.ORDERS, Kind.FILLS, Kind.ACCOUNTS)
"""Kinds that the trajectory's hash covers; of an observation the prices alone."""


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """Records of one kind, of one cohort or `SHARED`.

    Attributes:
        records: a structured array (n,).
        codec: version of the codec that made the codes in it, 0 where there are none.
        crc_ok: whether its bytes match its checksum.
        count: of how many things the records are, where these are `BYTES`; else None.
    """

    kind: Kind
    cohort: int
    records: AnyArray
    codec: int = 0
    crc_ok: bool = True
    count: int | None = None

    def chained_bytes(self) -> bytes:
        """The bytes of this page that enter the trajectory's hash."""
        records = self.records["price"] if self.kind is Kind.OBSERVATION else self.records
        return struct.pack("<ii", self.kind, self.cohort) + records.tobytes()


def page_id(step: int, cohort: int, kind: Kind) -> int:
    """The row number of a page: pages of a step lie side by side in the file."""
    # Small integers of numpy would overflow.
    return (int(step) << 24) | ((int(cohort) + 1) << 8) | kind


def encode(page: Page, schema: int) -> bytes:
    """The page as bytes, under the schema number that the journal gave its layout."""
    count = len(page.records) if page.count is None else page.count
    header = _HEADER.pack(_MAGIC, _VERSION, page.codec, schema, count)
    body = page.records.tobytes()
    return header + _CHECKSUM.pack(zlib.crc32(body, zlib.crc32(header))) + body


@dataclass(frozen=True, slots=True)
class Header:
    """The first bytes of a page."""

    codec: int
    schema: int
    count: int


def read_header(body: bytes) -> Header:
    """The header of a page. Raises CorruptRecord where there is no header of ours."""
    if len(body) < HEADER_BYTES or body[:2] != _MAGIC or body[2] != _VERSION:
        raise CorruptRecord("page without a header of this format")
    return Header(*_HEADER.unpack_from(body)[2:])


def decode(body: bytes, dtype: np.dtype[np.void], *, damaged: bool = False) -> AnyArray:
    """The records of a page, read-only. Raises CorruptRecord where length or checksum disagree with the header; with *damaged* the checksum
    may: records that have checksums of their own are not lost with one of them."""
    count = read_header(body).count
    payload = memoryview(body)[HEADER_BYTES:]
    if dtype != BYTES and len(payload) != count * dtype.itemsize:
        raise CorruptRecord(f"page of {len(payload)} bytes where {count} records of {dtype.itemsize} were written")
    if not damaged and not crc_ok(body):
        raise CorruptRecord("page whose checksum does not match")
    return np.frombuffer(payload, dtype=dtype, count=len(payload) // dtype.itemsize)


def crc_ok(body: bytes) -> bool:
    """True where a page matches its checksum."""
    payload = memoryview(body)[HEADER_BYTES:]
    return (zlib.crc32(payload, zlib.crc32(body[: _HEADER.size])),) == _CHECKSUM.unpack_from(body, _HEADER.size)


@lru_cache(maxsize=256)
def dtype_to_text(dtype: np.dtype[np.void]) -> str:
    """A structured type as JSON: ``[[name, type, [shape…]], …]``. Raises ValueError for one that it cannot tell: with gaps between its
    fields, fields within fields, or Python objects."""
    fields = [(name, dtype[name].base.str, list(dtype[name].shape)) for name in dtype.names or ()]
    text = json.dumps(fields)
    if dtype.hasobject or not dtype.itemsize or _dtype(fields) != dtype:
        raise ValueError(f"records of type {dtype} cannot be kept in a page; pack its fields side by side, of plain numbers")
    return text


def dtype_from_text(text: str) -> np.dtype[np.void]:
    """Inverse of `dtype_to_text`. Raises CorruptRecord for what it cannot have written."""
    try:
        dtype = _dtype(json.loads(text))
    except (ValueError, TypeError) as error:
        raise CorruptRecord(f"layout that cannot be read: {text[:80]}") from error
    if dtype.hasobject or not dtype.itemsize:
        raise CorruptRecord(f"layout that cannot be read: {text[:80]}")
    return dtype


def _dtype(fields: list[tuple[str, str, list[int]]]) -> np.dtype[np.void]:
    return np.dtype([(name, kind, tuple(shape)) if shape else (name, kind) for name, kind, shape in fields])
