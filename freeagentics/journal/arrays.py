"""A bundle of named arrays as bytes: what checkpoints are made of. No pickle: a head in MessagePack, then the arrays' own bytes."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

import msgpack
import numpy as np

from freeagentics.arrays import AnyArray
from freeagentics.errors import CorruptRecord

_HEAD = struct.Struct("<2sBxI")
_MAGIC = b"FB"
_VERSION = 1


def pack_arrays(arrays: Mapping[str, AnyArray]) -> bytes:
    """Named arrays as bytes, deflated, with magic, version and CRC-32."""
    table = [[name, array.dtype.str, list(array.shape)] for name, array in arrays.items()]
    plain = b"".join([msgpack.packb(table), *(np.ascontiguousarray(array).tobytes() for array in arrays.values())])
    body = zlib.compress(plain, 1)
    return _HEAD.pack(_MAGIC, _VERSION, zlib.crc32(body)) + body


def unpack_arrays(data: bytes) -> dict[str, AnyArray]:
    """Inverse of `pack_arrays`; arrays are fresh and writable. Raises CorruptRecord for anything else."""
    if len(data) < _HEAD.size or data[:2] != _MAGIC or data[2] != _VERSION:
        raise CorruptRecord("arrays without a head of this format")
    body = data[_HEAD.size :]
    if zlib.crc32(body) != _HEAD.unpack_from(data)[2]:
        raise CorruptRecord("arrays whose checksum does not match")
    plain = zlib.decompress(body)
    unpacker = msgpack.Unpacker(max_buffer_size=len(plain))
    unpacker.feed(plain)
    table = unpacker.unpack()
    offset = unpacker.tell()
    arrays: dict[str, AnyArray] = {}
    for name, kind, shape in table:
        array = np.frombuffer(plain, dtype=np.dtype(kind), count=int(np.prod(shape, dtype=np.int64)), offset=offset)
        offset += array.nbytes
        arrays[name] = array.reshape(shape).copy()
    return arrays
