"""A sync worker: a thread that keeps one store up with the journal while the run goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from freeagentics.clock import wall_clock
from freeagentics.errors import StoreUnavailable

LINGER_S = 0.5
"""Wall time between two batches while the run goes on: batches of many steps cost a store far less than many batches."""

PATIENCE_S = 10.0
"""How long a run that has ended waits for a store that makes no progress."""

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 5.0


class SyncTask(Protocol):
    """The task of a worker: a `Projector`, or an `Archiver`."""

    done: int
    """Last step that is in the store."""

    records: int

    def advance(self) -> int:
        """Write the next batch; returns the number of committed steps that are left."""

    def close(self) -> None:
        """Let go of the store."""


class SyncWorker:
    """Keeps one store up with the journal, in a thread of its own. Nothing that happens to the store touches the run.

    A store that fails is tried again, after ever longer pauses; what it misses stays in the journal and is written later. Any other error
    ends the worker, and is told.

    Args:
        name: of the thread.
        connect: opens the store and gives the work to do on it; it may raise `StoreUnavailable`.
        patience_s: how long the end of a run waits for a store that makes no progress.

    Attributes:
        done: last step that is known to be in the store.
        records: records written.
        failures: how often the store failed.
        error: what went wrong last, or None where the last batch went well.
    """

    def __init__(self, name: str, connect: Callable[[], SyncTask], *, patience_s: float = PATIENCE_S) -> None:
        self.done = 0
        self.records = 0
        self.failures = 0
        self.error: str | None = None
        self._connect = connect
        self._patience_s = patience_s
        self._work: SyncTask | None = None
        self._steps = 1
        self._pause = _FIRST_PAUSE_S
        self._progressed_at = wall_clock()
        self._ending = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"freeagentics-{name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def finish(self) -> None:
        """Wait until the store has all that is committed; not for longer than `patience_s` without progress."""
        self._progressed_at = wall_clock()
        self._ending.set()
        self._wait()

    def stop(self) -> None:
        """End after the batch that is being written; the rest is for the next time."""
        self._stopped.set()
        self._ending.set()
        self._progressed_at = wall_clock()
        self._wait()

    def _wait(self) -> None:
        # A driver may hang for longer than anybody should wait for it; the thread is a daemon then, and dies with the process.
        while self._thread.is_alive() and self._hopeful():
            self._thread.join(self._patience_s / 10)

    def _hopeful(self) -> bool:
        return wall_clock() - self._progressed_at < self._patience_s

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                # Asked before the batch: only a batch that was begun after the run's last step can have found that nothing is left.
                ending = self._ending.is_set()
                left = self._try_batch()
                if ending and (left == 0 or (left is None and not self._hopeful())):
                    return
                self._rest(left, ending=ending)
        except Exception as error:
            # Whatever it is, it is the store's affair: the run goes on, and says so when it ends.
            self.failures, self.error = self.failures + 1, f"{type(error).__name__}: {error}"
        finally:
            self._let_go()

    def _rest(self, left: int | None, *, ending: bool) -> None:
        if left is None:
            self._stopped.wait(min(self._pause, self._patience_s / 4) if ending else self._pause)
            self._pause = min(2 * self._pause, _LONGEST_PAUSE_S)
            return
        self._pause = _FIRST_PAUSE_S
        if left < self._steps:
            self._ending.wait(LINGER_S)

    def _try_batch(self) -> int | None:
        """Steps that are left, or None where the store failed."""
        try:
            return self._batch()
        except StoreUnavailable as error:
            self.failures, self.error = self.failures + 1, str(error)
            self._let_go()
            return None

    def _batch(self) -> int:
        work = self._work = self._work or self._connect()
        before = work.records
        left = work.advance()
        self.records += work.records - before
        self._steps = max(work.done - self.done, 1)
        if work.done > self.done:
            self._progressed_at = wall_clock()
        self.done, self.error = work.done, None
        return left

    def _let_go(self) -> None:
        work, self._work = self._work, None
        if work is not None:
            try:
                work.close()
            except StoreUnavailable as error:
                self.error = str(error)
