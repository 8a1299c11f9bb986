"""Market time and wall time.

Market time is an integer: milliseconds since 1970-01-01 UTC. Times to live, tiers and ages use it, so that a replay of 2022 ages as
2022 did. Wall time only measures; tests replace it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import pairwise

SECOND_MS = 1000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

WallClock = Callable[[], float]
"""Returns seconds from an arbitrary start; never goes back."""

wall_clock: WallClock = time.perf_counter


def iso(timestamp: int) -> str:
    """Market time as text, e.g. ``2022-05-09T14:00:00Z``."""
    text = datetime.fromtimestamp(timestamp / 1000, UTC).isoformat(timespec="milliseconds" if timestamp % 1000 else "seconds")
    return text.replace("+00:00", "Z")


def spacing(timestamps: Sequence[int]) -> int:
    """The least that lies between rising *timestamps*; of a single one, what it is itself a multiple of."""
    return min((after - before for before, after in pairwise(timestamps)), default=timestamps[0])


def moment(timestamp: int, spacing: int) -> str:
    """Market time for people, UTC: to the minute, or where moments are *spacing* ms apart, as far as tells one from the next."""
    fine = "minutes" if spacing % MINUTE_MS == 0 else "seconds" if spacing % SECOND_MS == 0 else "milliseconds"
    return datetime.fromtimestamp(timestamp / 1000, UTC).replace(tzinfo=None).isoformat(" ", fine)


def duration(ms: int) -> str:
    """A stretch of market time in its two largest units, e.g. ``6 s``, ``1 h 30 min``, ``2 d``."""
    units = (("d", DAY_MS), ("h", HOUR_MS), ("min", MINUTE_MS), ("s", SECOND_MS), ("ms", 1))
    first = next((place for place, (_, size) in enumerate(units) if ms >= size), len(units) - 1)
    parts: list[str] = []
    for name, size in units[first : first + 2]:
        whole, ms = divmod(ms, size)
        if whole or not parts:
            parts.append(f"{whole} {name}")
    return " ".join(parts)
