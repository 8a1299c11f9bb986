"""Small steps for the tests of the journal: what step *n* holds is a function of *n*, so that any reader can check it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from freeagentics.arrays import AnyArray
from freeagentics.journal import SHARED, CommitRecord, Journal, Kind, Page, StepCommit

RECORD = np.dtype([("agent", "<i4"), ("value", "<f4"), ("code", "u1", (3,))])
OBSERVED = np.dtype([("price", "<i8"), ("values", "<f4", (2,))])


def records(step: int, count: int = 3) -> AnyArray:
    made = np.zeros(count, RECORD)
    made["agent"], made["value"], made["code"] = np.arange(count), step, step % 256
    return made


def observed(step: int) -> AnyArray:
    made = np.zeros(2, OBSERVED)
    made["price"], made["values"] = step * 100, step
    return made


def pages(step: int) -> tuple[Page, ...]:
    """Four pages: an observation, decisions of two cohorts, and memories of one."""
    return (
        Page(Kind.OBSERVATION, SHARED, observed(step)),
        Page(Kind.DECISIONS, 0, records(step)),
        Page(Kind.DECISIONS, 1, records(step, 2)),
        Page(Kind.MEMORIES, 0, records(step, 4), codec=1),
    )


def marker(step: int) -> CommitRecord:
    return CommitRecord(step, step * 1000, bytes([step % 256]) * 32)


def step_commit(step: int) -> StepCommit:
    return StepCommit(step, step * 1000, pages(step))


def state(step: int) -> dict[str, dict[str, AnyArray]]:
    return {"market": {"close": np.full(3, step, np.float64)}, "cohort-0": {"agent": np.arange(step)}}


def journal_of(path: Path, steps: int, *, checkpoints: tuple[int, ...] = ()) -> Journal:
    """A new journal with steps 1 to *steps*."""
    journal = Journal(path, create=True)
    for step in range(1, steps + 1):
        journal.commit(marker(step), pages(step), state(step) if step in checkpoints else None)
    return journal


def is_whole(journal: Journal, steps: int) -> bool:
    """Whether the journal holds steps 1 to *steps*, all of each, and nothing else."""
    journal.check()
    last = journal.commit_record()
    if (last.step if last else 0) != steps or any(journal.commit_record(step) is None for step in range(1, steps + 1)):
        return False
    held = [(kind, step, cohort, found.tobytes()) for kind in Kind for step, cohort, found in journal.scan(kind, last=steps + 3)]
    made = [(page.kind, step, page.cohort, page.records.tobytes()) for step in range(1, steps + 1) for page in pages(step)]
    return sorted(held) == sorted(made)
