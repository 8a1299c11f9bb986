"""From an item to DynamoDB's attributes and back."""

from __future__ import annotations

from typing import Any

import msgpack

from freeagentics.stores.dynamodb.keys import fits, index_sort_key, partition_key, sort_key
from freeagentics.stores.records import Item, Key, TableSpec
from freeagentics.stores.validation import MAX_SORT

Row = dict[str, dict[str, Any]]
"""Attributes by name, each ``{"S": text}``, ``{"N": text of a number}`` or ``{"B": bytes}``."""


def key_row(run: str, key: Key) -> Row:
    """The primary key of an item."""
    return {"PK": {"S": partition_key(run, key[0])}, "SK": {"S": sort_key(key[1])}}


def key_of(row: Row) -> Key:
    """The primary key of a row, as it stands in the table."""
    return row["PK"]["S"], row["SK"]["S"]


def index_entry(row: Row, partition: str, sort: str) -> tuple[str, float | str]:
    """The index entry that two attributes of a row make; numbers as numbers, which have many spellings."""
    return row[partition]["S"], _sort(row[sort])


def row_of(run: str, table: TableSpec, item: Item) -> Row:
    """All attributes of an item but its body.

    Those of the keys are ``PK``, ``SK``, ``GSI1_PK``, ``GSI1_SK``. What does not fit into keys stands
    whole in ``exact``.
    """
    row = key_row(run, item.key) | {"version": {"N": str(item.version)}}
    if item.expires is not None:
        row["expires"] = {"N": str(item.expires)}
    for name, (partition, sort) in item.index.items():
        row[f"{name}_PK"] = {"S": partition_key(run, partition)}
        row[f"{name}_SK"] = {"S" if table.index(name).text else "N": index_sort_key(sort)}
    if not all(fits(*entry) for entry in (item.key, *item.index.values())):
        row["exact"] = {"B": msgpack.packb([*item.key, dict(item.index)])}
    return row


def item_of(run: str, row: Row, body: bytes) -> Item:
    """The item that `row_of` made a row of."""
    expires = int(row["expires"]["N"]) if "expires" in row else None
    partition, sort, index = msgpack.unpackb(row["exact"]["B"]) if "exact" in row else _plain(len(run) + 1, row)
    entries = {name: (group, entry) for name, (group, entry) in index.items()}
    return Item(partition, sort, body, int(row["version"]["N"]), expires, entries)


def _plain(start: int, row: Row) -> tuple[str, str, dict[str, tuple[str, float | str]]]:
    names = [name.removesuffix("_PK") for name in row if name.endswith("_PK")]
    index = {name: (row[f"{name}_PK"]["S"][start:], _sort(row[f"{name}_SK"])) for name in names}
    return row["PK"]["S"][start:], row["SK"]["S"], index


def _sort(attribute: dict[str, Any]) -> float | str:
    if "S" in attribute:
        return str(attribute["S"])
    number = float(attribute["N"])
    # The server forgets whether 3 was written 3.0; larger whole numbers than this came as floats.
    return int(number) if number.is_integer() and abs(number) < MAX_SORT else number
