"""Going back in long-term memories: pages that reach beyond a step, cut there."""

from __future__ import annotations

from freeagentics.journal import Journal, Kind, PageEdit
from freeagentics.records.long_term import LongTermMemories
from freeagentics.records.losses import Loss, losses


def cut_after(journal: Journal, step: int) -> None:
    """Leave no page that holds memories of steps up to *step* beyond it, before what is there is discarded.

    What was forgotten later is gone from a copy as well, so its losses count from then on for this step.

    Raises CorruptRecord where such a page is damaged, JournalFailed.
    """
    with journal.editing(f"memories up to step {step}") as edit:
        cut: set[int] = set()
        for last, cohort in journal.long_term(Kind.LONG_TERM):
            if last > step and cohort not in cut:
                cut.add(cohort)
                _cut(journal, last, cohort, step, edit)
        lost: dict[int, Loss] = {}
        for (at, cohort), loss in losses(journal).items():
            if at >= step:
                lost[cohort] = lost.get(cohort, Loss()) + loss
        for cohort, loss in lost.items():
            edit.put(step, loss.to_page(cohort))


def _cut(journal: Journal, last: int, cohort: int, step: int, edit: PageEdit) -> None:
    page = journal.page(last, Kind.LONG_TERM, cohort)
    assert page is not None
    memories = LongTermMemories.from_page(page)
    if memories.columns.first <= step:
        edit.put(step, memories.until(step).to_page(cohort))
