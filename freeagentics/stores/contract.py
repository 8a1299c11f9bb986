"""The contract of a store: what every backend does, documented and checked here once.

Public verbs check their arguments, make numpy's numbers and texts Python's own, and hand them to the backend's verb of the same name
with an underscore, so no backend can forget a check. Every call is atomic over one item, and over one agent's entries but for `append`,
which may show, or leave if it is cut off, the first of them only: appended again they are whole. Nothing spans two calls. A backend
raises `StoreUnavailable` where its driver fails, and for every verb after `close`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from reprlib import repr as short
from types import TracebackType
from typing import Self

from freeagentics.errors import BadInput, VersionConflict
from freeagentics.stores.records import Item, Key, LogEntry, Position, Query, TableSpec
from freeagentics.stores.validation import check_agent, check_int, check_key, check_limit, check_now, check_run
from freeagentics.stores.vectors import VectorIndex


class Store(ABC):
    """The records of one run in one place: a log per agent, tables of items, and cursors; safe to share between threads.

    A context manager that closes on leaving. Two runs in one place never see each other's records.

    Attributes:
        run: id of the run whose records these are.
    """

    def __init__(self, run: str) -> None:
        self.run = check_run(run)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def vectors(self) -> VectorIndex | None:
        """Vectors of memories, where this store searches by likeness."""
        return None

    @abstractmethod
    def close(self) -> None:
        """Let go of files and connections; closing twice is harmless."""

    @abstractmethod
    def drop_run(self) -> None:
        """Delete every record of this run: logs, items of all tables, cursors. The store stays open, empty."""

    # The log: memories, per agent in time

    def append(self, entries: Sequence[LogEntry]) -> None:
        """Add entries of any number of agents; a position that is already there keeps the entry it has.

        So what was appended may be appended again. Any order is right; ascending positions per agent are what streams are fast at.
        """
        self._append([entry.checked() for entry in entries])

    def read(
        self,
        agent: str,
        *,
        after: Position | None = None,
        before: Position | None = None,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> list[LogEntry]:
        """Entries strictly between two positions, oldest first unless *newest_first*, at most *limit* of them."""
        bounds = {"after": _checked_position(after), "before": _checked_position(before)}
        return self._read(check_agent(agent), **bounds, newest_first=newest_first, limit=check_limit(limit))

    def replace(self, entries: Sequence[LogEntry]) -> None:
        """Rewrite the bodies of existing positions (consolidation); timestamps stay.

        Raises:
            KeyError: a position is not there; then no entry of its agent has changed.
        """
        self._replace([entry.checked() for entry in entries])

    def trim(self, agent: str, *, keep: int | None = None, before_step: int | None = None) -> int:
        """Forget all but the newest *keep* entries, or those of steps below *before_step* (give one); returns how many went."""
        if (keep is None) == (before_step is None):
            raise BadInput("trim takes either keep or before_step")
        kept = None if keep is None else check_int("keep", keep, low=0)
        first = None if before_step is None else check_int("before_step", before_step)
        return self._trim(check_agent(agent), keep=kept, before_step=first)

    def count(self, agent: str) -> int:
        """The number of entries in the agent's log."""
        return self._count(check_agent(agent))

    # Tables of items

    def put(self, table: TableSpec, items: Sequence[Item]) -> None:
        """Write items over whatever stands under their keys, index entries too; of two with one key the last counts."""
        checked = [item.checked(table) for item in items]
        self._put(table, list({item.key: item for item in checked}.values()))

    def put_if(self, table: TableSpec, item: Item, expected_version: int | None) -> None:
        """Write *item* if the stored version is *expected_version*, or if there is none where that is None; atomic.

        An item that has expired and was not purged still counts as stored.

        Raises:
            VersionConflict: another version, or none, was there; nothing has changed.
        """
        expected = None if expected_version is None else check_int("expected_version", expected_version)
        self._put_if(table, item.checked(table), expected)

    def get(self, table: TableSpec, keys: Sequence[Key], now: int | None = None) -> list[Item | None]:
        """The items under *keys*, in their order, None where there is none or it has expired at *now*."""
        return self._get(table, _checked_keys(keys), check_now(now))

    def query(
        self,
        table: TableSpec,
        partition: str,
        *,
        index: str | None = None,
        low: float | str | None = None,
        high: float | str | None = None,
        newest_first: bool = False,
        limit: int | None = None,
        now: int | None = None,
    ) -> list[Item]:
        """Items of one partition, of the table or of an index, by ascending sort key, or descending with *newest_first*.

        Both ends of *low* to *high* are in the range; items of equal sort key in an index come in the order of their own keys. Items
        that have expired at *now* are left out before *limit* counts.
        """
        query = Query(partition=partition, index=index, low=low, high=high, newest_first=newest_first, limit=limit, now=now)
        return self._query(table, query.checked(table))

    def delete(self, table: TableSpec, keys: Sequence[Key]) -> int:
        """Delete the items under *keys*; returns how many there were."""
        return self._delete(table, list(dict.fromkeys(_checked_keys(keys))))

    def purge(self, now: int) -> int:
        """Delete every item, of every table, that has expired at market time *now*; returns how many."""
        return self._purge(check_int("now", now))

    # Cursors

    def get_cursor(self, name: str) -> int | None:
        """A number kept under a name, None where there is none: how far a projector has come."""
        return self._get_cursor(check_key("cursor name", name))

    def set_cursor(self, name: str, value: int) -> None:
        """Keep *value* under *name*."""
        self._set_cursor(check_key("cursor name", name), check_int("cursor", value))

    # What a backend writes: the verbs above, with arguments that are already checked

    @abstractmethod
    def _append(self, entries: Sequence[LogEntry]) -> None: ...

    @abstractmethod
    def _read(
        self, agent: str, *, after: Position | None, before: Position | None, newest_first: bool, limit: int | None
    ) -> list[LogEntry]: ...

    @abstractmethod
    def _replace(self, entries: Sequence[LogEntry]) -> None: ...

    @abstractmethod
    def _trim(self, agent: str, *, keep: int | None, before_step: int | None) -> int: ...

    @abstractmethod
    def _count(self, agent: str) -> int: ...

    @abstractmethod
    def _put(self, table: TableSpec, items: Sequence[Item]) -> None: ...

    @abstractmethod
    def _put_if(self, table: TableSpec, item: Item, expected_version: int | None) -> None: ...

    @abstractmethod
    def _get(self, table: TableSpec, keys: Sequence[Key], now: int | None) -> list[Item | None]: ...

    @abstractmethod
    def _query(self, table: TableSpec, query: Query) -> list[Item]: ...

    @abstractmethod
    def _delete(self, table: TableSpec, keys: Sequence[Key]) -> int: ...

    @abstractmethod
    def _purge(self, now: int) -> int: ...

    @abstractmethod
    def _get_cursor(self, name: str) -> int | None: ...

    @abstractmethod
    def _set_cursor(self, name: str, value: int) -> None: ...


def missing_entry(entry: LogEntry) -> KeyError:
    """The error of a replacement for an entry that is not in the log."""
    return KeyError(f"agent {entry.agent} has no entry at step {entry.step}, sequence {entry.sequence}")


def version_conflict(table: TableSpec, item: Item, expected: int | None, found: int | None) -> VersionConflict:
    """The error of a conditional put that met version *found* instead of *expected*; None stands for no item."""
    wanted, met = ("no item" if version is None else f"version {version}" for version in (expected, found))
    return VersionConflict(f"table {table.name}, item {short(item.key)}: expected {wanted}, found {met}")


def _checked_keys(keys: Sequence[Key]) -> list[Key]:
    return [(check_key("partition", partition), check_key("sort key", sort)) for partition, sort in keys]


def _checked_position(position: Position | None) -> Position | None:
    return None if position is None else (check_int("position", position[0]), check_int("position", position[1]))
