"""A store in this process's memory, for tests: it lives as long as the object, and every open gives a new one."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice

from freeagentics.errors import StoreUnavailable
from freeagentics.stores.contract import Store, missing_entry, version_conflict
from freeagentics.stores.records import Item, Key, LogEntry, Position, Query, TableSpec

IndexKey = tuple[str, str | None, str]
"""(table, index or None for the table's own order, partition in it)."""


class MemoryStore(Store):
    """Plain dictionaries behind one lock. Reads sort what they return: right at any size, quick at a test's."""

    def __init__(self, run: str) -> None:
        super().__init__(run)
        self._lock = threading.Lock()
        self._closed = False
        self._clear()

    def close(self) -> None:
        """Forget everything: what was never elsewhere cannot be reopened."""
        with self._lock:
            self._closed = True
            self._clear()

    def drop_run(self) -> None:
        """Delete every record."""
        with self._open():
            self._clear()

    def _clear(self) -> None:
        self._logs: dict[str, dict[Position, LogEntry]] = {}
        self._items: dict[tuple[str, Key], Item] = {}
        self._indexes: dict[IndexKey, dict[Key, float | str]] = {}
        self._cursors: dict[str, int] = {}

    @contextmanager
    def _open(self) -> Iterator[None]:
        with self._lock:
            if self._closed:
                raise StoreUnavailable(f"the memory: store of run {self.run} is closed; open another")
            yield

    def _append(self, entries: Sequence[LogEntry]) -> None:
        with self._open():
            for entry in entries:
                self._logs.setdefault(entry.agent, {}).setdefault(entry.position, entry)

    def _read(
        self, agent: str, *, after: Position | None, before: Position | None, newest_first: bool, limit: int | None
    ) -> list[LogEntry]:
        with self._open():
            log = self._logs.get(agent, {})
            between = [p for p in log if (after is None or p > after) and (before is None or p < before)]
            return [log[position] for position in sorted(between, reverse=newest_first)[:limit]]

    def _replace(self, entries: Sequence[LogEntry]) -> None:
        with self._open():
            for entry in entries:
                if entry.position not in self._logs.get(entry.agent, {}):
                    raise missing_entry(entry)
            for entry in entries:
                log = self._logs[entry.agent]
                log[entry.position] = log[entry.position]._replace(body=entry.body)

    def _trim(self, agent: str, *, keep: int | None, before_step: int | None) -> int:
        with self._open():
            log = self._logs.get(agent, {})
            if keep is None:
                gone = [position for position in log if before_step is not None and position[0] < before_step]
            else:
                gone = sorted(log, reverse=True)[keep:]
            for position in gone:
                del log[position]
            return len(gone)

    def _count(self, agent: str) -> int:
        with self._open():
            return len(self._logs.get(agent, {}))

    def _put(self, table: TableSpec, items: Sequence[Item]) -> None:
        with self._open():
            for item in items:
                self._remove(table.name, item.key)
                self._add(table.name, item)

    def _put_if(self, table: TableSpec, item: Item, expected_version: int | None) -> None:
        with self._open():
            stored = self._items.get((table.name, item.key))
            found = None if stored is None else stored.version
            if found != expected_version:
                raise version_conflict(table, item, expected_version, found)
            self._remove(table.name, item.key)
            self._add(table.name, item)

    def _get(self, table: TableSpec, keys: Sequence[Key], now: int | None) -> list[Item | None]:
        with self._open():
            found = [self._items.get((table.name, key)) for key in keys]
        return [None if item is None or item.expired(now) else _copy(item) for item in found]

    def _query(self, table: TableSpec, query: Query) -> list[Item]:
        with self._open():
            listed = self._indexes.get((table.name, query.index, query.partition), {})
            entries = sorted(((sort, key) for key, sort in listed.items() if _within(sort, query)), reverse=query.newest_first)
            items = [self._items[table.name, key] for _, key in entries]
        living = (item for item in items if not item.expired(query.now))
        return [_copy(item) for item in islice(living, query.limit)]

    def _delete(self, table: TableSpec, keys: Sequence[Key]) -> int:
        with self._open():
            return sum(self._remove(table.name, key) for key in keys)

    def _purge(self, now: int) -> int:
        with self._open():
            return sum(self._remove(*place) for place, item in list(self._items.items()) if item.expired(now))

    def _get_cursor(self, name: str) -> int | None:
        with self._open():
            return self._cursors.get(name)

    def _set_cursor(self, name: str, value: int) -> None:
        with self._open():
            self._cursors[name] = value

    def _add(self, table: str, item: Item) -> None:
        self._items[table, item.key] = _copy(item)
        for index, sort in _index_entries(table, item):
            self._indexes.setdefault(index, {})[item.key] = sort

    def _remove(self, table: str, key: Key) -> bool:
        item = self._items.pop((table, key), None)
        if item is None:
            return False
        for index, _ in _index_entries(table, item):
            del self._indexes[index][key]
        return True


def _index_entries(table: str, item: Item) -> Iterator[tuple[IndexKey, float | str]]:
    yield (table, None, item.partition), item.sort
    for index, (partition, sort) in item.index.items():
        yield (table, index, partition), sort


def _within(sort: float | str, query: Query) -> bool:
    # The contract has checked that a partition's sort keys and the bounds are of one kind.
    return (query.low is None or sort >= query.low) and (query.high is None or sort <= query.high)  # type: ignore[operator]


def _copy(item: Item) -> Item:
    # The mapping is the caller's and may change; shared, it would no longer name the index entries of the item.
    return replace(item, index=dict(item.index))
