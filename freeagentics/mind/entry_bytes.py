"""Entries of a history as bytes: msgpack, with what it lacks as extensions, so that every value comes back with its own type."""

from __future__ import annotations

from itertools import chain
from typing import Any

import msgpack
import numpy as np

from freeagentics.errors import BadInput

TUPLE, INTEGER, ARRAY, SCALAR = range(1, 5)


DEEPEST = 64
"""Levels of nesting that an entry may have; a block adds some of its own, and msgpack holds 511."""


def entry_packed(entry: object) -> bytes:
    """An entry as bytes: None, bool, int of any size, float, str, bytes, list, tuple, dict, numpy arrays and scalars, nested.

    Raises BadInput naming the type of what is none of these (subclasses are not), or is nested too deep or too large.
    """
    _refuse(entry, DEEPEST)
    try:
        return packed(entry)
    except (ValueError, OverflowError) as error:
        raise BadInput(f"a history cannot hold this {type(entry).__name__}: {error}") from error


def packed(value: object) -> bytes:
    """What was checked to be plain data as bytes."""
    return bytes(msgpack.packb(value, default=_extended, strict_types=True, unicode_errors="surrogatepass"))


def unpacker(data: bytes | bytearray) -> Any:
    """An iterator over the values in *data*, which can also ``skip()`` one."""
    reader = msgpack.Unpacker(ext_hook=_restored, strict_map_key=False, unicode_errors="surrogatepass", max_buffer_size=0)
    reader.feed(data)
    return reader


def _refuse(value: Any, levels: int) -> None:
    """What is nested too deep, and what msgpack would take and give back as bytes."""
    kind = type(value)
    if kind is list or kind is tuple or kind is dict:
        if not levels:
            raise BadInput(f"a history cannot hold this {kind.__name__}: it is nested more than {DEEPEST} levels deep")
        for part in chain(value, value.values()) if kind is dict else value:
            _refuse(part, levels - 1)
    elif kind is bytearray or kind is memoryview:
        raise _refused(kind)


def _refused(kind: type) -> BadInput:
    return BadInput(f"a history holds plain data and numpy arrays, not {kind.__module__}.{kind.__qualname__}")


def _extended(value: Any) -> msgpack.ExtType:
    """What stands for a value that msgpack does not hold as it is."""
    kind = type(value)
    if kind is tuple:
        return msgpack.ExtType(TUPLE, packed(list(value)))
    if kind is int:
        return msgpack.ExtType(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True))
    if (kind is np.ndarray or isinstance(value, np.generic)) and not value.dtype.hasobject:
        described = [np.lib.format.dtype_to_descr(value.dtype), list(value.shape)]
        return msgpack.ExtType(ARRAY if kind is np.ndarray else SCALAR, packed(described) + value.tobytes())
    raise _refused(kind)


def _restored(code: int, data: bytes) -> Any:
    if code == TUPLE:
        return tuple(next(unpacker(data)))
    if code == INTEGER:
        return int.from_bytes(data, "little", signed=True)
    reader = unpacker(data)
    described, shape = next(reader)
    dtype = np.lib.format.descr_to_dtype(described)
    array: np.ndarray[Any, Any] = np.ndarray(tuple(shape), dtype, bytearray(data[reader.tell() :]))
    return array if code == ARRAY else array[()]
