"""The base of services: a store and a clock."""

from __future__ import annotations

import time
from collections.abc import Callable

from freeagentics.stores import Store

Clock = Callable[[], int]
"""Returns the time in ms since 1970: market time where there is a market, else wall time."""


def wall_ms() -> int:
    """Wall time in ms since 1970."""
    return time.time_ns() // 1_000_000


class Service:
    """A service over the records of one run or program; safe to share between threads, as its store is.

    Args:
        store: of the run, as `open_store` gives it; closing it is left to whoever opened it.
        clock: by which records are stamped, are short-term, and expire.
    """

    def __init__(self, store: Store, *, clock: Clock = wall_ms) -> None:
        self._store = store
        self._clock = clock
