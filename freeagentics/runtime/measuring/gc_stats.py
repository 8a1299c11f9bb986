"""Figures of the garbage collector."""

from __future__ import annotations

import gc
from dataclasses import dataclass

from freeagentics.runtime.measuring.report import Report


@dataclass(frozen=True, eq=False, repr=False)
class GCStats(Report):
    """The collector at one moment.

    Attributes:
        thresholds: ``current`` ones, and ``base``, those without tuning.
        collections: since the process began, by generation (``gen0`` to ``gen2``), and ``total``.
        memory: ``current_mb``, the resident set; ``limit_mb``, what it is tuned to stay under, or None; ``pressure``, the one over the
            other when it was last looked at, 0 without a limit.
        overhead: share of wall time that collections took of late, 0 while nothing is tuned.
        agent_count: how many it is tuned for.
    """

    thresholds: dict[str, tuple[int, int, int]]
    collections: dict[str, int]
    memory: dict[str, float | None]
    overhead: float
    agent_count: int


def collections_so_far() -> dict[str, int]:
    """Collections since the process began, by generation."""
    counts = {f"gen{number}": int(generation["collections"]) for number, generation in enumerate(gc.get_stats())}
    return {**counts, "total": sum(counts.values())}
