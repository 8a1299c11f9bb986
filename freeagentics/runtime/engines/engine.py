"""Engines: who runs the pieces of a phase. A piece may run in any order on any worker; results come back in order."""

from __future__ import annotations

import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any, ClassVar, TypeVar

from freeagentics.clock import wall_clock
from freeagentics.errors import BadInput
from freeagentics.runtime.engines.adaptive_size import AdaptiveSize
from freeagentics.runtime.engines.blas_threads import BlasThreadLimit

Piece = TypeVar("Piece")
Result = TypeVar("Result")


class Engine(ABC):
    """Runs a function over pieces of work. BLAS and torch keep to one thread while an engine is open (see `BlasThreadLimit`)."""

    workers: int

    _kernels: ClassVar[BlasThreadLimit] = BlasThreadLimit()

    def __init__(self) -> None:
        Engine._kernels.acquire()
        # Mesa's runners close no model: its engine then gives back when it goes.
        self._release = weakref.finalize(self, Engine._kernels.release)
        self._release.atexit = False

    @abstractmethod
    def map(self, function: Callable[[Piece], Result], pieces: Sequence[Piece]) -> list[Result]:
        """Results in the order of *pieces*. The first exception, in that order, is raised after all pieces ended."""

    def close(self) -> None:
        """End what the engine holds; it cannot be used afterwards."""
        self._release()


class SerialEngine(Engine):
    """One piece after the other, in the caller's thread."""

    workers = 1

    def map(self, function: Callable[[Piece], Result], pieces: Sequence[Piece]) -> list[Result]:
        """Results in the order of *pieces*."""
        return _Work(function, pieces).done_here()


class ThreadEngine(Engine):
    """A pool of threads; numpy lets go of the interpreter's lock inside its kernels."""

    def __init__(self, workers: int) -> None:
        super().__init__()
        self.workers = workers
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="freeagentics")

    def map(self, function: Callable[[Piece], Result], pieces: Sequence[Piece]) -> list[Result]:
        """Results in the order of *pieces*."""
        return self._map_on(self.workers, function, pieces)

    def _map_on(self, workers: int, function: Callable[[Piece], Result], pieces: Sequence[Piece]) -> list[Result]:
        """Each worker takes the next piece until none is left: a future each would cost more than a small piece."""
        work = _Work(function, pieces)
        futures: list[Future[None]] = []
        try:
            futures.extend(self._pool.submit(work.take_part) for _ in range(min(workers, len(pieces))))
            wait(futures)
        except BaseException:
            # Ctrl-C: what has begun ends, nothing else begins, and nobody works on when the caller has gone.
            work.stop()
            wait(futures)
            raise
        for future in futures:
            future.result()  # SystemExit and the like, which are nobody's result
        return work.results()

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()
        super().close()


class AdaptiveEngine(ThreadEngine):
    """Engine of as many threads as pay, between one and *most*, found for each kind of work by measuring (see `AdaptiveSize`).

    One worker is the caller's own thread. What is computed does not depend on it.

    Args:
        most: threads at most.
        initial: how many it begins with; by default all.
    """

    def __init__(self, most: int, initial: int | None = None) -> None:
        self.initial = most if initial is None else initial
        if not 1 <= self.initial <= most:
            raise BadInput(f"{self.initial} workers to begin with, {most} at most: give 1 or more, and at most no fewer than to begin with")
        super().__init__(most)
        self._sizes: dict[str, AdaptiveSize] = {}

    def map(self, function: Callable[[Piece], Result], pieces: Sequence[Piece]) -> list[Result]:
        """Results in the order of *pieces*."""
        size = self._sizes.setdefault(_kind(function), AdaptiveSize(self.initial, self.workers))
        began = wall_clock()
        results = _Work(function, pieces).done_here() if size.size == 1 else self._map_on(size.size, function, pieces)
        if pieces:
            size.record((wall_clock() - began) / len(pieces))
        return results

    @property
    def sizes(self) -> dict[str, int]:
        """The number of workers that each kind of work has settled on so far, by the function's name."""
        return {kind: size.settled for kind, size in self._sizes.items()}


class _Work:
    """Pieces that several workers take one by one, and what came of them."""

    def __init__(self, function: Callable[[Any], Any], pieces: Sequence[Any]) -> None:
        self._function = function
        self._results: list[Any] = [None] * len(pieces)
        self._errors: dict[int, Exception] = {}
        self._left = enumerate(pieces)

    def take_part(self) -> None:
        for place, piece in self._left:
            try:
                self._results[place] = self._function(piece)
            except Exception as error:
                self._errors[place] = error

    def stop(self) -> None:
        for _ in self._left:
            pass

    def results(self) -> list[Any]:
        if self._errors:
            raise self._errors[min(self._errors)]
        return self._results

    def done_here(self) -> list[Any]:
        self.take_part()
        return self.results()


def _kind(function: Callable[..., Any]) -> str:
    """The name of the function, also of one with arguments filled in: those change from step to step."""
    while isinstance(function, partial):
        function = function.func
    return getattr(function, "__qualname__", type(function).__qualname__)
