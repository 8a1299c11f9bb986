"""The store in Redis: logs as streams, tables as hashes with sorted sets for their order."""

from __future__ import annotations

from collections.abc import Sequence

from freeagentics.stores.contract import Store
from freeagentics.stores.records import Item, Key, LogEntry, Position, Query, TableSpec
from freeagentics.stores.redis.connection import Connection
from freeagentics.stores.redis.eviction import check_eviction
from freeagentics.stores.redis.items import Items
from freeagentics.stores.redis.keyed import KeyedLog
from freeagentics.stores.redis.queries import Queries
from freeagentics.stores.redis.servers import Call
from freeagentics.stores.redis.streams import StreamLog
from freeagentics.stores.redis.url import RedisUrl


class RedisStore(Store):
    """A run's records on one server, in a cluster or on shards. Many processes may share them.

    A lost connection is tried again for about two seconds. A count of what was deleted may then be too low: the first try may have done it.

    Args:
        address: where, and how.
        run: the run whose records these are.

    Raises:
        BadStore: the servers may throw records away.
        StoreUnavailable: nobody answers.
        AccessDenied: the servers do not let us in.
    """

    def __init__(self, address: RedisUrl, run: str) -> None:
        super().__init__(run)
        self._connection = Connection(address)
        self._log = (KeyedLog if address.keys else StreamLog)(self._connection, run)
        self._items = Items(self._connection, run)
        self._queries = Queries(self._connection, run, self._items)
        try:
            check_eviction(self._connection)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of connections."""
        self._connection.close()

    def drop_run(self) -> None:
        """Delete every key of this run, which reads through the names of all keys there are."""
        self._connection.drop(self.run)

    def _append(self, entries: Sequence[LogEntry]) -> None:
        self._log.append(entries)

    def _read(
        self, agent: str, *, after: Position | None, before: Position | None, newest_first: bool, limit: int | None
    ) -> list[LogEntry]:
        self._connection.check_open()
        return [] if limit == 0 else self._log.read(agent, after=after, before=before, newest_first=newest_first, limit=limit)

    def _replace(self, entries: Sequence[LogEntry]) -> None:
        self._log.replace(entries)

    def _trim(self, agent: str, *, keep: int | None, before_step: int | None) -> int:
        return self._log.trim(agent, keep=keep, before_step=before_step)

    def _count(self, agent: str) -> int:
        return self._log.count(agent)

    def _put(self, table: TableSpec, items: Sequence[Item]) -> None:
        self._connection.check_open()
        self._items.put(table, items)

    def _put_if(self, table: TableSpec, item: Item, expected_version: int | None) -> None:
        self._items.put_if(table, item, expected_version)

    def _get(self, table: TableSpec, keys: Sequence[Key], now: int | None) -> list[Item | None]:
        rows = self._items.rows(table.name, keys)
        return [row.item if row and not row.item.expired(now) else None for row in rows]

    def _query(self, table: TableSpec, query: Query) -> list[Item]:
        self._connection.check_open()
        return self._queries.ask(table, query)

    def _delete(self, table: TableSpec, keys: Sequence[Key]) -> int:
        self._connection.check_open()
        return self._items.delete(table.name, keys)

    def _purge(self, now: int) -> int:
        return self._items.purge(now)

    def _get_cursor(self, name: str) -> int | None:
        values = self._connection.run([(tag, ("HGET", f"{tag}:cursors", name)) for tag in self._connection.tags_everywhere(self.run)])
        # A server that lost its keys has lost its records too, so the cursor counts only where every server has it.
        return min((int(value) for value in values), default=None) if None not in values else None

    def _set_cursor(self, name: str, value: int) -> None:
        tags, retention = self._connection.tags_everywhere(self.run), self._connection.address.retention_s
        calls: list[Call] = [(tag, ("HSET", f"{tag}:cursors", name, value)) for tag in tags]
        # A cursor that outlived the records would vouch for what is gone.
        calls += [(tag, ("EXPIRE", f"{tag}:cursors", retention)) for tag in tags if retention]
        self._connection.run(calls)
