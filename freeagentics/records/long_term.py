"""Long-term memories: those of a cohort over a span of steps, sorted by agent, on one page."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from freeagentics.arrays import I32, I64, U8, Mask, byte_planes, from_byte_planes
from freeagentics.errors import CorruptRecord
from freeagentics.journal import BYTES, Kind, Page
from freeagentics.journal.compression import compress, decompress
from freeagentics.memory import EncodedMemories
from freeagentics.memory.codec import Codes

_HEAD = struct.Struct("<iiIII")
_CHECKSUM = struct.Struct("<I")
_AGENTS = np.dtype([("agent", "<i4"), ("count", "<u4")])
_MEMORIES = np.dtype([("gap", "<u4"), ("importance", "u1"), ("strength", "u1"), ("length", "u1")])


@dataclass(frozen=True, slots=True, eq=False)
class LongTermColumns:
    """All of long-term memories but their codes.

    Attributes:
        first, last: the span of steps; of some of them no memory may be left.
        agent: index of each one's agent, (n,), rising.
        step: that each was made in, (n,), rising for each agent.
        importance: 0 to 255, (n,).
        strength: as `memory.forgetting` has it, (n,).
        length: bytes of each code, (n,).
    """

    first: int
    last: int
    agent: I32
    step: I64
    importance: U8
    strength: U8
    length: I64

    def __len__(self) -> int:
        return len(self.agent)

    def to_bytes(self) -> bytes:
        """Columns as one block: a head, compressed planes, a checksum of both."""
        starts = np.flatnonzero(np.append(True, self.agent[1:] != self.agent[:-1])) if len(self) else np.empty(0, dtype=np.int64)
        agents = np.empty(len(starts), dtype=_AGENTS)
        agents["agent"], agents["count"] = self.agent[starts], np.diff(np.append(starts, len(self)))
        records = np.empty(len(self), dtype=_MEMORIES)
        before = np.append(self.first, self.step[:-1])
        before[starts] = self.first
        records["gap"] = self.step - before
        records["importance"], records["strength"], records["length"] = self.importance, self.strength, self.length
        frame = compress(byte_planes(agents).tobytes() + byte_planes(records).tobytes())
        block = _HEAD.pack(self.first, self.last, len(agents), len(self), len(frame)) + frame
        return block + _CHECKSUM.pack(zlib.crc32(block))

    @classmethod
    def from_bytes(cls, block: bytes) -> tuple[LongTermColumns, int]:
        """Inverse of `to_bytes`, and where the block ends. Raises CorruptRecord for damage."""
        if len(block) < _HEAD.size + _CHECKSUM.size:
            raise CorruptRecord("long-term memories without a head")
        first, last, owners, count, size = _HEAD.unpack_from(block)
        end = _HEAD.size + size
        if end + _CHECKSUM.size > len(block) or (zlib.crc32(block[:end]),) != _CHECKSUM.unpack_from(block, end):
            raise CorruptRecord("long-term memories whose head is damaged")
        planes = decompress(memoryview(block)[_HEAD.size : end], owners * _AGENTS.itemsize + count * _MEMORIES.itemsize)
        agents = from_byte_planes(planes[: owners * _AGENTS.itemsize], _AGENTS, (owners,))
        records = from_byte_planes(planes[owners * _AGENTS.itemsize :], _MEMORIES, (count,))
        counts = agents["count"].astype(np.int64)
        # Steps since the beginning of all gaps, less those before each agent's own beginning.
        passed = np.cumsum(records["gap"], dtype=np.int64)
        before = np.append(0, passed)[np.cumsum(counts) - counts]
        agent, step = np.repeat(agents["agent"], counts), first + passed - np.repeat(before, counts)
        columns = (np.ascontiguousarray(records[name]) for name in ("importance", "strength", "length"))
        importance, strength, length = columns
        return cls(first, last, agent, step, importance, strength, length.astype(np.int64)), end + _CHECKSUM.size


@dataclass(frozen=True, slots=True, eq=False)
class LongTermMemories:
    """Long-term memories of one cohort, n of them, and the version of the codec that made their codes."""

    columns: LongTermColumns
    codes: Codes
    version: int

    def __len__(self) -> int:
        return len(self.columns)

    @classmethod
    def sorted(
        cls, span: tuple[int, int], agent: I32, step: I64, importance: U8, strength: U8, codes: Codes, version: int
    ) -> LongTermMemories:
        """Memories (n,) of a span of steps, put into their order."""
        order = np.lexsort((step, agent))
        codes = codes.rows(order)
        columns = LongTermColumns(*span, agent[order], step[order], importance[order], strength[order], codes.length)
        return cls(columns, codes, version)

    @classmethod
    def merged(cls, parts: Sequence[LongTermMemories]) -> LongTermMemories:
        """Memories of several spans, in the order of these, as one."""
        columns = [part.columns for part in parts]
        joined = {name: np.concatenate([getattr(part, name) for part in columns]) for name in ("agent", "step", "importance", "strength")}
        codes = Codes.joined([part.codes for part in parts])
        return cls.sorted((columns[0].first, columns[-1].last), **joined, codes=codes, version=parts[0].version)

    def rows(self, chosen: I64 | Mask) -> LongTermMemories:
        """Some of them, in their order."""
        some = {name: getattr(self.columns, name)[chosen] for name in ("agent", "step", "importance", "strength", "length")}
        return LongTermMemories(replace(self.columns, **some), self.codes.rows(chosen), self.version)

    def shortened(self, kept: I64, strength: U8 | None = None) -> LongTermMemories:
        """These with so many bytes (n,) of their codes, without those that keep none; of another *strength* (n,) where it is given."""
        there = kept > 0
        left = self.rows(there)
        codes = left.codes.shortened(kept[there])
        strength = left.columns.strength if strength is None else strength[there]
        return LongTermMemories(replace(left.columns, strength=strength, length=codes.length), codes, self.version)

    def until(self, step: int) -> LongTermMemories:
        """Those up to a step, which ends their span."""
        some = self.rows(self.columns.step <= step)
        return LongTermMemories(replace(some.columns, last=step), some.codes, some.version)

    def of_step(self, step: int) -> EncodedMemories:
        """Those of one step."""
        chosen = np.flatnonzero(self.columns.step == step)
        return EncodedMemories(self.columns.agent[chosen], self.columns.importance[chosen], self.codes.rows(chosen), self.version)

    def to_page(self, cohort: int) -> Page:
        """The page of them."""
        block = self.columns.to_bytes() + self.codes.concatenated()
        return Page(Kind.LONG_TERM, cohort, np.frombuffer(block, dtype=BYTES), self.version, count=len(self))

    @classmethod
    def from_page(cls, page: Page) -> LongTermMemories:
        """Inverse of `to_page`; damaged codes are not `intact`. Raises CorruptRecord for damage that is not of a single code."""
        block = page.records.tobytes()
        columns, end = LongTermColumns.from_bytes(block)
        if len(block) - end != int(columns.length.sum()):
            raise CorruptRecord(f"long-term memories with {len(block) - end} bytes of codes where {int(columns.length.sum())} were written")
        memories = cls(columns, Codes.from_concatenated(block[end:], columns.length), page.codec)
        if not page.crc_ok and memories.codes.intact.all():
            raise CorruptRecord("page of long-term memories whose checksum does not match")
        return memories


def readable_columns(page: Page) -> LongTermColumns | None:
    """All that a page has of its memories but their codes; None where it is damaged, other than in single codes."""
    try:
        return LongTermMemories.from_page(page).columns if not page.crc_ok else LongTermColumns.from_bytes(page.records.tobytes())[0]
    except CorruptRecord:
        return None
