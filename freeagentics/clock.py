"""Market time and wall time.

Market time is an integer: milliseconds since 1970-01-01 UTC. Times to live, tiers and ages use it, so that a replay of 2022 ages as
2022 did. Wall time only measures; tests replace it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

WallClock = Callable[[], float]
"""Returns seconds from an arbitrary start; never goes back."""

wall_clock: WallClock = time.perf_counter


def iso(timestamp: int) -> str:
    """Market time as text, e.g. ``2022-05-09T14:00:00Z``."""
    text = datetime.fromtimestamp(timestamp / 1000, UTC).isoformat(timespec="milliseconds" if timestamp % 1000 else "seconds")
    return text.replace("+00:00", "Z")
