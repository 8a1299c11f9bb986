"""Footprint: what objects hold in RAM, every buffer counted once."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, ModuleType

import numpy as np
import psutil

MB = 1024 * 1024
_OPAQUE = (type, ModuleType, FunctionType, BuiltinFunctionType, threading.Thread)


@dataclass(frozen=True, slots=True)
class Bill:
    """Bytes of array buffers and of Python objects."""

    buffers: int
    objects: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.buffers + self.objects


def bill(roots: Iterable[object], *, excluding: Iterable[object] = ()) -> Bill:
    """Bytes reachable from *roots*, not walking into *excluding*; a buffer counts once, however many arrays are views of it.

    Classes, modules, functions and threads are not counted: they would be there without any agent.
    """
    seen = {id(other) for other in excluding}
    stack = list(roots)
    buffers = objects = 0
    while stack:
        item = stack.pop()
        if id(item) in seen or isinstance(item, _OPAQUE):
            continue
        seen.add(id(item))
        objects += sys.getsizeof(item, 0)
        if isinstance(item, np.ndarray) and item.base is None:
            buffers += item.nbytes
            objects -= item.nbytes
        stack.extend(_held_by(item))
    return Bill(buffers, objects)


def _held_by(item: object) -> list[object]:
    if isinstance(item, np.ndarray):
        return [item.base]
    if isinstance(item, memoryview):
        return [item.obj]
    # CPython keeps attributes out of the collector's sight, and of every size, until somebody asks for them as a dict.
    attributes = [vars(item)] if hasattr(item, "__dict__") else []
    return [*attributes, *gc.get_referents(item)]


def resident_mb() -> float:
    """The process' resident set now, in MB."""
    return float(psutil.Process().memory_info().rss) / MB


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
