"""The projector: feeds a store from the journal, a batch of steps at a time."""

from __future__ import annotations

from pathlib import Path

from freeagentics.journal import Journal
from freeagentics.records.roster import Roster
from freeagentics.records.run_directory import RunDirectory
from freeagentics.scenario.scenario import Scenario
from freeagentics.stores import Store
from freeagentics.stores.tables import DECISIONS, SIGNALS
from freeagentics.sync.memory_vectors import MemoryVectors, put_vectors
from freeagentics.sync.projection import DecisionItems, memory_entries
from freeagentics.sync.signal_items import SignalItems

BEGUN, DONE = "journal-begun", "journal"
"""Cursors in the store: the last step of the batch that is being written, and the last step that is written."""

VECTORS = "journal-vectors"
"""Cursor in a store that keeps vectors: the last step of which it does. One that was fed without them is fed again."""

BATCH_RECORDS = 4096
"""Memories of a batch: enough that a call costs little, few enough that a batch takes a fraction of a second and a few MB."""

MOST_STEPS = 256


class Projector:
    """Feeds a store from a journal, which a run may be writing to. Its place is kept in the store, and writing again what is there
    changes nothing: it may be stopped anywhere, and goes on from there.

    A store that was emptied meanwhile, or came back with an older state, is noticed: a batch begins with one cursor and ends with another,
    and a store that does not know the beginning of what it has begins with the first step again. What goes unnoticed is a store that saved
    its state and lost what came after that within one batch.

    Args:
        path: the journal's file; it is opened afresh for each batch, as the run may have added layouts of pages to it.

    Attributes:
        done: last step that is known to be in the store.
        records: records written so far, those that were written again included.
    """

    def __init__(self, path: Path, scenario: Scenario, store: Store) -> None:
        self._path = path
        self._scenario = scenario
        self._store = store
        self._names: Roster | None = None
        self.done = 0
        self.records = 0

    def advance(self) -> int:
        """Write the next batch; returns the number of committed steps that are left.

        Raises:
            StoreUnavailable: the store failed; what it has is right up to its place.
            CorruptRecord: the journal is damaged.
        """
        with Journal(self._path) as journal:
            commit = journal.commit_record()
            committed = commit.step if commit else 0
            self.done = self._place()
            if self.done < committed:
                self.done = self._put_batch(journal, self.done + 1, min(committed, self.done + self._batch()))
            return max(committed - self.done, 0)

    def _put_batch(self, journal: Journal, first: int, last: int) -> int:
        """Write these steps; returns the store's place then. What was lost before the beginning is set shows in the place that the store
        has then, what is lost after it in the beginning being gone at the end."""
        self._store.set_cursor(BEGUN, last)
        if (self._store.get_cursor(DONE) or 0) == first - 1:
            self._write(journal, first, last)
            if self._store.vectors is not None:
                self._store.set_cursor(VECTORS, last)
            self._store.set_cursor(DONE, last)
        return self._place()

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def catch_up(self) -> int:
        """Write all that is committed; returns the step that the store is at then. Raises what `advance` raises."""
        while self.advance():
            pass
        return self.done

    def again(self) -> None:
        """Begin with the first step again, whatever the store says."""
        self._store.set_cursor(DONE, 0)

    def _place(self) -> int:
        begun, done = self._store.get_cursor(BEGUN), self._store.get_cursor(DONE) or 0
        unsearchable = self._store.vectors is not None and (self._store.get_cursor(VECTORS) or 0) < done
        if done and (begun is None or begun < done or unsearchable):
            # Set before another batch begins, or its beginning would vouch for what is gone.
            self._store.set_cursor(DONE, 0)
            return 0
        return done

    def _batch(self) -> int:
        return min(max(BATCH_RECORDS // self._scenario.agents.count, 1), MOST_STEPS)

    def _write(self, journal: Journal, first: int, last: int) -> None:
        names = self._names = self._names or Roster(journal)
        memories = memory_entries(journal, names, first, last)
        self._store.append(memories)
        decisions = list(DecisionItems(journal, names, self._scenario.memory.horizon).span(first, last))
        self._store.put(DECISIONS, decisions)
        if self._store.vectors is not None:
            lineage = RunDirectory.open(self._path.parent).read_lineage()
            put_vectors(self._store.vectors, MemoryVectors(journal, names, lineage), first, last, decisions)
        signals = list(SignalItems(journal, names).span(first, last))
        self._store.put(SIGNALS, signals)
        self.records += len(memories) + len(decisions) + len(signals)
