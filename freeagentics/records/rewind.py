"""Going back in long-term memories: pages that reach beyond a step, cut there."""

from __future__ import annotations

from dataclasses import replace

from freeagentics.journal import Journal, Kind, PageEdit
from freeagentics.records.long_term import LongTermMemories
from freeagentics.records.losses import Loss, losses, total


def cut_after(journal: Journal, step: int) -> None:
    """Leave no page that holds memories of steps up to *step* beyond it, before what is there is discarded.

    What was forgotten later is gone from a copy as well: it counts as lost at *step*, in as far as it was made before.

    Raises CorruptRecord where such a page is damaged, JournalFailed.
    """
    with journal.editing(f"memories up to step {step}") as edit:
        kept: dict[int, int] = {}
        for last, cohort in journal.long_term(Kind.LONG_TERM):
            page = journal.page(last, Kind.LONG_TERM, cohort)
            assert page is not None
            memories = LongTermMemories.from_page(page).until(min(step, last))
            kept[cohort] = kept.get(cohort, 0) + len(memories)
            if last > step and memories.columns.first <= step:
                edit.put(step, memories.to_page(cohort))
        for cohort, count in kept.items():
            _settle(journal, cohort, step, count, edit)


def _settle(journal: Journal, cohort: int, step: int, kept: int, edit: PageEdit) -> None:
    """Write down as lost at a step what of the memories up to it was dropped later, with the error that was measured then."""
    mine = {at: loss for (at, number), loss in losses(journal).items() if number == cohort}
    before, later = (total(loss for at, loss in mine.items() if (at > step) is after) for after in (False, True))
    if not later:
        return
    waiting = sum(page.count or 0 for _, page in journal.memories(1, step) if page.kind is Kind.MEMORIES and page.cohort == cohort)
    made = sum(len(records) for _, records in journal.scan_cohort(Kind.DECISIONS, cohort, 1, step))
    lost = replace(later, dropped=made - waiting - kept - before.dropped, shortened=min(later.shortened, kept))
    edit.put(step, (lost + mine.get(step, Loss())).to_page(cohort))
