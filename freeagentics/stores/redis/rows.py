"""An item as the server keeps it, and its entries in indexes."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgpack

from freeagentics.errors import BadInput, CorruptRecord
from freeagentics.stores.records import Item, Key
from freeagentics.stores.redis.keys import tag_of
from freeagentics.stores.validation import check_body, check_int


class IndexEntry(NamedTuple):
    """An entry of an index: where it lists an item.

    Attributes:
        tag: of the index's key.
        key: the index's key.
        score: its sort key, 0 where that is text.
        member: text that sorts as (sort key if it is text, item's partition, item's sort key).
        local: the item has the same tag, so that one script changes both. If not, the member ends with the token of the put that wrote it,
            and counts only while the item has the same token.
    """

    tag: str
    key: str
    score: float
    member: str
    local: bool


def index_key(tag: str, table: str, index: str, partition: str) -> str:
    """The key of one partition of an index."""
    return f"{tag}:index:{table}:{index}:{partition}"


def index_entries(run: str, table: str, item: Item, token: str) -> list[IndexEntry]:
    """All entries of an item."""
    tag = tag_of(run, item.partition)
    entries = []
    for name, (partition, sort) in item.index.items():
        there = tag_of(run, partition)
        parts = [*([sort] if isinstance(sort, str) else []), item.partition, item.sort, *([] if there == tag else [token])]
        key = index_key(there, table, name, partition)
        entries.append(IndexEntry(there, key, 0 if isinstance(sort, str) else sort, "\0".join(parts), there == tag))
    return entries


def split_member(member: bytes, *, text: bool) -> tuple[Key, str | None]:
    """The item that an entry lists, and the token where it has one."""
    parts = member.decode().split("\0")[1 if text else 0 :]
    return (parts[0], parts[1]), (parts[2] if len(parts) > 2 else None)


def pack_row(run: str, item: Item, token: str) -> bytes:
    """The value of an item. The version is text, since Lua's numbers have 53 bits."""
    tag = tag_of(run, item.partition)
    index = {name: entry if tag_of(run, entry[0]) == tag else (*entry, token) for name, entry in item.index.items()}
    return pack_for_script([str(item.version), item.expires, item.body, index])


def pack_for_script(content: list[Any]) -> bytes:
    """*content* as msgpack of the first kind, where text and bytes are one: what a server's Lua reads."""
    return bytes(msgpack.packb(content, use_bin_type=False))


class Row(NamedTuple):
    """An item, and the token of the put that wrote it, None if all its entries are local."""

    item: Item
    token: str | None


def unpack_row(table: str, key: Key, raw: bytes) -> Row:
    """The row that `pack_row` packed; raises `CorruptRecord` where that cannot be."""
    try:
        version, expires, body, index = msgpack.unpackb(raw, raw=True)
        tokens = [entry[2] for entry in index.values() if len(entry) == 3]
        item = Item(*key, body, int(version), expires, {name.decode(): _index_entry(*entry[:2]) for name, entry in index.items()})
        _check(item)
    except (ValueError, TypeError, AttributeError, BadInput, msgpack.UnpackException) as error:
        raise CorruptRecord(f"table {table}, item {key[0]!r}, {key[1]!r}: what is stored is not an item") from error
    return Row(item, tokens[0].decode() if tokens else None)


def _index_entry(partition: Any, sort: Any) -> tuple[str, float | str]:
    return partition.decode(), sort if isinstance(sort, (int, float)) else sort.decode()


def _check(item: Item) -> None:
    check_body(item.body)
    check_int("version", item.version)
    if item.expires is not None:
        check_int("expires", item.expires)
