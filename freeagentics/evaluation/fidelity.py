"""Fidelity by age: memories as a journal keeps them, beside what they were made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from freeagentics.agents import Cohort
from freeagentics.agents.cohort import CohortPages, StepContext
from freeagentics.arrays import F32, F64, I32
from freeagentics.evaluation.feature_errors import FeatureErrors, root_of
from freeagentics.journal import Journal
from freeagentics.memory import GROUPS, EncodedMemories
from freeagentics.memory.features import Group
from freeagentics.progress import ProgressCallback, no_progress, track
from freeagentics.records import RunRecord
from freeagentics.records.lineage import Lineage
from freeagentics.records.memories import Memories
from freeagentics.records.memory_audit import AgeAudit
from freeagentics.records.roster import Roster
from freeagentics.replay.restore import model_at
from freeagentics.simulation import Probe

AGES = 8
"""Steps that are looked at, spread over the run. Each comes right after a checkpoint, so that it is one step to compute again."""


def fidelity_by_age(
    record: RunRecord, lineage: Lineage, spread: Mapping[str, F64], progress: ProgressCallback = no_progress
) -> tuple[AgeAudit, ...]:
    """Compute some steps of a run again, the oldest first, and compare what agents experienced with what the journal gives back of it.

    Args:
        spread: as `audit_memories` takes it.

    Raises CorruptRecord for damage that is not of single memories, and what `model_at` raises.
    """
    last, found = record.summary.steps, []
    with Journal(record.directory.journal) as journal:
        memories = Memories(journal, Roster(journal), lineage)
        for step in track(progress, "comparing memories with experiences", _steps(journal, last)):
            probe = ExperienceProbe()
            with model_at(lineage.at(step), journal, step, since=step - 1, probes=[probe]):
                found.append(_compared(step, last, probe, memories, spread))
    return tuple(found)


def _steps(journal: Journal, last: int) -> list[int]:
    first = np.array([1, *(step + 1 for step in journal.checkpoint_steps() if step < last)])
    chosen: list[int] = first[np.unique(np.linspace(0, len(first) - 1, AGES).astype(np.int64))].tolist()
    return chosen


class ExperienceProbe(Probe):
    """A probe that keeps what agents experienced in the last step.

    Attributes:
        cohorts: by their number.
        agents: by number of cohort, indexes of those who are there, int32 (n,).
        vectors: by number of cohort, their feature vectors, float32 (n, F).
    """

    def __init__(self) -> None:
        self.cohorts: dict[int, Cohort] = {}
        self.agents: dict[int, I32] = {}
        self.vectors: dict[int, F32] = {}

    def learned(self, cohort: Cohort, context: StepContext, pages: CohortPages) -> None:
        """Keep what a cohort experienced."""
        self.cohorts[cohort.number] = cohort
        self.agents[cohort.number] = cohort.agent[cohort.active]
        self.vectors[cohort.number] = cohort.table.clipped(context.states[cohort.active])

    def of(self, cohort: int, agents: I32) -> F32:
        """Feature vectors (n, F) of those agents (n,) of a cohort."""
        order = np.argsort(self.agents[cohort], kind="stable")
        return self.vectors[cohort][order[np.searchsorted(self.agents[cohort], agents, sorter=order)]]


def _compared(step: int, last: int, probe: ExperienceProbe, memories: Memories, spread: Mapping[str, F64]) -> AgeAudit:
    # A role that had nothing to take a spread from has no errors.
    errors = {
        cohort.role: FeatureErrors(cohort.table, spread.get(cohort.role, np.zeros(len(cohort.table)))) for cohort in probe.cohorts.values()
    }
    intact: list[tuple[int, EncodedMemories]] = []
    for _, kept in memories.span(step, step):
        whole = kept.rows(kept.codes.intact)
        if len(whole):
            intact.append((memories.cohort_of(int(whole.agent[0])), whole))
    for cohort, kept in intact:
        errors[probe.cohorts[cohort].role].add(probe.of(cohort, kept.agent), memories.vectors(step, kept))
    return AgeAudit(
        step=step,
        age=last - step,
        made=sum(len(agents) for agents in probe.agents.values()),
        kept=sum(len(kept) for _, kept in intact),
        bytes=sum(int(kept.codes.length.sum()) for _, kept in intact),
        error=root_of([found.of(found.varies) for found in errors.values()]),
        groups={group: root_of(_of_group(group, errors.values())) for group in GROUPS},
    )


def _of_group(group: Group, errors: Iterable[FeatureErrors]) -> list[F64]:
    return [found.of(found.grouped[group]) for found in errors]
