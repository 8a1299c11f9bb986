"""Questions to a table or an index, answered row by row, so that who wants ten items does not read a thousand."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, groupby
from typing import Any

from freeagentics.stores.dynamodb.items import Items
from freeagentics.stores.dynamodb.keys import block, highest, index_sort_key, lowest, partition_key
from freeagentics.stores.dynamodb.rows import Row, index_entry, key_of
from freeagentics.stores.records import Item, Query, TableSpec

_MOST_ROWS = 1000


def stream(items: Items, table: TableSpec, query: Query, *, page: int | None = None) -> Iterator[Item]:
    """The items that *query* asks for, but for its limit, in order.

    Args:
        items: of the run.
        table: the table.
        query: the question.
        page: about how many rows will be wanted, or None for all there are.
    """
    if _nothing(query):
        return iter(())
    rows = _table_rows(items, table, query, page) if query.index is None else _index_rows(items, table, query, page)
    found = (item for item in (items.whole(table, row) for row in rows) if item is not None)
    wanted = (item for item in found if _wanted(item, query))
    blocks = groupby(wanted, key=lambda item: block(_sort(item, query)))
    return chain.from_iterable(
        sorted(group, key=lambda item: (_sort(item, query), item.key), reverse=query.newest_first) for _, group in blocks
    )


def _nothing(query: Query) -> bool:
    # The service refuses a range that ends before it begins.
    return query.low is not None and query.high is not None and query.low > query.high  # type: ignore[operator]


def _wanted(item: Item, query: Query) -> bool:
    if query.index is not None and item.index.get(query.index, ("",))[0] != query.partition:
        return False
    if query.index is None and item.partition != query.partition:
        return False
    sort = _sort(item, query)
    above = query.low is None or sort >= query.low
    below = query.high is None or sort <= query.high
    return above and below and not item.expired(query.now)


def _sort(item: Item, query: Query) -> Any:
    return item.sort if query.index is None else item.index[query.index][1]


def _table_rows(items: Items, table: TableSpec, query: Query, page: int | None) -> Iterator[Row]:
    low = None if query.low is None else {"S": lowest(str(query.low))}
    high = None if query.high is None else {"S": highest(str(query.high))}
    asked = _asked(items, query, ("PK", "SK"), low, high, page) | {"ConsistentRead": True}
    return chain.from_iterable(items.connection.pages("query", items.table(table), **asked))


def _index_rows(items: Items, table: TableSpec, query: Query, page: int | None) -> Iterator[Row]:
    """Rows by an index. It holds keys only and lags behind its table, so every row is read from the table and its entry there compared."""
    assert query.index is not None
    kind = "S" if table.index(query.index).text else "N"
    low, high = (None if bound is None else {kind: index_sort_key(bound)} for bound in (query.low, query.high))
    pair = (f"{query.index}_PK", f"{query.index}_SK")
    asked = _asked(items, query, pair, low, high, page) | {"IndexName": query.index}
    name = items.table(table)
    for entries in items.connection.pages("query", name, **asked):
        keys = {key_of(entry): {"PK": entry["PK"], "SK": entry["SK"]} for entry in entries}
        rows = {key_of(row): row for row in items.connection.get(name, list(keys.values()), consistent=True)}
        for entry in entries:
            row = rows.get(key_of(entry), {})
            if pair[0] in row and index_entry(row, *pair) == index_entry(entry, *pair):
                yield row


def _asked(items: Items, query: Query, pair: tuple[str, str], low: Any, high: Any, page: int | None) -> dict[str, Any]:
    condition, values = "#pk = :pk", {":pk": {"S": partition_key(items.run, query.partition)}}
    names = {"#pk": pair[0]}
    if low or high:
        names["#sk"] = pair[1]
    if low and high:
        condition += " AND #sk BETWEEN :low AND :high"
    elif low or high:
        condition += " AND #sk >= :low" if low else " AND #sk <= :high"
    values |= {name: bound for name, bound in ((":low", low), (":high", high)) if bound}
    # One row more than wanted: the first of the next block says that the last wanted is complete.
    return {
        "KeyConditionExpression": condition,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
        "ScanIndexForward": not query.newest_first,
    } | ({} if page is None else {"Limit": min(page + 1, _MOST_ROWS)})
