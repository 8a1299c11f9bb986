"""Footprint: what objects hold in RAM, every buffer counted once."""

from __future__ import annotations

import ctypes
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import psutil

from freeagentics.runtime.measuring.categories import OBJECTS, OTHER, Categories
from freeagentics.runtime.measuring.traverse import shallow_size, traverse

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class DeepSize:
    """Bytes of array buffers and of Python objects."""

    buffers: int
    objects: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.buffers + self.objects


def deep_size(roots: Iterable[object], *, excluding: Iterable[object] = ()) -> DeepSize:
    """Bytes reachable from *roots*, not walking into *excluding*; a buffer counts once, however many arrays are views of it.

    Classes, modules, functions and threads are not counted: they would be there without any agent.
    """
    fence = {id(other) for other in excluding}
    buffers = objects = 0
    for item, _ in traverse([(root, None) for root in roots if id(root) not in fence], fence=fence):
        buffer, size = shallow_size(item)
        buffers += buffer
        objects += size
    return DeepSize(buffers, objects)


def size_by_category(roots: Mapping[str, object], categories: Categories, *, excluding: Iterable[object] = ()) -> dict[str, int]:
    """Deep size by category, most bytes first. A root's own name is looked up like that of any attribute."""
    fence = {id(other) for other in excluding}
    counted: Counter[str] = Counter()
    for item, category in traverse(categories.sort((name, root) for name, root in roots.items()), categories=categories, fence=fence):
        buffer, size = shallow_size(item)
        counted[category or OTHER] += buffer
        counted[category or OBJECTS] += size
    return dict((+counted).most_common())


def resident_mb() -> float:
    """The process' resident set now, in MB."""
    return float(psutil.Process().memory_info().rss) / MB


def trim_heap() -> None:
    """Return what was freed to the system, where the C library can (glibc): it keeps pages for later, and RSS would not fall."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


class PeakMeter:
    """The highest resident set seen, sampled from a thread every 50 ms between `start` and `stop`.

    The kernel's own peak (``ru_maxrss``) will not do: it cannot be reset, and knows what came before the run.
    """

    def __init__(self, interval: float = 0.05) -> None:
        self.start_mb = self.peak_mb = resident_mb()
        self._interval = interval
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, name="freeagentics-footprint", daemon=True)

    def start(self) -> None:
        """Begin to sample."""
        self._thread.start()

    def stop(self) -> None:
        """Sample a last time and end the thread."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        self.peak_mb = max(self.peak_mb, resident_mb())

    def _sample(self) -> None:
        while not self._over.wait(self._interval):
            self.peak_mb = max(self.peak_mb, resident_mb())
