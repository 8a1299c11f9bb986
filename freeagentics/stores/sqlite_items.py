"""The statements that keep items in SQLite, and how a row becomes an item again."""

from __future__ import annotations

import sqlite3
from typing import Any

from freeagentics.stores.records import Item, Query, TableSpec

PUT_ITEM = """
    INSERT INTO items (run, table_name, partition, sort, body, version, expires) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (run, table_name, partition, sort)
    DO UPDATE SET body = excluded.body, version = excluded.version, expires = excluded.expires
    RETURNING id
"""
PLACE_ITEM = "INSERT INTO places (item, run, table_name, index_name, partition, sort) VALUES (?, ?, ?, ?, ?, ?)"
VERSION_OF_ITEM = "SELECT version FROM items WHERE run = ? AND table_name = ? AND partition = ? AND sort = ?"
DELETE_ITEM = "DELETE FROM items WHERE run = ? AND table_name = ? AND partition = ? AND sort = ?"
GET_ITEM = """
    SELECT id, partition, sort, body, version, expires FROM items
    WHERE run = ? AND table_name = ? AND partition = ? AND sort = ? AND (expires IS NULL OR expires > ?)
"""

NO_NOW = -(2**63)
"""Stands for a *now* of None: below every expiry that the contract lets in."""


def select_items(run: int, table: TableSpec, query: Query) -> tuple[str, list[object]]:
    """The statement of a query, and its values."""
    if query.index is None:
        source, of, order = "items i", "i", ["i.sort"]
    else:
        # CROSS JOIN fixes the order of the loops: the places of an index are sorted already, the items are not.
        source, of, order = "places p CROSS JOIN items i ON i.id = p.item", "p", ["p.sort", "i.partition", "i.sort"]
    terms: list[tuple[str, object]] = [
        (f"{of}.run = ?", run),
        (f"{of}.table_name = ?", table.name),
        (f"{of}.index_name = ?", query.index),
        (f"{of}.partition = ?", query.partition),
        (f"{of}.sort >= ?", query.low),
        (f"{of}.sort <= ?", query.high),
        ("(i.expires IS NULL OR i.expires > ?)", NO_NOW if query.now is None else query.now),
    ]
    given = [(term, value) for term, value in terms if value is not None]
    where = " AND ".join(term for term, _ in given)
    by = ", ".join(f"{column} DESC" if query.newest_first else column for column in order)
    values = [value for _, value in given]
    columns = "i.id, i.partition, i.sort, i.body, i.version, i.expires"
    # The text is made of the constants above, never of what a caller gave.
    select = f"SELECT {columns} FROM {source} WHERE {where} ORDER BY {by} LIMIT ?"  # noqa: S608
    return select, [*values, -1 if query.limit is None else query.limit]


def build_item(connection: sqlite3.Connection, row: tuple[Any, ...]) -> Item:
    """The item of a row (id, partition, sort, body, version, expires), with its places in the indexes."""
    number, partition, sort, body, version, expires = row
    places = connection.execute("SELECT index_name, partition, sort FROM places WHERE item = ?", (number,))
    return Item(partition, sort, body, version, expires, {name: (group, place) for name, group, place in places})
