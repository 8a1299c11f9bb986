"""A window: the newest rows of an agent's log, or of a partition of a table, as a cache keeps them; and what it can answer."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar

import msgpack

from freeagentics.errors import CorruptRecord
from freeagentics.stores.records import Item, Key, LogEntry, Position, Query

WINDOW_ROWS = 64
"""Rows of a window: a day of hourly bars two and a half times over, in a few KB."""

_CHECKSUM = struct.Struct("<I")

Row = TypeVar("Row", LogEntry, Item)


@dataclass(frozen=True, slots=True)
class Window(Generic[Row]):
    """Rows, newest first, none missing between them.

    Attributes:
        rows: at most `WINDOW_ROWS`.
        whole: there are no older ones.
    """

    rows: list[Row]
    whole: bool

    def newest(self, fits: Callable[[Row], bool], limit: int | None) -> list[Row] | None:
        """The newest *limit* rows that fit, newest first; None where older rows, which are not here, may be among them."""
        found = list(islice(filter(fits, self.rows), limit))
        return found if self.whole or len(found) == limit else None


def read_window(
    window: Window[LogEntry], *, after: Position | None, before: Position | None, newest_first: bool, limit: int | None
) -> list[LogEntry] | None:
    """Entries that `Store.read` would give, or None where the window does not reach far enough back."""

    def fits(entry: LogEntry) -> bool:
        return (after is None or entry.position > after) and (before is None or entry.position < before)

    reaches = bool(window.rows) and after is not None and after >= window.rows[-1].position
    return _answer(window, fits, reaches=reaches, newest_first=newest_first, limit=limit)


def query_window(window: Window[Item], query: Query) -> list[Item] | None:
    """Items that `Store.query` would give, or None where the window does not reach far enough back."""

    def place(item: Item) -> Any:
        return item.sort if query.index is None else item.index[query.index][1]

    def fits(item: Item) -> bool:
        sort = place(item)
        return (query.low is None or sort >= query.low) and (query.high is None or sort <= query.high) and not item.expired(query.now)

    # Above the oldest row's place, not at it: others of the same place may have been left out.
    reaches = bool(window.rows) and query.low is not None and query.low > place(window.rows[-1])
    return _answer(window, fits, reaches=reaches, newest_first=query.newest_first, limit=query.limit)


def get_from_window(window: Window[Item], key: Key, now: int | None) -> tuple[bool, Item | None]:
    """The pair (known, item) for *key*, from the window of a table's own partition."""
    for item in window.rows:
        if item.key == key:
            return True, None if item.expired(now) else item
    return window.whole, None


def pack_log(window: Window[LogEntry]) -> bytes:
    """The window of a log as bytes."""
    return _pack(window.whole, [list(entry) for entry in window.rows])


def unpack_log(body: bytes) -> Window[LogEntry]:
    """Inverse of `pack_log`. Raises CorruptRecord for anything else."""
    whole, rows = _unpack(body)
    return Window([LogEntry(*row) for row in rows], whole)


def pack_items(window: Window[Item]) -> bytes:
    """The window of a partition as bytes."""
    rows = [[item.partition, item.sort, item.body, item.version, item.expires, dict(item.index)] for item in window.rows]
    return _pack(window.whole, rows)


def unpack_items(body: bytes) -> Window[Item]:
    """Inverse of `pack_items`. Raises CorruptRecord for anything else."""
    whole, rows = _unpack(body)
    return Window([_item(*row) for row in rows], whole)


def _item(partition: str, sort: str, body: bytes, version: int, expires: int | None, index: dict[str, list[Any]]) -> Item:
    return Item(partition, sort, body, version, expires, {name: (group, place) for name, (group, place) in index.items()})


def _pack(whole: bool, rows: list[list[Any]]) -> bytes:
    body: bytes = msgpack.packb([whole, rows])
    return _CHECKSUM.pack(zlib.crc32(body)) + body


def _unpack(packed: bytes) -> tuple[bool, list[Any]]:
    body = packed[_CHECKSUM.size :]
    if packed[: _CHECKSUM.size] != _CHECKSUM.pack(zlib.crc32(body)):
        raise CorruptRecord("a cached window whose checksum does not match")
    whole, rows = msgpack.unpackb(body)
    return whole, rows


def _answer(window: Window[Row], fits: Callable[[Row], bool], *, reaches: bool, newest_first: bool, limit: int | None) -> list[Row] | None:
    if newest_first and not reaches:
        return window.newest(fits, limit)
    if not (reaches or window.whole):
        return None
    found = list(filter(fits, window.rows))
    return (found if newest_first else found[::-1])[:limit]
