"""Stretches of code in which the garbage collector keeps still."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Protocol


class GCPause:
    """Keeps the collector off while anybody holds it, in any thread; the last to let go leaves it as the first found it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders = 0
        self._was_on = True

    @property
    def taken(self) -> bool:
        """True where anybody holds it."""
        return self._holders > 0

    def take(self) -> None:
        """Hold it once more."""
        with self._lock:
            if self._holders == 0:
                self._was_on = gc.isenabled()
                gc.disable()
            self._holders += 1

    def let_go(self) -> None:
        """Hold it once less."""
        with self._lock:
            self._holders -= 1
            if self._holders == 0 and self._was_on:
                gc.enable()


class _Held(Protocol):
    hold: GCPause


class GCContextManager:
    """Stretches without collections. They nest, and they hold for all threads until the last one has left."""

    def __init__(self, tuner: _Held) -> None:
        self._hold = tuner.hold

    @contextmanager
    def batch_operation(self, disable_gc: bool = True) -> Iterator[None]:
        """For work on many agents: no collection inside (unless *disable_gc* is False), and one of the young objects when it ends."""
        try:
            with self.low_latency() if disable_gc else nullcontext():
                yield
        finally:
            if not self._hold.taken:
                gc.collect(0)

    @contextmanager
    def low_latency(self) -> Iterator[None]:
        """For work that must not wait: no collection inside, and none when it ends; what is due comes later."""
        self._hold.take()
        try:
            yield
        finally:
            self._hold.let_go()
