"""Committing beside deciding: a thread that writes steps while the next one is computed."""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from freeagentics.arrays import AnyArray
from freeagentics.errors import JournalFailed, RunFailed
from freeagentics.journal.journal import CommitRecord, Consolidate, Journal
from freeagentics.journal.pages import CHAINED, Page

QUEUE_LENGTH = 4
"""Steps that may wait to be written: enough to ride out a slow commit, few enough to bound what a kill loses and RAM holds."""


@dataclass(frozen=True, slots=True, eq=False)
class StepCommit:
    """All that a step leaves behind. Its arrays belong to the writer from now on: nobody may change them. Parts of a checkpoint may be
    packed already, by `pack_arrays`."""

    step: int
    timestamp: int
    pages: tuple[Page, ...]
    checkpoint: Mapping[str, Mapping[str, AnyArray] | bytes] | None = None


def chain(previous: bytes, pages: Iterable[Page]) -> bytes:
    """h(t) = sha256(h(t-1), prices, decisions, orders, fills, accounts); kinds in order of number, cohorts in order."""
    digest = hashlib.sha256(previous)
    for page in sorted((page for page in pages if page.kind in CHAINED), key=lambda page: (page.kind, page.cohort)):
        digest.update(page.chained_bytes())
    return digest.digest()


class JournalWriter:
    """Writes commits in a thread of its own, in order. An error there stops the run at the next `put` or `close`.

    Steps that the journal already holds (a resumed run recomputes from its checkpoint) are compared with it instead of written: a
    difference raises RunFailed, and nothing once committed is lost.

    Args:
        journal: where to write; None keeps the chain and writes nothing.
        start: the commit that the first commit follows, or None for a fresh run.
        consolidate: called in the transaction of every step that is written; see `Journal.commit`.
    """

    def __init__(self, journal: Journal | None, start: CommitRecord | None = None, consolidate: Consolidate | None = None) -> None:
        self._journal = journal
        self._consolidate = consolidate
        last = journal.commit_record() if journal else None
        self._written = last.step if last else 0
        self.sha256 = start.sha256 if start else b""
        self._error: BaseException | None = None
        self._told = False
        self._queue: queue.Queue[StepCommit | None] = queue.Queue(QUEUE_LENGTH)
        self._thread = threading.Thread(target=self._run, name="freeagentics-journal", daemon=True)
        self._thread.start()

    def put(self, commit: StepCommit) -> None:
        """Hand over a step; waits while the queue is full. Raises what went wrong in the writer, if anything did, and JournalFailed once
        it is closed."""
        self._raise()
        # Nobody would take the commit from the queue, and the fifth `put` would wait for ever.
        if not self._thread.is_alive():
            raise JournalFailed(f"step {commit.step} came after the journal's writer was closed")
        self._queue.put(commit)

    def flush(self) -> None:
        """Wait until all that was handed over is on disk. Raises what went wrong, if anything did."""
        self._queue.join()
        self._raise()

    def close(self) -> None:
        """Flush and end the thread. Raises what went wrong, if that was not raised before: once is told, twice would hide what was said
        about the first."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()
        if not self._told:
            self._raise()

    def _raise(self) -> None:
        if self._error is not None:
            self._told, error = True, self._error
            raise error if isinstance(error, RunFailed) else JournalFailed(f"the journal's writer failed: {error!r}") from error

    def _run(self) -> None:
        while (commit := self._queue.get()) is not None:
            # After an error the queue is still drained, or a full one would block the model for ever.
            if self._error is None:
                try:
                    self._commit(commit)
                except BaseException as error:
                    self._error = error
            self._queue.task_done()
        self._queue.task_done()

    def _commit(self, commit: StepCommit) -> None:
        self.sha256 = chain(self.sha256, commit.pages)
        if self._journal is None:
            return
        if commit.step > self._written:
            record = CommitRecord(commit.step, commit.timestamp, self.sha256)
            self._journal.commit(record, commit.pages, commit.checkpoint, self._consolidate)
            return
        kept = self._journal.commit_record(commit.step)
        if kept is None or kept.sha256 != self.sha256:
            raise RunFailed(
                f"step {commit.step} came out differently than the journal has it: the run was started by another version "
                "of freeagentics or numpy, on another kind of processor, or its scenario was edited"
            )
