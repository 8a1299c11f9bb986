"""Items of tables as rows of DynamoDB: written, found by key, deleted; alone, in batches, in transactions."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import uuid4

from freeagentics.clock import DAY_MS
from freeagentics.errors import CorruptRecord
from freeagentics.stores.contract import version_conflict
from freeagentics.stores.dynamodb.connection import Connection
from freeagentics.stores.dynamodb.errors import Conflict
from freeagentics.stores.dynamodb.parts import fetch, stow
from freeagentics.stores.dynamodb.rows import Row, item_of, key_of, key_row, row_of
from freeagentics.stores.records import Item, Key, TableSpec

_DAY_S = DAY_MS // 1000
_LOOKS = 3

# Limits of a transaction: 100 rows and 4 MB, of which keys and names want some.
_TRANSACTION_ROWS = 100
_TRANSACTION_BYTES = 3_500_000


class Change(NamedTuple):
    """One row of a transaction: *item* is to stand under *key*, or nothing where it is None, if *expected* is the version there now."""

    key: Key
    item: Item | None
    expected: int | None

    @property
    def size(self) -> int:
        """About how many bytes it takes in a request."""
        return 4000 + (len(self.item.body) if self.item else 0)


class Items:
    """The items of one run.

    Args:
        connection: to the tables.
        run: whose items.
    """

    def __init__(self, connection: Connection, run: str) -> None:
        self.connection = connection
        self.run = run

    def table(self, table: TableSpec) -> str:
        """The table's full name."""
        return self.connection.address.table(table.name)

    def put(self, table: TableSpec, items: Sequence[Item]) -> None:
        """Write items over what stands under their keys."""
        self.connection.put(self.table(table), [self._row(table, item) for item in items])

    def put_if(self, table: TableSpec, item: Item, expected: int | None) -> None:
        """Write *item* over version *expected*; raises `VersionConflict` over another."""
        # An answer may be lost and the driver ask again: the token tells a conflict with somebody else from one with ourselves.
        token = uuid4().bytes
        row = self._row(table, item) | {"token": {"B": token}}
        name = self.table(table)
        try:
            self.connection.call("put_item", name, TableName=name, Item=row, **_condition(expected))
        except Conflict:
            found = self.rows(table, [item.key], consistent=True).get(item.key)
            if found is None or found.get("token", {}).get("B") != token:
                raise version_conflict(table, item, expected, None if found is None else int(found["version"]["N"])) from None

    def find(self, table: TableSpec, keys: Sequence[Key], *, consistent: bool) -> dict[Key, Item]:
        """The items that there are under *keys*."""
        rows = self.rows(table, keys, consistent=consistent)
        found = {key: self.whole(table, row) for key, row in rows.items()}
        return {key: item for key, item in found.items() if item is not None}

    def rows(self, table: TableSpec, keys: Sequence[Key], *, consistent: bool) -> dict[Key, Row]:
        """The rows that there are under *keys*, without parts of bodies."""
        wanted = {key: key_row(self.run, key) for key in keys}
        found = self.connection.get(self.table(table), list(wanted.values()), consistent=consistent)
        by_key = {key_of(row): row for row in found}
        return {key: by_key[key_of(row)] for key, row in wanted.items() if key_of(row) in by_key}

    def whole(self, table: TableSpec, row: Row) -> Item | None:
        """The item of a row, with its body; None where it was deleted while its parts were fetched.

        Raises:
            CorruptRecord: parts of the body are missing or damaged.
        """
        name = self.table(table)
        for _ in range(_LOOKS):
            body = fetch(self.connection, name, row)
            if body is not None:
                return item_of(self.run, row, body)
            # Written over since the row was read, and swept: the row as it is now names other parts.
            rows = self.connection.get(name, [{"PK": row["PK"], "SK": row["SK"]}], consistent=True)
            if not rows:
                return None
            (row,) = rows
        item = item_of(self.run, row, b"")
        raise CorruptRecord(f"store {self.connection.address}, table {name}, item {item.key}: parts of its body are missing or damaged")

    def delete(self, table: TableSpec, keys: Sequence[Key]) -> int:
        """Delete what stands under *keys*; returns how many there were."""
        return sum(self.connection.each(lambda key: self._delete(self.table(table), key), keys))

    def _delete(self, name: str, key: Key) -> bool:
        answer = self.connection.call("delete_item", name, TableName=name, Key=key_row(self.run, key), ReturnValues="ALL_OLD")
        return bool(answer.get("Attributes"))

    def commit(self, table: TableSpec, changes: Sequence[Change]) -> None:
        """Make all changes or none; `transactions` says how many may go together. Raises `Conflict` where a version is another."""
        name = self.table(table)
        if len(changes) == 1 and changes[0].item is not None:
            # As good as a transaction, for half the price.
            row = self._row(table, changes[0].item)
            self.connection.call("put_item", name, TableName=name, Item=row, **_condition(changes[0].expected))
        else:
            self.connection.call("transact_write_items", name, TransactItems=[self._action(table, name, change) for change in changes])

    def _action(self, table: TableSpec, name: str, change: Change) -> dict[str, Any]:
        condition = {"TableName": name, **_condition(change.expected)}
        if change.item is None:
            return {"Delete": {"Key": key_row(self.run, change.key), **condition}}
        return {"Put": {"Item": self._row(table, change.item), **condition}}

    def _row(self, table: TableSpec, item: Item) -> Row:
        row = row_of(self.run, table, item)
        days = self.connection.address.retention_days
        if days is not None:
            row["ttl"] = {"N": str(int(time.time()) + days * _DAY_S)}
        return stow(self.connection, self.table(table), row, item.body)


def transactions(changes: Sequence[Change]) -> list[list[Change]]:
    """*changes* in their order, in lots that `Items.commit` can make at once."""
    lots: list[list[Change]] = []
    room = 0
    for change in changes:
        if not lots or len(lots[-1]) == _TRANSACTION_ROWS or change.size > room:
            lots.append([])
            room = _TRANSACTION_BYTES
        lots[-1].append(change)
        room -= change.size
    return lots


def _condition(expected: int | None) -> dict[str, Any]:
    if expected is None:
        return {"ConditionExpression": "attribute_not_exists(PK)"}
    return {
        "ConditionExpression": "#version = :expected",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": {":expected": {"N": str(expected)}},
    }
