"""Engines: who runs the pieces of a phase. A piece may run in any order on any worker; results come back in order."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import ClassVar, Literal, TypeVar

from threadpoolctl import threadpool_limits

Piece = TypeVar("Piece")
Result = TypeVar("Result")
EngineName = Literal["threads", "serial"]


class Engine(ABC):
    """Runs a function over pieces of work.

    BLAS keeps to one thread while an engine is open: its own threads would fight the workers, and sums split over threads give other
    last bits.
    """

    workers: int

    _open: ClassVar[int] = 0
    _limits: ClassVar[threadpool_limits | None] = None
    _lock: ClassVar[Lock] = Lock()

    def __init__(self) -> None:
        # BLAS is one for the whole process: the first engine limits it, and the last to close gives back what the first found.
        self._closed = False
        with Engine._lock:
            if Engine._open == 0:
                Engine._limits = threadpool_limits(1)
            Engine._open += 1

    @abstractmethod
    def map(self, function: Callable[[Piece], Result], pieces: Sequence[Piece]) -> list[Result]:
        """Results in the order of *pieces*. The first exception, in that order, is raised after all pieces ended."""

    def close(self) -> None:
        """End what the engine holds; it cannot be used afterwards."""
        with Engine._lock:
            if not self._closed:
                self._closed = True
                Engine._open -= 1
                if Engine._open == 0 and Engine._limits is not None:
                    Engine._limits.restore_original_limits()


class SerialEngine(Engine):
    """One piece after the other, in the caller's thread."""

    workers = 1

    def map(self, function: Callable[[Piece], Result], pieces: Sequence[Piece]) -> list[Result]:
        """Results in the order of *pieces*."""
        return [function(piece) for piece in pieces]


class ThreadEngine(Engine):
    """A pool of threads; numpy lets go of the interpreter's lock inside its kernels."""

    def __init__(self, workers: int) -> None:
        super().__init__()
        self.workers = workers
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="freeagentics")

    def map(self, function: Callable[[Piece], Result], pieces: Sequence[Piece]) -> list[Result]:
        """Results in the order of *pieces*."""
        futures = [self._pool.submit(function, piece) for piece in pieces]
        errors = [future.exception() for future in futures]
        for error in errors:
            if error is not None:
                raise error
        return [future.result() for future in futures]

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()
        super().close()


def open_engine(name: EngineName = "threads", workers: int | None = None) -> Engine:
    """An engine by name; *workers* None takes a thread per core. One worker needs no pool."""
    count = workers or os.cpu_count() or 1
    return SerialEngine() if name == "serial" or count == 1 else ThreadEngine(count)
