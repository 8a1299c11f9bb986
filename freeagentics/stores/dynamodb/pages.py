"""Pages of a log: the memories of sixteen steps of one agent in one row.

DynamoDB charges a write by the started KiB, and a row has a hundred bytes of overhead: memories of 24 to 60 bytes are an eighth of the
price by the page. Which page an entry belongs to follows from its step alone, so writers that know nothing of each other agree on it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from zlib import crc32

import msgpack

from freeagentics.errors import CorruptRecord
from freeagentics.stores.records import LogEntry, Position

PAGE_STEPS = 16

_MAGIC = b"FLP1"
_HEAD = struct.Struct("<4sI")

Entries = dict[Position, LogEntry]


def page_of(step: int) -> int:
    """The page that entries of a step are on."""
    return step // PAGE_STEPS


def pack_page(entries: Iterable[LogEntry]) -> bytes:
    """Entries of one page and agent as bytes: a magic, a CRC-32, then times and steps as differences from the page's first."""
    rows = sorted(entries)
    start = min(entry.timestamp for entry in rows)
    body = msgpack.packb([start, *([e.step % PAGE_STEPS, e.sequence, e.timestamp - start, e.body] for e in rows)])
    return _HEAD.pack(_MAGIC, crc32(body)) + body


def unpack_page(agent: str, page: int, body: bytes) -> Entries:
    """The entries that `pack_page` packed, by position and in its order; raises `CorruptRecord` where the bytes are others."""
    if len(body) < _HEAD.size or _HEAD.unpack_from(body) != (_MAGIC, crc32(body[_HEAD.size :])):
        first = page * PAGE_STEPS
        raise CorruptRecord(f"log page of agent {agent}, steps {first} to {first + PAGE_STEPS - 1}: damaged", agent=agent, step=first)
    start, *rows = msgpack.unpackb(body[_HEAD.size :])
    entries = (LogEntry(agent, page * PAGE_STEPS + step, sequence, start + after, data) for step, sequence, after, data in rows)
    return {entry.position: entry for entry in entries}
