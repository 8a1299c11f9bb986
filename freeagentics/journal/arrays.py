"""A bundle of named arrays as bytes: what checkpoints are made of. No pickle: a table in MessagePack, then the arrays, compressed."""

from __future__ import annotations

import math
import re
import struct
import zlib
from collections.abc import Mapping

import msgpack
import numpy as np

from freeagentics.arrays import AnyArray, byte_planes, from_byte_planes
from freeagentics.errors import CorruptRecord
from freeagentics.journal.compression import compress_parts, decompress

# Magic, format version, CRC-32 of all that follows it; then the length of the table, which is not compressed: a reader knows before it
# decompresses anything how much there will be.
_HEADER = struct.Struct("<2sHI")
_LENGTH = struct.Struct("<I")
_MAGIC = b"FB"
_VERSION = 2
_NUMBERS = re.compile(r"[<>|][biufc]\d{1,2}")


def pack_arrays(arrays: Mapping[str, AnyArray]) -> bytes:
    """Named arrays of numbers as bytes, compressed by byte planes, with magic, version and CRC-32. Raises ValueError for arrays of
    anything else."""
    for name, array in arrays.items():
        if not _NUMBERS.fullmatch(array.dtype.str):
            raise ValueError(f"{name}: an array of {array.dtype} cannot be packed; numbers and booleans can")
    table = msgpack.packb([[name, array.dtype.str, list(array.shape)] for name, array in arrays.items()])
    body = _LENGTH.pack(len(table)) + table + compress_parts(byte_planes(array).data for array in arrays.values())
    return _HEADER.pack(_MAGIC, _VERSION, zlib.crc32(body)) + body


def unpack_arrays(data: bytes) -> dict[str, AnyArray]:
    """Inverse of `pack_arrays`; arrays are fresh and writable. Raises CorruptRecord for anything else, and never decompresses more than the
    table says."""
    if len(data) < _HEADER.size + _LENGTH.size or data[:2] != _MAGIC or int.from_bytes(data[2:4], "little") != _VERSION:
        raise CorruptRecord("arrays without a header of this format")
    body = memoryview(data)[_HEADER.size :]
    if zlib.crc32(body) != _HEADER.unpack_from(data)[2]:
        raise CorruptRecord("arrays whose checksum does not match")
    end = _LENGTH.size + _LENGTH.unpack_from(body)[0]
    try:
        return _arrays(msgpack.unpackb(body[_LENGTH.size : end]), body[end:])
    except (ValueError, TypeError, OverflowError) as error:
        raise CorruptRecord(f"arrays whose table or bytes cannot be read: {error}") from error


def _arrays(table: list[tuple[str, str, list[int]]], frame: memoryview) -> dict[str, AnyArray]:
    layout = [(name, _number_type(kind), shape) for name, kind, shape in table]
    sizes = [dtype.itemsize * _count(shape) for _, dtype, shape in layout]
    planes = decompress(frame, sum(sizes))
    arrays: dict[str, AnyArray] = {}
    offset = 0
    for (name, dtype, shape), size in zip(layout, sizes, strict=True):
        if name in arrays or not isinstance(name, str):
            raise ValueError(f"array named {name!r}")
        arrays[name] = from_byte_planes(planes[offset : offset + size], dtype, tuple(shape))
        offset += size
    return arrays


def _number_type(text: str) -> np.dtype[np.generic]:
    if not _NUMBERS.fullmatch(text):
        raise ValueError(f"array of {text!r}")
    return np.dtype(text)


def _count(shape: list[int]) -> int:
    if not all(type(length) is int and length >= 0 for length in shape):
        raise ValueError(f"array of shape {shape!r}")
    return math.prod(shape)
