"""The content of a state as bytes: whole, or as it differs from another."""

from __future__ import annotations

import hashlib
import struct
import zlib
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from freeagentics.arrays import U8, byte_planes, from_byte_planes
from freeagentics.errors import CorruptRecord
from freeagentics.journal.compression import compress, decompress
from freeagentics.plain_data import packed, plain_value
from freeagentics.services.agent_state import Parts

# Magic, format, CRC-32 of all that follows it; then the length of the table of parts.
_HEADER = struct.Struct("<2sHI")
_LENGTH = struct.Struct("<I")
_MAGIC, _FORMAT = b"FS", 1
_VALUE, _ARRAY, _DIFFERENCE, _SAME = range(4)


def content_sha256(parts: Parts) -> str:
    """SHA-256 of a content, in hexadecimal: over its parts in order of their names, each with its name, type, shape and bits."""
    digest = hashlib.sha256()
    for name in sorted(parts):
        for part in (name.encode(), packed(parts[name])):
            digest.update(_LENGTH.pack(len(part)) + part)
    return digest.hexdigest()


def pack_content(parts: Parts, base: Parts | None = None) -> bytes:
    """A content as bytes; with a *base*, as it differs from that: what is the same is left out, and of arrays of one type and shape their
    exclusive or is kept."""
    table, data = [], []
    for name, value in parts.items():
        kind, planes = _part(value, (base or {}).get(name))
        described = [value.dtype.str, list(value.shape)] if kind in (_ARRAY, _DIFFERENCE) else []
        table.append([name, kind, len(planes), *described])
        data.append(planes)
    head = packed(table)
    body = _LENGTH.pack(len(head)) + head + compress(b"".join(data))
    return _HEADER.pack(_MAGIC, _FORMAT, zlib.crc32(body)) + body


def _part(value: Any, base: Any) -> tuple[int, bytes]:
    if base is not None and packed(value) == packed(base):
        return _SAME, b""
    if not _is_numeric(value):
        return _VALUE, packed(value)
    planes = byte_planes(value)
    if _is_numeric(base) and (base.dtype, base.shape) == (value.dtype, value.shape):
        return _DIFFERENCE, (planes ^ byte_planes(base)).tobytes()
    return _ARRAY, planes.tobytes()


def _is_numeric(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "biufc"


def unpack_content(data: bytes, base: Parts | None = None) -> dict[str, Any]:
    """The content that `pack_content` made bytes of; arrays are fresh and writable. Raises CorruptRecord for anything else."""
    if len(data) < _HEADER.size + _LENGTH.size or data[:2] != _MAGIC or int.from_bytes(data[2:4], "little") != _FORMAT:
        raise CorruptRecord("a state without a header of this format")
    body = memoryview(data)[_HEADER.size :]
    if zlib.crc32(body) != _HEADER.unpack_from(data)[2]:
        raise CorruptRecord("a state whose checksum does not match")
    end = _LENGTH.size + _LENGTH.unpack_from(body)[0]
    try:
        table = plain_value(bytes(body[_LENGTH.size : end]))
        sizes = [row[2] for row in table]
        planes = decompress(body[end:], sum(sizes))
        spans = pairwise(accumulate(sizes, initial=0))
        return {row[0]: _value(row, planes[first:last], base or {}) for row, (first, last) in zip(table, spans, strict=True)}
    except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise CorruptRecord(f"a state whose parts cannot be read: {error}") from error


def _value(row: list[Any], planes: U8, base: Parts) -> Any:
    name, kind, _, *described = row
    if kind == _SAME:
        # A copy: whoever has it may change it.
        return plain_value(packed(base[name]))
    if kind == _VALUE:
        return plain_value(planes.tobytes())
    dtype, shape = np.dtype(described[0]), tuple(described[1])
    if kind == _DIFFERENCE:
        planes = planes ^ byte_planes(base[name]).reshape(-1)
    return from_byte_planes(planes, dtype, shape)
