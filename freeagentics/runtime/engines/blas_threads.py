"""One thread for BLAS and torch, as long as workers share the cores."""

from __future__ import annotations

import sys
from threading import RLock
from typing import Any

from threadpoolctl import threadpool_limits


class BlasThreadLimit:
    """BLAS and torch are one for the whole process: the first user limits both to one thread, the last gives back what the first found.

    Their own threads would fight the workers, and sums split over threads give other last bits. torch is limited where it is imported
    already: freeagentics imports it only to train.
    """

    def __init__(self) -> None:
        self._users = 0
        # Reentrant: the collector may take an engine that nobody closed while another one is opened.
        self._lock = RLock()
        self._blas: threadpool_limits | None = None
        self._torch: tuple[Any, int] | None = None

    def acquire(self) -> None:
        """Count one more user."""
        with self._lock:
            # Counted first: a collector that takes the only other user now must not find that nobody is left.
            self._users += 1
            if self._blas is None:
                self._limit()

    def release(self) -> None:
        """Count one user less."""
        with self._lock:
            self._users -= 1
            if self._users == 0:
                self._restore()

    def _limit(self) -> None:
        self._blas = threadpool_limits(1)
        torch = sys.modules.get("torch")
        # A module that is being imported by another thread is there, but not whole.
        if torch is not None and hasattr(torch, "set_num_threads"):
            self._torch = (torch, torch.get_num_threads())
            torch.set_num_threads(1)

    def _restore(self) -> None:
        if self._torch is not None:
            torch, threads = self._torch
            torch.set_num_threads(threads)
        if self._blas is not None:
            self._blas.restore_original_limits()
        self._blas = self._torch = None
