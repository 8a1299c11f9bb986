"""The store in DynamoDB: a table of the service for every table, and one for the logs and cursors of all agents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from freeagentics.errors import BadStore
from freeagentics.stores.contract import Store
from freeagentics.stores.dynamodb.connection import Connection
from freeagentics.stores.dynamodb.errors import Conflict, MissingTable
from freeagentics.stores.dynamodb.items import Items
from freeagentics.stores.dynamodb.log import MEMORIES, Log
from freeagentics.stores.dynamodb.parts import is_part, name_of, sweep
from freeagentics.stores.dynamodb.queries import stream
from freeagentics.stores.dynamodb.rows import Row
from freeagentics.stores.dynamodb.url import DynamoUrl
from freeagentics.stores.records import Item, Key, LogEntry, Position, Query, TableSpec

_CURSORS = "cursor"


class DynamoStore(Store):
    """A run's records in the tables of one deployment. Many processes may share them.

    Reads are consistent: what a store has put, it and others get at once, by key, by range and from the log. An index is brought up by the
    service a moment after its table, so a query by index may miss what was put in the last second; what it does answer is checked against
    the table. What one call appends to an agent's log appears by pages of sixteen steps, oldest first; what one call replaces or trims,
    at once up to 100 pages and 3.5 MB.

    Args:
        address: whose tables.
        run: the run whose records these are.

    Raises:
        BadStore: the tables have not been made.
        StoreUnavailable: nobody answers.
        AccessDenied: it does not let us in; so does every verb where a right is missing.
    """

    def __init__(self, address: DynamoUrl, run: str) -> None:
        super().__init__(run)
        self._connection = Connection(address)
        self._items = Items(self._connection, run)
        self._log = Log(self._items)
        try:
            self._connection.describe(address.table(MEMORIES.name))
        except MissingTable as error:
            self.close()
            raise BadStore(str(error)) from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of connections."""
        self._connection.close()

    def drop_run(self) -> None:
        """Delete every record of this run, which reads through all tables."""
        for table in self._connection.tables():
            for rows in self._rows(table, ("PK", "SK")):
                self._connection.delete(table, rows)

    def _append(self, entries: Sequence[LogEntry]) -> None:
        self._log.append(entries)

    def _read(
        self, agent: str, *, after: Position | None, before: Position | None, newest_first: bool, limit: int | None
    ) -> list[LogEntry]:
        self._connection.check_open()
        return self._log.read(agent, after=after, before=before, newest_first=newest_first, limit=limit)

    def _replace(self, entries: Sequence[LogEntry]) -> None:
        self._log.replace(entries)

    def _trim(self, agent: str, *, keep: int | None, before_step: int | None) -> int:
        return self._log.trim(agent, keep=keep, before_step=before_step)

    def _count(self, agent: str) -> int:
        return self._log.count(agent)

    def _put(self, table: TableSpec, items: Sequence[Item]) -> None:
        self._items.put(table, items)

    def _put_if(self, table: TableSpec, item: Item, expected_version: int | None) -> None:
        self._items.put_if(table, item, expected_version)

    def _get(self, table: TableSpec, keys: Sequence[Key], now: int | None) -> list[Item | None]:
        found = self._items.get(table, keys, consistent=self._connection.consistent_gets)
        living = {key: item for key, item in found.items() if not item.expired(now)}
        return [living.get(key) for key in keys]

    def _query(self, table: TableSpec, query: Query) -> list[Item]:
        self._connection.check_open()
        return list(islice(stream(self._items, table, query, page=query.limit), query.limit))

    def _delete(self, table: TableSpec, keys: Sequence[Key]) -> int:
        return self._items.delete(table, keys)

    def _purge(self, now: int) -> int:
        return sum(self._purge_table(table, now) for table in self._connection.tables())

    def _purge_table(self, table: str, now: int) -> int:
        gone = 0
        parts: list[Row] = []
        named: set[str] = set()
        for rows in self._rows(table, ("PK", "SK", "expires", "parts", "digest", "written")):
            expired = [row for row in rows if "expires" in row and int(row["expires"]["N"]) <= now]
            gone += sum(self._connection.each(lambda row: self._expire(table, row, now), expired))
            parts += [row for row in rows if is_part(row)]
            named |= {name_of(row) for row in rows if "parts" in row and row not in expired}
        sweep(self._connection, table, parts, named)
        return gone

    def _expire(self, table: str, row: Row, now: int) -> bool:
        try:
            self._connection.call(
                "delete_item",
                table,
                TableName=table,
                Key={name: row[name] for name in ("PK", "SK")},
                ConditionExpression="expires <= :now",
                ExpressionAttributeValues={":now": {"N": str(now)}},
            )
        except Conflict:
            # Written anew since it was read, to live longer.
            return False
        return True

    def _rows(self, table: str, attributes: Sequence[str]) -> Iterator[list[Row]]:
        """These attributes of all rows of this run in a table, which reads through the whole of it."""
        names = {f"#{name}": name for name in attributes}
        asked: dict[str, Any] = {
            "FilterExpression": "begins_with(#PK, :run)",
            "ProjectionExpression": ", ".join(names),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": {":run": {"S": f"{self.run}#"}},
            "ConsistentRead": True,
        }
        return self._connection.pages("scan", table, **asked)

    def _get_cursor(self, name: str) -> int | None:
        found = self._items.get(MEMORIES, [(_CURSORS, name)], consistent=True)
        return int(found[_CURSORS, name].body) if found else None

    def _set_cursor(self, name: str, value: int) -> None:
        self._items.put(MEMORIES, [Item(_CURSORS, name, b"%d" % value)])
