"""Tables: items, and questions to a table or an index: the order from a sorted set, the items from their hashes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from freeagentics.errors import CorruptRecord
from freeagentics.stores.records import Item, Key, Query, TableSpec
from freeagentics.stores.redis.items import Items
from freeagentics.stores.redis.keys import tag_of
from freeagentics.stores.redis.rows import Row, index_key, split_member

_ASIDE = 8
"""Entries read beyond the number of items wanted, as some have expired."""


class Tables(Items):
    """The tables of one run: its items, and questions to them."""

    def get(self, table: TableSpec, keys: Sequence[Key], now: int | None) -> list[Item | None]:
        """Implement `Store.get`."""
        return [row.item if row and not row.item.expired(now) else None for row in self.rows(table.name, keys)]

    def query(self, table: TableSpec, query: Query) -> list[Item]:
        """Implement `Store.query`."""
        self._connection.check_open()
        if query.limit == 0:
            return []
        size = None if query.limit is None else query.limit + _ASIDE
        while True:
            members = self._members(table, query, size)
            found = self._living(table, query, members)
            enough = query.limit is not None and len(found) >= query.limit
            if size is None or enough or len(members) < size:
                return found[: query.limit]
            # Too many have expired. From the start again: an offset would skip items while others delete.
            size *= 4

    def _members(self, table: TableSpec, query: Query, size: int | None) -> list[bytes]:
        tag = tag_of(self._run, query.partition)
        if query.index is None:
            key, ends = f"{tag}:order:{table.name}:{query.partition}", _ends(query, "[", "[", "", ("-", "+"))
            verb = "BYLEX"
        elif table.index(query.index).text:
            # Members begin with the sort key and a zero byte, and no sort key has a control character.
            key, ends = index_key(tag, table.name, query.index, query.partition), _ends(query, "[", "(", "\1", ("-", "+"))
            verb = "BYLEX"
        else:
            key, ends = index_key(tag, table.name, query.index, query.partition), _ends(query, "", "", "", ("-inf", "+inf"))
            verb = "BYSCORE"
        limit = () if size is None else ("LIMIT", 0, size)
        command = (f"ZREVRANGE{verb}", key, *ends[::-1]) if query.newest_first else (f"ZRANGE{verb}", key, *ends)
        return list(self._connection.call(tag, *command, *limit))

    def _living(self, table: TableSpec, query: Query, members: list[bytes]) -> list[Item]:
        listed = [_listed(table, query, member) for member in members]
        rows = self.rows(table.name, [key for key, _ in listed])
        found = [row.item for (_, token), row in zip(listed, rows, strict=True) if row and _counts(query, row, token)]
        # Something may have moved between the two trips.
        return sorted(found, key=lambda item: (_sort(query, item), item.key), reverse=query.newest_first)


def _ends(query: Query, low: str, high: str, after: str, open_ends: tuple[str, str]) -> tuple[str, str]:
    return (
        open_ends[0] if query.low is None else f"{low}{query.low}",
        open_ends[1] if query.high is None else f"{high}{query.high}{after}",
    )


def _listed(table: TableSpec, query: Query, member: bytes) -> tuple[Key, str | None]:
    try:
        if query.index is None:
            return (query.partition, member.decode()), None
        return split_member(member, text=table.index(query.index).text)
    except (ValueError, IndexError) as error:
        raise CorruptRecord(f"table {table.name}, index {query.index}: {member[:40]!r} names no item") from error


def _counts(query: Query, row: Row, token: str | None) -> bool:
    if row.item.expired(query.now) or (token is not None and token != row.token):
        return False
    if query.index is not None and row.item.index.get(query.index, ("",))[0] != query.partition:
        return False
    sort = _sort(query, row.item)
    return (query.low is None or sort >= query.low) and (query.high is None or sort <= query.high)


def _sort(query: Query, item: Item) -> Any:
    return item.sort if query.index is None else item.index[query.index][1]
