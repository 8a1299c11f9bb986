"""Meter of the time that the garbage collector takes."""

from __future__ import annotations

import gc
from typing import Any

from freeagentics.clock import wall_clock


class CollectionMeter:
    """Counts the collector's time between `start` and `stop`, through ``gc.callbacks``.

    Attributes:
        seconds: wall time spent in collections.
        collections: how many there were.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.collections = 0
        self._began = 0.0

    def start(self) -> None:
        """Begin to count."""
        gc.callbacks.append(self._observe)

    def stop(self) -> None:
        """Count no more."""
        if self._observe in gc.callbacks:
            gc.callbacks.remove(self._observe)

    def _observe(self, phase: str, info: dict[str, Any]) -> None:
        if phase == "start":
            self._began = wall_clock()
        else:
            self.seconds += wall_clock() - self._began
            self.collections += 1
