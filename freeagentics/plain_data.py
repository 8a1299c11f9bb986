"""Plain data as bytes: msgpack, with what it lacks as extensions, so that every value comes back with its own type."""

from __future__ import annotations

from itertools import chain
from types import NoneType
from typing import Any

import msgpack
import numpy as np

from freeagentics.errors import BadInput

TUPLE, INTEGER, ARRAY, SCALAR = range(1, 5)

DEEPEST = 64
"""Levels of nesting that a value may have; who keeps it adds some, and msgpack holds 511."""

_PLAIN = frozenset({NoneType, bool, int, float, str, bytes})


def plain_bytes(what: str, value: object) -> bytes:
    """A value as bytes: None, bool, int of any size, float, str, bytes, list, tuple, dict, numpy arrays and scalars, nested.

    Args:
        what: what holds it, as an error calls that.

    Raises:
        BadInput: it is, or holds, none of these (subclasses are not), or is nested too deep or too large.
    """
    _check(what, value, DEEPEST)
    try:
        return packed(value)
    except (ValueError, OverflowError) as error:
        raise BadInput(f"{what} cannot hold this {type(value).__name__}: {error}") from error


def plain_value(data: bytes) -> Any:
    """The value that `plain_bytes` made bytes of. Raises ValueError where that cannot be."""
    try:
        return next(unpacker(data))
    except (StopIteration, TypeError, msgpack.UnpackException) as error:
        raise ValueError(f"not plain data: {error}") from error


def packed(value: object) -> bytes:
    """Plain data, already checked, as bytes."""
    return bytes(msgpack.packb(value, default=_extended, strict_types=True, unicode_errors="surrogatepass"))


def unpacker(data: bytes | bytearray) -> Any:
    """An iterator over the values in *data*, which can also ``skip()`` one."""
    reader = msgpack.Unpacker(ext_hook=_restored, strict_map_key=False, unicode_errors="surrogatepass", max_buffer_size=0)
    reader.feed(data)
    return reader


def _check(what: str, value: Any, levels: int) -> None:
    kind = type(value)
    if kind is list or kind is tuple or kind is dict:
        if not levels:
            raise BadInput(f"{what} cannot hold this {kind.__name__}: it is nested more than {DEEPEST} levels deep")
        for part in chain(value, value.values()) if kind is dict else value:
            _check(what, part, levels - 1)
    elif kind not in _PLAIN and not _is_numbers(value):
        raise BadInput(f"{what} holds plain data and numpy arrays, not {kind.__module__}.{kind.__qualname__}")


def _is_numbers(value: Any) -> bool:
    # An array of objects is an array of addresses, and one without size has nothing to be made of again.
    numpys = type(value) is np.ndarray or isinstance(value, np.generic)
    return numpys and not value.dtype.hasobject and (value.dtype.itemsize > 0 or value.dtype.kind in "SU")


def _extended(value: Any) -> msgpack.ExtType:
    """The stand-in for a value that msgpack does not hold as it is."""
    kind = type(value)
    if kind is tuple:
        return msgpack.ExtType(TUPLE, packed(list(value)))
    if kind is int:
        return msgpack.ExtType(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True))
    described = [np.lib.format.dtype_to_descr(value.dtype), list(value.shape)]
    return msgpack.ExtType(ARRAY if kind is np.ndarray else SCALAR, packed(described) + value.tobytes())


def _restored(code: int, data: bytes) -> Any:
    if code == TUPLE:
        return tuple(next(unpacker(data)))
    if code == INTEGER:
        return int.from_bytes(data, "little", signed=True)
    reader = unpacker(data)
    described, shape = next(reader)
    dtype = np.lib.format.descr_to_dtype(described)
    if dtype.hasobject:
        # Bytes that say so are damaged, or meant to be followed as addresses.
        raise ValueError("an array of objects")
    array: np.ndarray[Any, Any] = np.ndarray(tuple(shape), dtype, bytearray(data[reader.tell() :]))
    return array if code == ARRAY else array[()]
