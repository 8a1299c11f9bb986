"""Agreement of decisions with those from memories as a journal keeps them: what forgetting changes."""

from __future__ import annotations

import numpy as np

from freeagentics.agents import Cohort, View
from freeagentics.arrays import I32, U8, AnyArray
from freeagentics.evaluation.agreement import HEEDED
from freeagentics.journal import Journal, Kind
from freeagentics.progress import ProgressCallback, no_progress, track
from freeagentics.records import RunRecord
from freeagentics.records.lineage import Lineage
from freeagentics.records.memories import Memories
from freeagentics.records.memory_audit import KeptAudit
from freeagentics.records.roster import Roster
from freeagentics.replay.restore import restore
from freeagentics.simulation import MarketModel, Probe


def kept_agreement(record: RunRecord, lineage: Lineage, steps: int, progress: ProgressCallback = no_progress) -> KeptAudit:
    """Compute the last *steps* steps of a run again, and let every agent decide each time also with memories of earlier days as the journal
    keeps them: shorter ones as they decode now, and without those that were dropped.

    Raises CorruptRecord for damage that is not of single memories, and what `restore` raises.
    """
    last = record.summary.steps
    with Journal(record.directory.journal) as journal:
        probe = KeptProbe(journal, Roster(journal), lineage, last - steps)
        with MarketModel(lineage.at(last), probes=[probe]) as model:
            restore(model, journal, last - steps)
            for _ in track(progress, "deciding with what is kept", range(last - model.steps)):
                model.step()
        return KeptAudit(
            steps=steps,
            decisions=probe.decisions,
            agreement=probe.same / probe.decisions,
            recallable=probe.recallable,
            dropped=probe.dropped,
        )


class KeptProbe(Probe):
    """A probe that has cohorts decide again with memories as a journal keeps them.

    Args:
        after: the step after which decisions are compared.

    Attributes:
        decisions, same: compared, and those of the same action on the same asset.
        recallable, dropped: memories in recall indexes, summed over decisions, and those of them that the journal has no more.
    """

    def __init__(self, journal: Journal, names: Roster, lineage: Lineage, after: int) -> None:
        self._memories = Memories(journal, names, lineage)
        self._until = max((step for step, _ in journal.long_term(Kind.LONG_TERM)), default=0)
        self._after = after
        self._found: dict[tuple[int, int], tuple[I32, U8]] = {}
        self.decisions = self.same = self.recallable = self.dropped = 0

    def decides(self, cohort: Cohort, view: View) -> None:
        """Have it decide with what is kept, and with what it remembers."""
        if view.observation.step <= self._after or not cohort.active.any():
            return
        before = cohort.state()
        whole = self._decide(cohort, view, before)
        self._forget(cohort)
        kept = self._decide(cohort, view, before)
        self.decisions += len(whole)
        self.same += int(((whole["action"] == kept["action"]) & (whole["asset"] == kept["asset"])).sum())

    def _decide(self, cohort: Cohort, view: View, before: dict[str, AnyArray]) -> AnyArray:
        """Decisions of the cohort, were it to heed its memories; it is left as it was *before*."""
        cohort.recollection.least = HEEDED
        try:
            return cohort.decide(view).decisions
        finally:
            cohort.recollection.least = np.float32(0)
            cohort.load(before)

    def _forget(self, cohort: Cohort) -> None:
        """Have the recall index hold memories of earlier days as the journal keeps them."""
        index, active = cohort.index, cohort.active
        self.recallable += int((index.step[active] >= 0).sum())
        steps = np.unique(index.step[active])
        for step in steps[(steps > 0) & (steps <= self._until)].tolist():
            agents, keys = self._kept(cohort, step)
            row, slot = np.nonzero((index.step == step) & active[:, None])
            place = np.minimum(np.searchsorted(agents, cohort.agent[row]), max(len(agents) - 1, 0))
            there = agents[place] == cohort.agent[row] if len(agents) else np.zeros(len(row), dtype=np.bool_)
            index.key[row[there], slot[there]] = keys[place[there]]
            gone = row[~there], slot[~there]
            index.step[gone], index.result[gone] = -1, np.nan
            self.dropped += int((~there).sum())

    def _kept(self, cohort: Cohort, step: int) -> tuple[I32, U8]:
        """Agents of a cohort whose memory of a step is kept and can be read, rising, and the keys that these decode to."""
        for _, kept in self._memories.span(step, step) if (cohort.number, step) not in self._found else ():
            intact = kept.rows(kept.codes.intact)
            number = self._memories.cohort_of(int(kept.agent[0]))
            if len(intact):
                vectors = self._memories.vectors(step, intact)
                self._found[number, step] = intact.agent, self._memories.table(int(kept.agent[0])).keys_of(vectors)
        nothing = np.empty(0, dtype=np.int32), np.empty((0, cohort.table.key_size), dtype=np.uint8)
        return self._found.setdefault((cohort.number, step), nothing)
