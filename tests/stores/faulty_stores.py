"""Stores that fail on purpose: a real one behind a wrapper that raises before or after a call is applied, or empties it silently."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from freeagentics.errors import StoreUnavailable
from freeagentics.stores import Item, Key, LogEntry, Position, Store, TableSpec
from freeagentics.stores.records import Query

Fault = Literal["none", "before", "after", "emptied"]


class FaultyStore(Store):
    """Asks *fault* before every call what is to happen to it; closing does not close the store behind."""

    def __init__(self, inner: Store, fault: Callable[[], Fault]) -> None:
        super().__init__(inner.run)
        self.inner = inner
        self._fault = fault

    @contextmanager
    def _call(self) -> Iterator[None]:
        fault = self._fault()
        if fault == "before":
            raise StoreUnavailable("the store failed before it did anything")
        if fault == "emptied":
            self.inner.drop_run()
        yield
        if fault == "after":
            raise StoreUnavailable("the store failed after it had done it")

    def close(self) -> None:
        pass

    def drop_run(self) -> None:
        with self._call():
            self.inner.drop_run()

    def _append(self, entries: Sequence[LogEntry]) -> None:
        with self._call():
            self.inner.append(entries)

    def _read(
        self, agent: str, *, after: Position | None, before: Position | None, newest_first: bool, limit: int | None
    ) -> list[LogEntry]:
        with self._call():
            return self.inner.read(agent, after=after, before=before, newest_first=newest_first, limit=limit)

    def _replace(self, entries: Sequence[LogEntry]) -> None:
        with self._call():
            self.inner.replace(entries)

    def _trim(self, agent: str, *, keep: int | None, before_step: int | None) -> int:
        with self._call():
            return self.inner.trim(agent, keep=keep, before_step=before_step)

    def _count(self, agent: str) -> int:
        with self._call():
            return self.inner.count(agent)

    def _put(self, table: TableSpec, items: Sequence[Item]) -> None:
        with self._call():
            self.inner.put(table, items)

    def _put_if(self, table: TableSpec, item: Item, expected_version: int | None) -> None:
        with self._call():
            self.inner.put_if(table, item, expected_version)

    def _get(self, table: TableSpec, keys: Sequence[Key], now: int | None) -> list[Item | None]:
        with self._call():
            return self.inner.get(table, keys, now)

    def _query(self, table: TableSpec, query: Query) -> list[Item]:
        with self._call():
            return self.inner._query(table, query)

    def _delete(self, table: TableSpec, keys: Sequence[Key]) -> int:
        with self._call():
            return self.inner.delete(table, keys)

    def _purge(self, now: int) -> int:
        with self._call():
            return self.inner.purge(now)

    def _get_cursor(self, name: str) -> int | None:
        with self._call():
            return self.inner.get_cursor(name)

    def _set_cursor(self, name: str, value: int) -> None:
        with self._call():
            self.inner.set_cursor(name, value)
