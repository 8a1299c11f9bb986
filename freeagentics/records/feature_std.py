"""Standard deviations of features in a run: errors of a codec are measured against them."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from freeagentics.arrays import F32, F64, I64
from freeagentics.journal import Journal
from freeagentics.memory import EncodedMemories
from freeagentics.progress import ProgressCallback, no_progress, track
from freeagentics.records.memories import Memories
from freeagentics.records.roster import Roster
from freeagentics.records.run_record import RunRecord

STEPS, ROWS = 100, 50
"""Looked at: so many steps, spread over the run, and of each cohort so many of its memories, so that it takes a second or two."""


def feature_std(record: RunRecord, progress: ProgressCallback = no_progress) -> dict[str, F64]:
    """By role, the standard deviation of each feature (F,) among memories of a run, as they decode; 0 where there is but one.

    Raises CorruptRecord for damaged memories.
    """
    found: defaultdict[str, list[F32]] = defaultdict(list)
    with Journal(record.directory.journal) as journal:
        names = Roster(journal)
        memories, last = Memories(journal, names, record.lineage), record.summary.steps
        steps = np.unique(np.linspace(1, last, min(STEPS, last)).astype(np.int64)).tolist()
        for step in track(progress, "reading memories", steps):
            for _, kept in memories.span(step, step):
                few = _few(kept)
                found[names.roles[few.agent[0]]].append(memories.vectors(step, few))
    return {role: np.concatenate(parts).std(axis=0, dtype=np.float64) for role, parts in found.items()}


def _few(kept: EncodedMemories) -> EncodedMemories:
    rows: I64 = np.unique(np.linspace(0, len(kept) - 1, min(ROWS, len(kept))).astype(np.int64))
    return kept.rows(rows)
