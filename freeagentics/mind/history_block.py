"""A block of a history: entries turned into columns, and compressed.

Entries of one shape (tuples or lists of one length, dicts of the same keys) are stored column by column, eight levels deep: what one place
of an entry holds is like what it held before, and that is what a compressor feeds on. Integers from 0 to 255 are a byte each.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import Any

from freeagentics.plain_data import packed, unpacker

_HEAD = struct.Struct("<II")
_PLAIN, _SMALL, _TUPLES, _LISTS, _DICTS = range(5)
_RAW_DEFLATE = -15
_LARGEST = 9
_LEVELS = 8


def compressed(entries: Sequence[Any], raw_bytes: int, level: int) -> bytes:
    """A block of *entries*, which take *raw_bytes* one after the other as they are; *level* is zlib's, 0 to 9."""
    deflate = zlib.compressobj(level, zlib.DEFLATED, _RAW_DEFLATE, _LARGEST)
    return _HEAD.pack(len(entries), raw_bytes) + deflate.compress(packed(_columns(entries, _LEVELS))) + deflate.flush()


def entries_of(block: bytes) -> list[Any]:
    """The entries of a block, oldest first."""
    tree = next(unpacker(zlib.decompress(memoryview(block)[_HEAD.size :], _RAW_DEFLATE)))
    return _rows(tree, count_of(block))


def count_of(block: bytes) -> int:
    """Number of entries of a block."""
    return int(_HEAD.unpack_from(block)[0])


def raw_bytes_of(block: bytes) -> int:
    """Bytes its entries take as they are."""
    return int(_HEAD.unpack_from(block)[1])


def _columns(values: Sequence[Any], levels: int) -> list[Any]:
    kinds = set(map(type, values))
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind is int and min(values) >= 0 and max(values) <= 255:
        return [_SMALL, bytes(values)]
    if levels and kind in (tuple, list) and len(set(map(len, values))) == 1:
        return [_TUPLES if kind is tuple else _LISTS, [_columns(column, levels - 1) for column in zip(*values, strict=True)]]
    # By their bytes: 1, 1.0 and True are equal as keys, but not the same.
    if levels and kind is dict and len({packed(list(value)) for value in values}) == 1:
        columns = zip(*(value.values() for value in values), strict=True)
        return [_DICTS, list(values[0]), [_columns(column, levels - 1) for column in columns]]
    return [_PLAIN, list(values)]


def _rows(tree: list[Any], count: int) -> list[Any]:
    kind, content = tree[0], tree[1]
    if kind in (_PLAIN, _SMALL):
        return list(content)
    columns = [_rows(column, count) for column in tree[-1]]
    rows = list(zip(*columns, strict=True)) if columns else [()] * count
    if kind == _DICTS:
        return [dict(zip(content, row, strict=True)) for row in rows]
    return rows if kind == _TUPLES else [list(row) for row in rows]
