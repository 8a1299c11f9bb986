"""One reader over all tiers: what a store still has, hot or durable, and before that what only the archive has (extra ``archive``)."""

from __future__ import annotations

from freeagentics.clock import iso
from freeagentics.stores.archive import ARCHIVE_AGE_MS, Archive
from freeagentics.stores.contract import Store
from freeagentics.stores.records import Item, LogEntry
from freeagentics.stores.tables import DECISIONS, decision_partition


class TierReader:
    """Reads an agent's records as if they had never been moved; the store is asked first, and the archive only for what is older.

    Args:
        store: a durable store, or a `TieredStore`.
        archive: of the same run.

    Every method raises StoreUnavailable where a tier fails that it needs, and CorruptRecord where a file of the archive is damaged.
    """

    def __init__(self, store: Store, archive: Archive) -> None:
        self._store = store
        self._archive = archive

    def memories(self, agent: str, *, limit: int | None = None) -> list[LogEntry]:
        """The newest *limit* memories, or all, newest first."""
        kept = self._store.read(agent, newest_first=True, limit=limit)
        if limit is not None and len(kept) >= limit:
            return kept
        rows = self._archive.read("memories", agent=agent, last=kept[-1].timestamp if kept else None)
        columns = rows.select("agent", "step", "sequence", "timestamp", "body")
        older = [LogEntry(*row) for row in columns.sort("step", "sequence", descending=True).iter_rows()]
        return [*kept, *older][:limit]

    def decisions(self, agent: str, decision_type: str, *, limit: int | None = None) -> list[Item]:
        """The newest *limit* decisions of a type, or all, newest first, expired ones included. Archived ones stand in no index."""
        partition = decision_partition(agent, decision_type)
        kept = self._store.query(DECISIONS, partition, newest_first=True, limit=limit)
        if limit is not None and len(kept) >= limit:
            return kept
        rows = self._archive.read("decisions", agent=agent)
        there = {item.sort for item in kept}
        older = [
            Item(partition, sort, body, version=2, expires=timestamp + ARCHIVE_AGE_MS)
            for kind, timestamp, identity, body in rows.select("decision_type", "timestamp", "decision_id", "body").iter_rows()
            if kind == decision_type and (sort := f"{iso(timestamp)}#{identity}") not in there
        ]
        return [*kept, *sorted(older, key=lambda item: item.sort, reverse=True)][:limit]
