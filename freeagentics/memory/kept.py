"""Memories as a page keeps them: whose they are, how much they matter, and their codes."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import I32, U8
from freeagentics.errors import CorruptRecord
from freeagentics.memory.codec import Codes

_COUNT = struct.Struct("<H")
_RUN = np.dtype([("first", "<i4"), ("count", "<u2")])


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What the agents of a cohort remember of one step.

    Attributes:
        agent: index of each one's agent, (n,). importance: 0 to 255, (n,). codes: n of them, made by the codec of `version`.
    """

    agent: I32
    importance: U8
    codes: Codes
    version: int

    def __len__(self) -> int:
        return len(self.agent)

    def to_bytes(self) -> bytes:
        """Agents and codes as one block. Agents of a cohort mostly have numbers in a row, so runs of them take less than they would."""
        starts = np.flatnonzero(np.diff(self.agent, prepend=-2) != 1)
        runs = np.zeros(len(starts), dtype=_RUN)
        runs["first"], runs["count"] = self.agent[starts], np.diff(starts, append=len(self.agent))
        return _COUNT.pack(len(runs)) + runs.tobytes() + self.codes.to_bytes()

    @classmethod
    def from_bytes(cls, block: bytes, importance: U8, version: int) -> Kept:
        """Inverse of `to_bytes`. Raises CorruptRecord where the block is not of as many memories as there are importances."""
        end = _COUNT.size + (_COUNT.unpack_from(block)[0] * _RUN.itemsize if len(block) >= _COUNT.size else 0)
        if not _COUNT.size <= end <= len(block):
            raise CorruptRecord(f"block of memories of {len(block)} bytes, which is less than it says")
        runs = np.frombuffer(block[_COUNT.size : end], dtype=_RUN)
        codes = Codes.from_bytes(block[end:])
        if not int(runs["count"].sum(dtype=np.int64)) == len(codes) == len(importance):
            raise CorruptRecord(f"block of memories with {len(codes)} codes where {len(importance)} were written")
        within = np.arange(len(codes)) - np.repeat(np.cumsum(runs["count"], dtype=np.int64) - runs["count"], runs["count"])
        return cls((np.repeat(runs["first"], runs["count"]) + within).astype(np.int32), importance, codes, version)
