"""Memories that are kept at the end of the run, by age and by codec."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import I64
from freeagentics.clock import DAY_MS
from freeagentics.journal import Kind
from freeagentics.memory import codec_name
from freeagentics.records.losses import Loss, losses
from freeagentics.records.memories import kept_by_step
from freeagentics.report.aggregates.context import RunContext


@dataclass(frozen=True, slots=True)
class CodecTotals:
    """Memories of one codec: its name and version, how many, and the bytes of their pages."""

    codec: str
    version: int
    count: int
    bytes: int


@dataclass(frozen=True, slots=True, eq=False)
class MemoryTotals:
    """Totals of all memories.

    Attributes:
        by_age: memories that are 0, 1, 2… whole days old when the run ends, (days,).
        codecs: of the codecs in use, by version.
        book_bytes: bytes of the pages of desks' books, which memories share.
        losses: to consolidation, by step and cohort.
    """

    by_age: I64
    codecs: tuple[CodecTotals, ...]
    book_bytes: int
    losses: dict[tuple[int, int], Loss]


def count_memories(context: RunContext) -> MemoryTotals:
    """Count memories that are kept, and what was forgotten. Raises CorruptRecord for damage."""
    journal = context.journal
    headers = [*journal.headers(Kind.MEMORIES), *journal.headers(Kind.LONG_TERM)]
    _, codecs, counts, sizes = np.array(headers, dtype=np.int64).T
    found = [
        CodecTotals(codec_name(version), version, int(counts[codecs == version].sum()), int(sizes[codecs == version].sum()))
        for version in np.unique(codecs).tolist()
    ]
    age = (context.timestamps[-1] - context.timestamps) // DAY_MS
    return MemoryTotals(
        np.bincount(age, weights=kept_by_step(journal, context.steps)[0][1:]).astype(np.int64),
        tuple(found),
        journal.totals(Kind.BOOKS)[1],
        losses(journal),
    )
