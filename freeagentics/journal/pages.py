"""Pages: the arrays of one step, cohort and kind, as bytes.

A page is a 12-byte header (encoding, codec version, schema number, number of records, CRC-32 of all the rest) and the records of one
structured array. The layout of the records stands once in the journal's ``schemas`` table, not in every page.

Records are compressed by byte planes (`byte_planes`). What an agent decides and owns is much like what it decided and owned before: most
pages keep only where they differ from the page of the same kind and cohort in the last *keyframe*, a step whose pages stand for
themselves. Codes of memories are compressed already, and checked one by one, so that not all of a page is lost with one: they lie as
they are.
"""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np

from freeagentics.arrays import AnyArray, byte_planes, from_byte_planes, readonly
from freeagentics.errors import CorruptRecord
from freeagentics.journal.compression import compress, decompress

SHARED = -1
"""The cohort number of what belongs to the whole step."""

KEYFRAME_EVERY = 8
"""Steps from keyframe to keyframe. On runs of 50 and 5,000 agents 4 and 16 took 2 to 3 % more bytes."""

_HEADER = struct.Struct("<BBHI")
_CHECKSUM = struct.Struct("<I")
BYTES = np.dtype([("byte", "u1")])
"""Records that are plain bytes, whose layout their reader knows."""

HEADER_BYTES = _HEADER.size + _CHECKSUM.size


class Encoding(IntEnum):
    """Layouts of the records in a page. Numbers are on disk, and none is one that zeroed bytes would have.

    Attributes:
        PLAIN: as they are.
        PLANES: by byte planes, compressed.
        DIFFERENCE: exclusive or with the records of its keyframe, by byte planes, compressed.
    """

    PLAIN = 0x50
    PLANES = 0x5A
    DIFFERENCE = 0x44


_ENCODINGS = frozenset(Encoding)


class Kind(IntEnum):
    """Kinds of pages. Numbers are on disk: add, never renumber; 11 was in use. Those from 32 on are of the long term."""

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
    EVENTS = 17
    HOST_STATES = 24
    HOST_MEMORIES = 25
    HOST_OUTCOMES = 26
    LONG_TERM = 32
    FORGOTTEN = 33


_KINDS = frozenset(Kind)
_REWRITTEN = frozenset((Kind.MEMORIES, Kind.LONG_TERM, Kind.FORGOTTEN))

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


def page_key(number: int) -> tuple[int, int, int]:
    """Step, cohort and number of the kind of a page, from its row number."""
    return number >> 24, ((number >> 8) & 0xFFFF) - 1, number & 0xFF


def is_rewritten(number: int) -> bool:
    """True for pages of memories, which consolidation rewrites, by their row number; all others stay as they were written."""
    return number & 255 in _REWRITTEN


def page_name(number: int) -> str:
    """Step, kind and cohort of a page in words, from its row number."""
    step, cohort, kind = page_key(number)
    kind_name = Kind(kind).name.lower() if kind in _KINDS else f"kind {kind}"
    return f"step {step}, {kind_name}" + (f" of cohort {cohort}" if cohort != SHARED else "")


def is_keyframe(step: int) -> bool:
    """True where the pages of a step stand for themselves."""
    return (step - 1) % KEYFRAME_EVERY == 0


def keyframe_id(number: int) -> int:
    """The row number of the page of the same kind and cohort in the keyframe of a page's step; its own in a keyframe."""
    return number - (((number >> 24) - 1) % KEYFRAME_EVERY << 24)


def encode(page: Page, schema: int, base: AnyArray | None = None) -> bytes:
    """The page as bytes, under the schema number that the journal gave its layout; *base* are the records of its keyframe."""
    count = len(page.records) if page.count is None else page.count
    encoding, payload = _encoded(page, base)
    header = _HEADER.pack(encoding, page.codec, schema, count)
    return header + _CHECKSUM.pack(zlib.crc32(payload, zlib.crc32(header))) + payload


def _encoded(page: Page, base: AnyArray | None) -> tuple[Encoding, bytes]:
    records, plain = page.records, page.records.tobytes()
    if page.codec or page.count is not None:
        return Encoding.PLAIN, plain
    encoding = Encoding.PLANES
    if base is not None and (base.dtype, base.shape) == (records.dtype, records.shape):
        encoding, records = Encoding.DIFFERENCE, _difference(plain, base)
    compressed = compress(byte_planes(records).data)
    return (encoding, compressed) if len(compressed) < len(plain) else (Encoding.PLAIN, plain)


def _difference(plain: bytes, base: AnyArray) -> AnyArray:
    """Exclusive or of the bytes of records with those of *base*: of a difference, the records."""
    return (np.frombuffer(plain, np.uint8) ^ np.frombuffer(base.tobytes(), np.uint8)).view(base.dtype)


@dataclass(frozen=True, slots=True)
class Header:
    """The first bytes of a page."""

    encoding: Encoding
    codec: int
    schema: int
    count: int


def read_header(body: bytes) -> Header:
    """The header of a page. Raises CorruptRecord where there is no header of ours."""
    if len(body) < HEADER_BYTES or body[0] not in _ENCODINGS:
        raise CorruptRecord("page without a header of this format")
    encoding, codec, schema, count = _HEADER.unpack_from(body)
    return Header(Encoding(encoding), codec, schema, count)


def decode(body: bytes, dtype: np.dtype[np.void], base: AnyArray | None = None, *, damaged: bool = False) -> AnyArray:
    """The records of a page, read-only; *base* are those of its keyframe, where it is a difference.

    Raises CorruptRecord where length or checksum disagree with the header; with *damaged* the checksum may: records that have checksums
    of their own are not lost with one of them.
    """
    header, payload = read_header(body), memoryview(body)[HEADER_BYTES:]
    size = header.count * dtype.itemsize
    if header.encoding is Encoding.PLAIN and dtype != BYTES and len(payload) != size:
        raise CorruptRecord(f"page of {len(payload)} bytes where {header.count} records of {dtype.itemsize} were written")
    if not damaged and not crc_ok(body):
        raise CorruptRecord("page whose checksum does not match")
    if header.encoding is Encoding.PLAIN:
        return np.frombuffer(payload, dtype=dtype, count=len(payload) // dtype.itemsize)
    records = from_byte_planes(decompress(payload, size), dtype, (header.count,))
    if header.encoding is Encoding.DIFFERENCE:
        if base is None or (base.dtype, base.shape) != (dtype, records.shape):
            raise CorruptRecord("page of differences from a keyframe that has no such page")
        records = _difference(records.tobytes(), base)
    return readonly(records)


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
