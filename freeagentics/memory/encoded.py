"""Encoded memories of a page: agents, importances and codes."""

from __future__ import annotations

import itertools
import struct
import zlib
from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import I32, I64, U8, Mask
from freeagentics.errors import CorruptRecord
from freeagentics.memory.codec import Codes

_COUNT = struct.Struct("<H")
_RUN = struct.Struct("<iH")


@dataclass(frozen=True, slots=True, eq=False)
class EncodedMemories:
    """Memories of a cohort's agents of one step.

    Attributes:
        agent: index of each one's agent, (n,).
        importance: 0 to 255, (n,).
        codes: n of them.
        version: of the codec that made them.
    """

    agent: I32
    importance: U8
    codes: Codes
    version: int

    def __len__(self) -> int:
        return len(self.agent)

    def rows(self, chosen: I64 | Mask) -> EncodedMemories:
        """Some of them."""
        return EncodedMemories(self.agent[chosen], self.importance[chosen], self.codes.rows(chosen), self.version)

    def to_bytes(self) -> bytes:
        """All of it as one block: agents, a byte of importance each, and codes. Agents of a cohort mostly have numbers in a row, so runs
        of them take less than they would."""
        breaks = ((self.agent[1:] != self.agent[:-1] + 1).nonzero()[0] + 1).tolist()
        bounds = [0, *breaks, len(self.agent)] if len(self.agent) else [0]
        runs = [_RUN.pack(self.agent[start], end - start) for start, end in itertools.pairwise(bounds)]
        head = _COUNT.pack(len(runs)) + b"".join(runs)
        return head + bytes([zlib.crc32(head) & 255]) + self.importance.tobytes() + self.codes.to_bytes()

    @classmethod
    def from_bytes(cls, block: bytes, version: int) -> EncodedMemories:
        """Inverse of `to_bytes`; damaged codes are not `intact`. Raises CorruptRecord where the block does not say whose memories they are,
        or has not as many codes."""
        end = _COUNT.size + (_COUNT.unpack_from(block)[0] * _RUN.size if len(block) >= _COUNT.size else 0)
        if not _COUNT.size <= end < len(block) or block[end] != zlib.crc32(block[:end]) & 255:
            raise CorruptRecord(f"block of memories of {len(block)} bytes whose head is damaged")
        first, counts = np.array([*_RUN.iter_unpack(block[_COUNT.size : end])], dtype=np.int64).reshape(-1, 2).T
        count, start = int(counts.sum()), end + 1
        importance, codes = np.frombuffer(block[start : start + count], dtype=np.uint8), Codes.from_bytes(block[start + count :])
        if len(codes) != count:
            raise CorruptRecord(f"block of memories with {len(codes)} codes where {count} were written")
        within = np.arange(count) - np.repeat(np.cumsum(counts) - counts, counts)
        return cls((np.repeat(first, counts) + within).astype(np.int32), importance, codes, version)
