"""Codes: strings of bytes of different lengths, for many memories at once."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import I64, U8, Mask, contiguous
from freeagentics.errors import CorruptRecord
from freeagentics.kernels import compiled
from freeagentics.memory.codec.checksum import crc8

LONGEST = 255
"""Bytes of the longest code."""

_HEAD = struct.Struct("<IB")
_HALF_A_BYTE = 15
_WIDE = 255
"""Stands for the shortest length where lengths differ too much for half a byte: then each takes a byte."""


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """Codes of different lengths, each of which begins with a CRC-8 of the rest.

    Attributes:
        data: (n, longest), zero beyond each code's length.
        length: bytes of each code, (n,), from 0 to 255.
    """

    data: U8
    length: I64

    def __len__(self) -> int:
        return len(self.length)

    @classmethod
    def with_checksum(cls, payload: U8, length: I64) -> Codes:
        """Codes of payloads (n, longest) of lengths (n,), zero beyond: a checksum goes before each."""
        length = np.asarray(length, dtype=np.int64)
        return cls(np.concatenate([crc8(payload, length)[:, None], payload], axis=1), length + 1)

    @classmethod
    def from_list(cls, codes: Sequence[bytes]) -> Codes:
        """Inverse of `to_list`. Raises CorruptRecord for one longer than any code."""
        return cls.from_concatenated(b"".join(codes), np.array([len(code) for code in codes], dtype=np.int64))

    @classmethod
    def from_concatenated(cls, data: bytes, length: I64) -> Codes:
        """Inverse of `concatenated`. One damaged length damages no other code: what follows it is read from the end."""
        length = np.asarray(length, dtype=np.int64)
        if (length > LONGEST).any() or (length < 0).any():
            raise CorruptRecord(f"codes of {int(length.max())} bytes where none is longer than {LONGEST}")
        codes = cls._cut(data, np.cumsum(length) - length, length)
        surplus = len(data) - int(length.sum())
        if surplus == 0:
            return codes
        from_end = cls._cut(data, np.cumsum(length) - length + surplus, length)
        damaged = int(np.argmin(codes.intact))
        after = np.arange(len(codes)) > damaged
        return cls(np.where(after[:, None], from_end.data, codes.data), np.where(np.arange(len(codes)) == damaged, 0, length))

    @classmethod
    def _cut(cls, data: bytes, start: I64, length: I64) -> Codes:
        whole = np.frombuffer(data + b"\0", dtype=np.uint8)
        place = np.arange(int(length.max(initial=0)))
        source = start[:, None] + place
        inside = (place < length[:, None]) & (source >= 0) & (source < len(data))
        return cls(np.where(inside, whole[np.where(inside, source, 0)], 0).astype(np.uint8), length)

    def to_bytes(self) -> bytes:
        """All codes as one block: their number, their lengths at half a byte each, and the codes."""
        room, sizes = np.empty(len(self) + self.data.size, dtype=np.uint8), np.empty(2, dtype=np.int64)
        compiled.codes_join(contiguous(self.data), contiguous(self.length), _HALF_A_BYTE, room, sizes)
        shortest, size = sizes.tolist()
        head = _HEAD.pack(len(self), shortest)
        return head + bytes([zlib.crc32(head) & 255]) + room[:size].tobytes()

    @classmethod
    def from_bytes(cls, block: bytes) -> Codes:
        """Inverse of `to_bytes`. Raises CorruptRecord where the block's head is damaged or there is less of it than it says; damaged codes
        are not `intact`."""
        if len(block) <= _HEAD.size or block[_HEAD.size] != zlib.crc32(block[: _HEAD.size]) & 255:
            raise CorruptRecord("block of codes whose head is damaged")
        count, shortest = _HEAD.unpack_from(block)
        start = _HEAD.size + 1
        end = start + (count if shortest == _WIDE else -(-count // 2))
        if end > len(block):
            raise CorruptRecord(f"block of {len(block)} bytes for {count} codes")
        lengths = np.frombuffer(block[start:end], dtype=np.uint8)
        if shortest != _WIDE:
            lengths = np.column_stack([lengths >> 4, lengths & 15]).ravel()[:count]
            return cls.from_concatenated(block[end:], lengths.astype(np.int64) + shortest)
        return cls.from_concatenated(block[end:], lengths.astype(np.int64))

    def concatenated(self) -> bytes:
        """All codes in one string, without gaps; `length` is needed to take them apart."""
        return self.data[np.arange(self.data.shape[1]) < self.length[:, None]].tobytes()

    def to_list(self) -> list[bytes]:
        """All codes as a list of bytes."""
        return [row[:length].tobytes() for row, length in zip(self.data, self.length.tolist(), strict=True)]

    def rows(self, chosen: I64 | Mask | slice) -> Codes:
        """Some of them."""
        return Codes(self.data[chosen], self.length[chosen])

    @classmethod
    def joined(cls, parts: Sequence[Codes]) -> Codes:
        """Codes of several in a row."""
        widest = max((part.data.shape[1] for part in parts), default=0)
        data = [np.pad(part.data, ((0, 0), (0, widest - part.data.shape[1]))) for part in parts]
        return cls(np.concatenate(data), np.concatenate([part.length for part in parts]))

    @property
    def payload(self) -> U8:
        """Bytes after the checksums, (n, longest - 1)."""
        return self.data[:, 1:]

    @property
    def intact(self) -> Mask:
        """True for codes that match their checksum, (n,); an empty one does not."""
        if not self.data.shape[1]:
            return np.zeros(len(self), dtype=np.bool_)
        return (self.length > 0) & (crc8(self.data, self.length - 1, 1) == self.data[:, 0])

    def check(self) -> None:
        """Raise CorruptRecord with the rows whose checksum does not match."""
        damaged = np.flatnonzero(~self.intact)
        if damaged.size:
            raise CorruptRecord(f"codes whose checksum does not match, at rows {damaged[:10].tolist()}")

    def truncated(self, length: I64) -> Codes:
        """The first *length* (n,) bytes of each code with a new checksum; at least the checksum, at most all.

        Raises CorruptRecord for codes that do not match their checksum: a new one would hide it.
        """
        self.check()
        return self.shortened(length)

    def shortened(self, length: I64) -> Codes:
        """Codes like those that `truncated` gives; a damaged one stays damaged, to be told of when it is read."""
        intact = self.intact
        kept = np.maximum(np.minimum(length, self.length), 1) - 1
        payload = np.where(np.arange(self.payload.shape[1]) < kept[:, None], self.payload, 0).astype(np.uint8)
        codes = Codes.with_checksum(payload, kept)
        codes.data[~intact, 0] ^= 0xFF
        return codes
