"""Tiers: a durable store behind a cache in a hot one, as one store."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from freeagentics.clock import wall_clock
from freeagentics.errors import CorruptRecord, StoreUnavailable
from freeagentics.stores.cache import Cache
from freeagentics.stores.contract import Store
from freeagentics.stores.records import Item, Key, LogEntry, Position, Query, TableSpec
from freeagentics.stores.vectors import VectorIndex
from freeagentics.stores.windows import (
    WINDOW_ROWS,
    Row,
    Window,
    get_from_window,
    pack_items,
    pack_log,
    query_window,
    read_window,
    unpack_items,
    unpack_log,
)

GENERATION = "tier-generation"
"""Cursor in the durable store: windows of any other generation are not read."""

RECHECK_S = 1.0
"""Wall time after which the generation is looked up again."""

Scope = tuple[str, str]
"""The scope of a window: whose it is, and which log or order of a table. What begins with ``agent:ID`` is kept where only that agent may
read, if the hot store gives agents rights of their own."""

_OWNED = ("agent:", "target_agent:")
_LONGEST_OWNER = 1024
"""The length that the contract lets a key have; a partition near that is not cached."""


class TieredStore(Store):
    """A durable store whose newest rows are read from a cache. Whatever happens to the hot store, it answers what the durable one holds.

    A write goes to the durable store and throws the windows that it touches out of the cache, where the next read puts them again: so what
    is asked for is hot, and a cache that was lost is filled as it is asked. A hot store that fails is bypassed; what it still holds is then
    of an old generation, and never read again. Threads and processes that reach the hot store always see what was written last; one that
    reaches it while a writer does not may see what stood before, for `recheck_s` at most. Writers of one item must not be several.

    Args:
        durable: the truth; closed with this store.
        cache: over the hot store, which belongs to it alone, and must not bring back after a crash what it saved before.
        recheck_s: wall time after which another writer's new generation is noticed.
    """

    def __init__(self, durable: Store, cache: Cache, *, recheck_s: float = RECHECK_S) -> None:
        super().__init__(durable.run)
        self._durable = durable
        self.cache = cache
        self._recheck_s = recheck_s
        self._known: int | None = None
        self._recheck_at = wall_clock()

    @property
    def vectors(self) -> VectorIndex | None:
        """Those of the durable store."""
        return self._durable.vectors

    def close(self) -> None:
        """Close both stores."""
        self.cache.close()
        self._durable.close()

    def drop_run(self) -> None:
        """Delete every record of this run from both stores."""
        self.cache.clear()
        self._durable.drop_run()
        self._renew()

    # Which windows there are

    def _generation(self) -> int:
        if self._known is None or wall_clock() >= self._recheck_at:
            try:
                found = self._durable.get_cursor(GENERATION)
            except StoreUnavailable:
                # Nobody can write to a durable store that is away, so what the cache holds is right.
                if self._known is None:
                    raise
                return self._known
            if found is None:
                return self._renew()
            self._known, self._recheck_at = found, wall_clock() + self._recheck_s
        return self._known

    def _renew(self) -> int:
        """Begin a new generation: all windows there are count for nothing from now on. Random, so that none ever comes back."""
        generation = secrets.randbits(62)
        self._known = None
        self._durable.set_cursor(GENERATION, generation)
        self._known, self._recheck_at = generation, wall_clock() + self._recheck_s
        return generation

    def _places(self, scopes: Iterable[Scope]) -> list[Key]:
        generation = self._generation()
        return [(owner, f"{generation}|{what}") for owner, what in sorted(set(scopes)) if len(owner) <= _LONGEST_OWNER]

    @contextmanager
    def _changing(self, scopes: Iterable[Scope]) -> Iterator[None]:
        """Nobody reads or fills these windows while the truth changes, and nobody reads afterwards what was filled before."""
        places = self._places(scopes)
        if not self.cache.block(places):
            self._renew()
        try:
            yield
        finally:
            if not self.cache.free(places):
                self._renew()

    def _window(
        self,
        scope: Scope,
        fetch: Callable[[int], list[Row]],
        pack: Callable[[Window[Row]], bytes],
        unpack: Callable[[bytes], Window[Row]],
    ) -> Window[Row] | None:
        """The newest rows of a scope, from the cache or else into it; None where they cannot be cached now."""
        for place in self._places([scope]):
            body, lease = self.cache.get(place)
            if body is not None:
                try:
                    return unpack(body)
                except CorruptRecord:
                    self.cache.free([place])
            if lease is not None:
                rows = fetch(WINDOW_ROWS + 1)
                window = Window(rows[:WINDOW_ROWS], len(rows) <= WINDOW_ROWS)
                self.cache.fill(place, pack(window), lease)
                return window
        return None

    # The log

    def _append(self, entries: Sequence[LogEntry]) -> None:
        with self._changing(_log_scope(entry.agent) for entry in entries):
            self._durable.append(entries)

    def _replace(self, entries: Sequence[LogEntry]) -> None:
        with self._changing(_log_scope(entry.agent) for entry in entries):
            self._durable.replace(entries)

    def _trim(self, agent: str, *, keep: int | None, before_step: int | None) -> int:
        with self._changing([_log_scope(agent)]):
            return self._durable.trim(agent, keep=keep, before_step=before_step)

    def _read(
        self, agent: str, *, after: Position | None, before: Position | None, newest_first: bool, limit: int | None
    ) -> list[LogEntry]:
        window = self._window(
            _log_scope(agent), lambda rows: self._durable.read(agent, newest_first=True, limit=rows), pack_log, unpack_log
        )
        found = read_window(window, after=after, before=before, newest_first=newest_first, limit=limit) if window else None
        if found is None:
            return self._durable.read(agent, after=after, before=before, newest_first=newest_first, limit=limit)
        return found

    def _count(self, agent: str) -> int:
        return self._durable.count(agent)

    # Tables of items

    def _touched(self, table: TableSpec, keys: Sequence[Key], items: Sequence[Item]) -> set[Scope]:
        """Windows that list these items, or those under these keys as they stand now."""
        stand = [item for item in self._durable.get(table, keys) if item is not None] if table.indexes else []
        scopes = {_scope(table, None, partition) for partition, _ in keys}
        return scopes | {_scope(table, name, group) for item in (*stand, *items) for name, (group, _) in item.index.items()}

    def _put(self, table: TableSpec, items: Sequence[Item]) -> None:
        with self._changing(self._touched(table, [item.key for item in items], items)):
            self._durable.put(table, items)

    def _put_if(self, table: TableSpec, item: Item, expected_version: int | None) -> None:
        with self._changing(self._touched(table, [item.key], [item])):
            self._durable.put_if(table, item, expected_version)

    def _delete(self, table: TableSpec, keys: Sequence[Key]) -> int:
        with self._changing(self._touched(table, keys, ())):
            return self._durable.delete(table, keys)

    def _get(self, table: TableSpec, keys: Sequence[Key], now: int | None) -> list[Item | None]:
        # Keys of many partitions would cost the cache a call each, and the durable store one for all.
        if len(keys) == 1:
            window = self._window_of(table, None, keys[0][0])
            known, item = get_from_window(window, keys[0], now) if window else (False, None)
            if known:
                return [item]
        return self._durable.get(table, keys, now)

    def _query(self, table: TableSpec, query: Query) -> list[Item]:
        window = self._window_of(table, query.index, query.partition)
        found = query_window(window, query) if window else None
        if found is None:
            return self._durable.query(
                table,
                query.partition,
                index=query.index,
                low=query.low,
                high=query.high,
                newest_first=query.newest_first,
                limit=query.limit,
                now=query.now,
            )
        return found

    def _window_of(self, table: TableSpec, index: str | None, partition: str) -> Window[Item] | None:
        if index is not None and not partition.startswith(_OWNED):
            # It lists what is private to many agents, and a window would show that to all.
            return None

        def fetch(rows: int) -> list[Item]:
            return self._durable.query(table, partition, index=index, newest_first=True, limit=rows)

        return self._window(_scope(table, index, partition), fetch, pack_items, unpack_items)

    def _purge(self, now: int) -> int:
        # Which windows hold what goes, only a reading of all of them would tell.
        self._renew()
        try:
            return self._durable.purge(now)
        finally:
            self._renew()

    # Cursors

    def _get_cursor(self, name: str) -> int | None:
        return self._durable.get_cursor(name)

    def _set_cursor(self, name: str, value: int) -> None:
        self._durable.set_cursor(name, value)


def _log_scope(agent: str) -> Scope:
    return f"agent:{agent}#log", "log"


def _scope(table: TableSpec, index: str | None, partition: str) -> Scope:
    return f"{partition}#window", f"{table.name}|{index or ''}"
