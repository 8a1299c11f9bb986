"""The archiver: moves copies of what is older than 90 days from the journal into an archive."""

from __future__ import annotations

from bisect import bisect_left
from pathlib import Path

import msgpack
import polars as pl

from freeagentics.journal import Journal, Kind
from freeagentics.memory.codec import Codes
from freeagentics.records.roster import Roster
from freeagentics.scenario.scenario import Scenario
from freeagentics.stores.archive import ARCHIVE_AGE_MS, Archive, ArchiveBatch, archive_before
from freeagentics.stores.archive.batch import COLUMNS, WINDOW_MS
from freeagentics.sync.projection import DecisionItems, StepTimes, memory_entries

BATCH_RECORDS = 100_000
"""Memories of a batch: a week of 500 agents on hourly bars, in some 100 MB while it is made."""


class Archiver:
    """Archives whole weeks of memories, what these are coded given, and decisions, once they are old enough. Adding what is there changes
    nothing.

    Bodies are those that a store has. A decision is archived with its outcome.

    Args:
        path: the journal's file.
        scenario: its `store.cold` is the archive's URL.
        run: the run's id.

    Attributes:
        done: last step for which the archive has all that it should have: the committed one, but for the steps that are left.
        records: rows that were new.
    """

    def __init__(self, path: Path, scenario: Scenario, run: str) -> None:
        self._path = path
        self._scenario = scenario
        self._archive = Archive(scenario.store.cold, run)
        self._archived = 0
        self.done = 0
        self.records = 0

    def close(self) -> None:
        """Nothing is held open."""

    def advance(self) -> int:
        """Archive the next week that is old enough, or as much of it as fits into a batch; returns the number of old steps that are left.

        Raises:
            StoreUnavailable: the archive failed.
            CorruptRecord: the journal, or a file that gets more rows, is damaged.
        """
        with Journal(self._path) as journal:
            commit = journal.commit_record()
            if commit is None:
                return 0
            steps = Steps(journal, commit.step)
            old = steps.before(archive_before(commit.timestamp))
            archived = self._archived
            if archived < old:
                archived = max(archived, steps.before(self._archived_until()))
            if archived < old:
                last = min(steps.before(_end_of_week(steps.at[archived + 1])), archived + self._batch())
                self.records += self._archive.add(self._rows(journal, archived + 1, last))
                archived = last
            self._archived = archived
            self.done = commit.step - max(old - archived, 0)
            return commit.step - self.done

    def purgeable(self) -> int:
        """Market time at which a store may be purged when all that is old enough is archived: decisions that have expired but belong to a
        week that is not over yet stay where they are."""
        with Journal(self._path) as journal:
            commit = journal.commit_record()
        return archive_before(commit.timestamp) + ARCHIVE_AGE_MS - 1 if commit else 0

    def _batch(self) -> int:
        return max(BATCH_RECORDS // self._scenario.agents.count, 1)

    def _archived_until(self) -> int:
        """Market time after the last row that is archived: weeks are added in their order, each batch whole."""
        return max((file.last_timestamp for file in self._archive.manifest().files), default=-1) + 1

    def _rows(self, journal: Journal, first: int, last: int) -> ArchiveBatch:
        names = Roster(journal)
        roles, desks = (dict(zip(names.ids, of, strict=True)) for of in (names.roles, names.seats["desk"].tolist()))
        memories = [
            (entry.agent, roles[entry.agent], entry.step, desks[entry.agent], entry.sequence, entry.timestamp, entry.body[0], entry.body)
            for entry in memory_entries(journal, names, first, last)
        ]
        # A horizon later outcomes are known, and what is archived is far older than that; so decisions are taken as they stand then.
        horizon = self._scenario.memory.horizon
        items = DecisionItems(journal, names, horizon).span(first, last + horizon)
        told = [(msgpack.unpackb(item.body), item.body) for item in items]
        decisions = [
            (body["agent_id"], roles[body["agent_id"]], step, body["timestamp"], body["decision_type"], body["decision_id"], packed)
            for body, packed in told
            if first <= (step := body["context"]["cycle"]) <= last
        ]
        return ArchiveBatch(
            pl.DataFrame(memories, schema=dict(COLUMNS["memories"]), orient="row"),
            pl.DataFrame(decisions, schema=dict(COLUMNS["decisions"]), orient="row"),
            _observations(journal, names, first, last),
            _books(journal, first, last),
        )


def _observations(journal: Journal, names: Roster, first: int, last: int) -> pl.DataFrame:
    at = StepTimes(journal)
    frames = []
    for step, _, rows in journal.scan(Kind.OBSERVATION, first=first, last=last):
        shown = {"step": step, "timestamp": at[step], "asset": list(names.symbols), "price": rows["price"] / names.units.price}
        values = {f"value_{place}": rows["values"][:, place] for place in range(rows["values"].shape[1])}
        frames.append(pl.DataFrame(shown | values, schema_overrides=dict(COLUMNS["observations"])))
    return pl.concat(frames)


def _books(journal: Journal, first: int, last: int) -> pl.DataFrame:
    """Codes of desks' books; none where memories do without them."""
    at, rows = StepTimes(journal), []
    for step, page in journal.scan_pages(Kind.BOOKS, first=first, last=last):
        codes = Codes.from_bytes(page.records.tobytes()).to_list()
        rows += [(step, at[step], desk, page.codec, code) for desk, code in enumerate(codes)]
    return pl.DataFrame(rows, schema=dict(COLUMNS["books"]), orient="row")


class Steps:
    """Committed steps by market time."""

    def __init__(self, journal: Journal, last: int) -> None:
        self.at = StepTimes(journal)
        self._last = last

    def before(self, timestamp: int) -> int:
        """The last step before market time *timestamp*; 0 where there is none."""
        return bisect_left(range(1, self._last + 1), timestamp, key=self.at.__getitem__)


def _end_of_week(timestamp: int) -> int:
    return (timestamp // WINDOW_MS + 1) * WINDOW_MS
