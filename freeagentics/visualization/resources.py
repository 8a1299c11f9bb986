"""Costs of a run: RAM by category, the journal by kind of page, and what stood out."""

from __future__ import annotations

import json

import numpy as np

from freeagentics.journal import Kind
from freeagentics.records.losses import losses, total
from freeagentics.records.memories import kept_by_step, memory_totals
from freeagentics.records.memory_audit import MemoryAudit
from freeagentics.runtime import get_gc_tuner, resident_mb
from freeagentics.visualization.run_view import RunView


def resources(view: RunView) -> dict[str, object]:
    """The summary of a run that has ended, None for one that has not; bytes on disk by kind of page; and this server's own figures."""
    ended = view.directory.summary
    pages = {kind.name.lower(): totals for kind, totals in view.journal.totals_by_kind().items()}
    return {
        "summary": json.loads(ended.read_bytes()) if ended.is_file() else None,
        "pages": {name: list(totals) for name, totals in sorted(pages.items(), key=lambda item: -item[1][1])},
        "journal": view.directory.journal.stat().st_size,
        "steps": view.last,
        "rss": round(resident_mb(), 1),
        "gc": round(get_gc_tuner().overhead, 5),
    }


def kept_memories(view: RunView) -> dict[str, object]:
    """The audit of a run's memories, None where there is none yet; how many are kept, in how many bytes; what consolidation dropped, and by
    how much shortening changed features, as a share of their range: the root of the mean square, by group.

    Raises BadRunDirectory for anything else in the audit's file.
    """
    audit = MemoryAudit.read(view.directory.audit)
    lost = total(losses(view.journal).values())
    return {
        "audit": audit.model_dump(mode="json") if audit else None,
        "kept": list(memory_totals(view.journal)),
        "long": list(view.journal.totals(Kind.LONG_TERM)),
        "dropped": lost.dropped,
        "shortened": lost.shortened,
        "freed": lost.bytes,
        "changed": {group: error**0.5 for group, error in lost.squared_error.items()},
        "budget": view.scenario.memory.budget_bytes,
        "ages": _by_age(view),
    }


_SPANS = 24


def _by_age(view: RunView) -> list[list[float]]:
    """Spans of steps, the oldest first: the last step of each, memories that are kept of it, the bytes that they take."""
    counts, sizes = kept_by_step(view.journal, view.last)
    spans = np.array_split(np.arange(1, view.last + 1), min(_SPANS, view.last)) if view.last else []
    return [[int(span[-1]), int(counts[span].sum()), float(sizes[span].sum())] for span in spans]
