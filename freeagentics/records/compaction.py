"""Compaction: the journal of a run that is not going on, brought into budgets for its memories, and without free space."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from freeagentics.errors import BadRunDirectory
from freeagentics.journal import Journal
from freeagentics.records.budgets import Budgets
from freeagentics.records.consolidator import Consolidator
from freeagentics.records.losses import Loss
from freeagentics.records.memories import memory_totals
from freeagentics.records.roster import Roster
from freeagentics.records.run_directory import RunDirectory
from freeagentics.records.run_record import RunRecord


@dataclass(frozen=True, slots=True)
class Compaction:
    """Result of a compaction.

    Attributes:
        memories_before, memories_after: that the journal kept and keeps.
        memory_bytes_before, memory_bytes_after: of their pages.
        file_bytes_before, file_bytes_after: of the journal's file.
        loss: to budgets.
    """

    memories_before: int
    memories_after: int
    memory_bytes_before: int
    memory_bytes_after: int
    file_bytes_before: int
    file_bytes_after: int
    loss: Loss


def compact(path: str | Path, *, budget_bytes: int | None = None, population_budget: int | None = None) -> Compaction:
    """Compact the journal of a run. All but memories stays as it is, so the run can be resumed, forked and explained as before.

    Args:
        path: the run directory.
        budget_bytes: that each agent's memories may take, in place of those of the scenario; 0 for any.
        population_budget: that those of all agents may take, in place of that of the scenario; 0 for any.

    Raises:
        BadRunDirectory: no run directory, locked by a living run, or nothing in it.
        JournalFailed: the journal could not be written; it is as it was.
    """
    directory = RunDirectory.open(Path(path))
    with directory.locked(), Journal(directory.journal) as journal:
        last = journal.commit_record()
        if last is None:
            raise BadRunDirectory(f"{path}: nothing is on record; resume the run first")
        before, size = memory_totals(journal), directory.journal.stat().st_size
        lineage, names = directory.read_lineage(), Roster(journal)
        budgets = Budgets.of(lineage.own, names, each=budget_bytes, together=population_budget)
        consolidator = Consolidator(journal, lineage, budgets)
        with journal.editing("its compaction") as edit:
            consolidator.compact(last.step, edit)
        journal.compact()
        after = memory_totals(journal)
    _amend(directory, *after)
    return Compaction(before[0], after[0], before[1], after[1], size, directory.journal.stat().st_size, consolidator.loss)


def _amend(directory: RunDirectory, memories: int, size: int) -> None:
    """Have the summary of a run that has ended tell of what is kept, and drop the audit, which told of what was."""
    if directory.summary.is_file():
        summary = RunRecord(directory.path).summary
        kept = {"memories": memories, "bytes_per_memory": round(size / max(memories, 1), 2)}
        directory.write_summary(summary.model_copy(update=kept).model_dump_json(indent=2))
    directory.audit.unlink(missing_ok=True)
