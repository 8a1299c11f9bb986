"""Tables: items, questions to them, and what reads through whole tables of the service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from freeagentics.stores.dynamodb.errors import Conflict
from freeagentics.stores.dynamodb.items import Items
from freeagentics.stores.dynamodb.parts import is_part, name_of, sweep
from freeagentics.stores.dynamodb.queries import stream
from freeagentics.stores.dynamodb.rows import Row
from freeagentics.stores.records import Item, Key, Query, TableSpec


class Tables(Items):
    """The tables of one run."""

    def get(self, table: TableSpec, keys: Sequence[Key], now: int | None) -> list[Item | None]:
        """Implement `Store.get`."""
        found = self.find(table, keys, consistent=self.connection.consistent_gets)
        living = {key: item for key, item in found.items() if not item.expired(now)}
        return [living.get(key) for key in keys]

    def query(self, table: TableSpec, query: Query) -> list[Item]:
        """Implement `Store.query`."""
        self.connection.check_open()
        return list(islice(stream(self, table, query, page=query.limit), query.limit))

    def purge(self, now: int) -> int:
        """Implement `Store.purge`."""
        return sum(self._purge_table(table, now) for table in self.connection.tables())

    def _purge_table(self, table: str, now: int) -> int:
        gone = 0
        parts: list[Row] = []
        named: set[str] = set()
        for rows in self.scan(table, ("PK", "SK", "expires", "parts", "digest", "written")):
            expired = [row for row in rows if "expires" in row and int(row["expires"]["N"]) <= now]
            gone += sum(self.connection.each(lambda row: self._expire(table, row, now), expired))
            parts += [row for row in rows if is_part(row)]
            named |= {name_of(row) for row in rows if "parts" in row and row not in expired}
        sweep(self.connection, table, parts, named)
        return gone

    def _expire(self, table: str, row: Row, now: int) -> bool:
        try:
            self.connection.call(
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

    def scan(self, table: str, attributes: Sequence[str]) -> Iterator[list[Row]]:
        """These attributes of all rows of this run in a table, which reads through the whole of it."""
        names = {f"#{name}": name for name in attributes}
        asked: dict[str, Any] = {
            "FilterExpression": "begins_with(#PK, :run)",
            "ProjectionExpression": ", ".join(names),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": {":run": {"S": f"{self.run}#"}},
            "ConsistentRead": True,
        }
        return self.connection.pages("scan", table, **asked)
