"""Stores made of two parts, one for logs and one for tables, as backends over a server are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from freeagentics.stores.contract import Store
from freeagentics.stores.records import Item, Key, LogEntry, Position, Query, TableSpec


class LogPart(Protocol):
    """Logs of agents: the verbs of `Store`, with arguments that are already checked."""

    def append(self, entries: Sequence[LogEntry]) -> None:
        """Implement `Store.append`."""

    def read(self, agent: str, *, after: Position | None, before: Position | None, newest_first: bool, limit: int | None) -> list[LogEntry]:
        """Implement `Store.read`."""

    def replace(self, entries: Sequence[LogEntry]) -> None:
        """Implement `Store.replace`."""

    def trim(self, agent: str, *, keep: int | None, before_step: int | None) -> int:
        """Implement `Store.trim`."""

    def count(self, agent: str) -> int:
        """Implement `Store.count`."""


class TablesPart(Protocol):
    """Tables of items: the verbs of `Store`, with arguments that are already checked."""

    def put(self, table: TableSpec, items: Sequence[Item]) -> None:
        """Implement `Store.put`."""

    def put_if(self, table: TableSpec, item: Item, expected: int | None) -> None:
        """Implement `Store.put_if`."""

    def get(self, table: TableSpec, keys: Sequence[Key], now: int | None) -> list[Item | None]:
        """Implement `Store.get`."""

    def query(self, table: TableSpec, query: Query) -> list[Item]:
        """Implement `Store.query`."""

    def delete(self, table: TableSpec, keys: Sequence[Key]) -> int:
        """Implement `Store.delete`."""

    def purge(self, now: int) -> int:
        """Implement `Store.purge`."""


class ComposedStore(Store):
    """A store that hands its verbs to two parts; what is left to it are cursors, closing and dropping the run."""

    _log: LogPart
    _tables: TablesPart

    def _append(self, entries: Sequence[LogEntry]) -> None:
        self._log.append(entries)

    def _read(
        self, agent: str, *, after: Position | None, before: Position | None, newest_first: bool, limit: int | None
    ) -> list[LogEntry]:
        return self._log.read(agent, after=after, before=before, newest_first=newest_first, limit=limit)

    def _replace(self, entries: Sequence[LogEntry]) -> None:
        self._log.replace(entries)

    def _trim(self, agent: str, *, keep: int | None, before_step: int | None) -> int:
        return self._log.trim(agent, keep=keep, before_step=before_step)

    def _count(self, agent: str) -> int:
        return self._log.count(agent)

    def _put(self, table: TableSpec, items: Sequence[Item]) -> None:
        self._tables.put(table, items)

    def _put_if(self, table: TableSpec, item: Item, expected_version: int | None) -> None:
        self._tables.put_if(table, item, expected_version)

    def _get(self, table: TableSpec, keys: Sequence[Key], now: int | None) -> list[Item | None]:
        return self._tables.get(table, keys, now)

    def _query(self, table: TableSpec, query: Query) -> list[Item]:
        return self._tables.query(table, query)

    def _delete(self, table: TableSpec, keys: Sequence[Key]) -> int:
        return self._tables.delete(table, keys)

    def _purge(self, now: int) -> int:
        return self._tables.purge(now)
