"""Items of tables: written with their entries in indexes, deleted with them.

The entries that have the item's own tag change in one script with it. An index of other agents' items lies elsewhere, perhaps on another
server: its entry is written first and the one before it removed last, each marked with the token of its put, so that a reader, who compares
tokens, sees the item in its old entry or in its new one. What a process leaves that dies in between is an entry that no reader counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from math import inf, nextafter
from secrets import token_hex
from typing import Any

from freeagentics.errors import CorruptRecord, FreeagenticsError
from freeagentics.stores.contract import version_conflict
from freeagentics.stores.records import Item, Key, TableSpec
from freeagentics.stores.redis.connection import Connection, script_call
from freeagentics.stores.redis.errors import named
from freeagentics.stores.redis.keys import split_key, tag_of
from freeagentics.stores.redis.rows import IndexEntry, Row, index_entries, pack_for_script, pack_row, unpack_row
from freeagentics.stores.redis.scripts import DELETE_ITEM, PUT_ITEM, Script
from freeagentics.stores.redis.servers import Call

_BATCH = 1000
"""Items of one trip to the servers."""


class Items:
    """The items of one run.

    Args:
        connection: to the servers.
        run: the run.
    """

    def __init__(self, connection: Connection, run: str) -> None:
        self._connection = connection
        self._run = run

    def put(self, table: TableSpec, items: Sequence[Item]) -> None:
        """Implement `Store.put`, for items of different keys."""
        self._connection.check_open()
        for at in range(0, len(items), _BATCH):
            self._put(table, items[at : at + _BATCH], "")

    def put_if(self, table: TableSpec, item: Item, expected: int | None) -> None:
        """Implement `Store.put_if`. After a lost connection nobody can tell who wrote what is there, so it is not repeated."""
        ((done, found),) = self._put(table, [item], "-" if expected is None else str(expected))
        if found == b"?":
            raise CorruptRecord(f"table {table.name}, item {item.partition!r}, {item.sort!r}: what is stored is not an item")
        if not done:
            raise version_conflict(table, item, expected, None if found == b"-" else int(found))

    def _put(self, table: TableSpec, items: Sequence[Item], expected: str) -> list[Any]:
        token = token_hex(6)
        foreign = [entry for item in items for entry in index_entries(self._run, table.name, item, token) if not entry.local]
        self._connection.run([call for entry in foreign for call in self._add(entry)])
        answers = self._connection.try_run([self._put_call(table, item, token, expected) for item in items], repeat=not expected)
        done = [isinstance(answer, list) and answer[0] == 1 for answer in answers]
        self._leave(table.name, [(item.key, answer[1]) for item, ok, answer in zip(items, done, answers, strict=True) if ok], token)
        self._undo(table, [item for item, ok in zip(items, done, strict=True) if not ok], token)
        for answer in answers:
            if isinstance(answer, Exception):
                raise named(self._connection.address, answer) from answer
        return answers

    def _put_call(self, table: TableSpec, item: Item, token: str, expected: str) -> Call:
        local = [entry for entry in index_entries(self._run, table.name, item, token) if entry.local]
        entries = [part for entry in local for part in (entry.key, repr(entry.score), entry.member)]
        return self._call(
            PUT_ITEM,
            table.name,
            item.key,
            pack_row(self._run, item, token),
            expected,
            "" if item.expires is None else repr(float(item.expires)),
            self._connection.address.retention_s or "",
            pack_for_script(entries),
        )

    def _add(self, entry: IndexEntry) -> Iterable[Call]:
        yield entry.tag, ("ZADD", entry.key, repr(entry.score), entry.member)
        if self._connection.address.retention_s:
            yield entry.tag, ("EXPIRE", entry.key, self._connection.address.retention_s)

    def _undo(self, table: TableSpec, items: Sequence[Item], token: str) -> None:
        # Only tidies up: no reader counts these entries, and what went wrong is raised by the caller.
        with suppress(FreeagenticsError):
            self._remove(entry for item in items for entry in index_entries(self._run, table.name, item, token))

    def _leave(self, table: str, rows: Iterable[tuple[Key, bytes | None]], token: str | None) -> None:
        """Remove the entries elsewhere of rows that were replaced or deleted; *token* is that of the rows now there."""
        entries: list[IndexEntry] = []
        for key, raw in rows:
            # Where a damaged row had its entries cannot be known; no reader counts them, and the row itself is gone now.
            with suppress(CorruptRecord):
                old = None if raw is None else unpack_row(table, key, raw)
                # A put that was sent twice replaces itself.
                if old and old.token and old.token != token:
                    entries += index_entries(self._run, table, old.item, old.token)
        self._remove(entries)

    def _remove(self, entries: Iterable[IndexEntry]) -> None:
        self._connection.run([(entry.tag, ("ZREM", entry.key, entry.member)) for entry in entries if not entry.local])

    def rows(self, table: str, keys: Sequence[Key]) -> list[Row | None]:
        """The rows under *keys*, in their order."""
        calls = []
        for partition, sort in keys:
            tag = tag_of(self._run, partition)
            calls.append((tag, ("HGET", f"{tag}:items:{table}:{partition}", sort)))
        return [None if raw is None else unpack_row(table, key, raw) for key, raw in zip(keys, self._connection.run(calls), strict=True)]

    def delete(self, table: TableSpec, keys: Sequence[Key]) -> int:
        """Implement `Store.delete`, for different keys."""
        self._connection.check_open()
        return self._delete(table.name, [(key, b"") for key in keys])

    def _delete(self, table: str, rows: Sequence[tuple[Key, bytes]]) -> int:
        gone = 0
        for at in range(0, len(rows), _BATCH):
            batch = rows[at : at + _BATCH]
            answers = self._connection.run([self._call(DELETE_ITEM, table, key, raw) for key, raw in batch])
            gone += sum(raw is not None for raw in answers)
            self._leave(table, ((key, raw) for (key, _), raw in zip(batch, answers, strict=True)), None)
        return gone

    def purge(self, now: int) -> int:
        """Implement `Store.purge`."""
        gone = 0
        for keys in self._connection.scan(self._run):
            for key in set(keys):
                split = split_key(key)
                if split and split[1] == b"expiry":
                    gone += self._purge(split[0], now)
        return gone

    def _purge(self, tag: str, now: int) -> int:
        # A score is a double: near the end of 64 bits it may lie beside the time, which the row has exactly.
        upto = repr(nextafter(float(now), inf))
        members = self._connection.call(tag, "ZRANGEBYSCORE", f"{tag}:expiry", "-inf", upto)
        expired: dict[str, list[tuple[Key, bytes]]] = {}
        for table, key, raw in self._raw(tag, members):
            if raw is not None and unpack_row(table, key, raw).item.expired(now):
                expired.setdefault(table, []).append((key, raw))
        return sum(self._delete(table, rows) for table, rows in expired.items())

    def _raw(self, tag: str, members: Sequence[bytes]) -> list[tuple[str, Key, bytes | None]]:
        listed = [member.decode().split("\0") for member in members]
        calls = [(tag, ("HGET", f"{tag}:items:{table}:{partition}", sort)) for table, partition, sort in listed]
        answers = self._connection.run(calls)
        return [(table, (partition, sort), raw) for (table, partition, sort), raw in zip(listed, answers, strict=True)]

    def _call(self, script: Script, table: str, key: Key, *arguments: str | bytes | int) -> Call:
        partition, sort = key
        tag = tag_of(self._run, partition)
        keys = [f"{tag}:items:{table}:{partition}", f"{tag}:order:{table}:{partition}", f"{tag}:expiry"]
        name = f"{partition}\0{sort}"
        return script_call(tag, script, keys, sort, f"{tag}:index:{table}:", name, f"{table}\0{name}", *arguments)
