"""The log over items: a page is an item whose version says whether it is still the page that was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, islice
from typing import NamedTuple

from freeagentics.errors import StoreUnavailable
from freeagentics.stores.contract import missing_entry
from freeagentics.stores.dynamodb.connection import pauses
from freeagentics.stores.dynamodb.errors import Conflict
from freeagentics.stores.dynamodb.items import Change, Items, transactions
from freeagentics.stores.dynamodb.pages import PAGE_STEPS, Entries, pack_page, page_of, unpack_page
from freeagentics.stores.dynamodb.queries import stream
from freeagentics.stores.records import Item, Key, LogEntry, Position, Query, TableSpec

MEMORIES = TableSpec("agent_memories")
"""The logs of all agents, and the cursors."""

_LAST_STEP = 2**63 - 1

Edit = Callable[[Entries, Sequence[LogEntry]], bool]
"""Works given entries into those of a page; returns whether that changed them."""

Lots = Callable[[Sequence[Change]], list[list[Change]]]
"""Says which changes to one agent's log are made at once."""


class Page(NamedTuple):
    """A page as it was read: its number, its version (None where there is none yet) and its entries."""

    number: int
    version: int | None
    entries: Entries


class Log:
    """The logs of one run's agents."""

    def __init__(self, items: Items) -> None:
        self._items = items

    def append(self, entries: Sequence[LogEntry]) -> None:
        """Add entries; a position that is there keeps its entry."""
        # Page by page: a reader sees what it would between two calls, and a transaction costs twice as much.
        self._edit(entries, _add, lambda changes: [[change] for change in changes])

    def replace(self, entries: Sequence[LogEntry]) -> None:
        """Rewrite bodies; raises KeyError where a position is not there, before anything is written."""
        self._edit(entries, _rewrite, transactions)

    def _edit(self, entries: Sequence[LogEntry], edit: Edit, lots: Lots) -> None:
        by_agent = {agent: list(group) for agent, group in groupby(sorted(entries, key=_agent), key=_agent)}
        for _ in pauses():
            changes = self._changes(by_agent, edit)
            done = self._items.connection.each(self._commit, [lots(made) for made in changes.values()])
            by_agent = {agent: by_agent[agent] for agent, whole in zip(changes, done, strict=True) if not whole}
            if not by_agent:
                return
        raise self._contested(next(iter(by_agent)))

    def _changes(self, by_agent: dict[str, list[LogEntry]], edit: Edit) -> dict[str, list[Change]]:
        """Changes to be written, by agent; all pages are read and edited before anything is."""
        pages = {
            (agent, number): list(group)
            for agent, entries in by_agent.items()
            for number, group in groupby(sorted(entries, key=_page), key=_page)
        }
        found = self._items.find(MEMORIES, [_key(*place) for place in pages], consistent=True)
        changes: dict[str, list[Change]] = {agent: [] for agent in by_agent}
        for (agent, number), entries in pages.items():
            page = _page_in(agent, found.get(_key(agent, number)), number)
            if edit(page.entries, entries):
                changes[agent].append(_change(agent, page))
        return {agent: made for agent, made in changes.items() if made}

    def _commit(self, lots: list[list[Change]]) -> bool:
        try:
            for lot in lots:
                self._items.commit(MEMORIES, lot)
        except Conflict:
            return False
        return True

    def read(self, agent: str, *, after: Position | None, before: Position | None, newest_first: bool, limit: int | None) -> list[LogEntry]:
        """Entries strictly between two positions."""
        self._items.connection.check_open()
        first, last = page_of(after[0]) if after else 0, page_of(before[0]) if before else page_of(_LAST_STEP)
        rows = None if limit is None else limit // PAGE_STEPS + 1
        entries = (
            entry
            for page in self._pages(agent, max(first, 0), last, newest_first=newest_first, rows=rows)
            for entry in (reversed(page.entries.values()) if newest_first else page.entries.values())
        )
        between = (e for e in entries if (after is None or e.position > after) and (before is None or e.position < before))
        return list(islice(between, limit))

    def count(self, agent: str) -> int:
        """The number of entries; reads them all."""
        return sum(len(page.entries) for page in self._pages(agent, 0, page_of(_LAST_STEP)))

    def trim(self, agent: str, *, keep: int | None, before_step: int | None) -> int:
        """Forget the oldest entries, oldest first; returns how many went."""
        gone = 0
        for _ in pauses():
            pages = self._beyond(agent, keep) if before_step is None else self._below(agent, before_step)
            went, whole = self._forget(agent, list(pages))
            gone += went
            if whole:
                return gone
        raise self._contested(agent)

    def _below(self, agent: str, step: int) -> Iterator[tuple[Page, int]]:
        """Pages that have entries of earlier steps, oldest first, each with how many."""
        for page in self._pages(agent, 0, page_of(step)):
            old = sum(position[0] < step for position in page.entries)
            if old:
                yield page, old

    def _beyond(self, agent: str, keep: int | None) -> Iterator[tuple[Page, int]]:
        """Pages that have entries beyond the newest *keep*, oldest first, each with how many."""
        pages = list(self._pages(agent, 0, page_of(_LAST_STEP)))
        excess = sum(len(page.entries) for page in pages) - (keep or 0)
        for page in pages:
            if excess <= 0:
                return
            yield page, min(excess, len(page.entries))
            excess -= len(page.entries)

    def _forget(self, agent: str, pages: list[tuple[Page, int]]) -> tuple[int, bool]:
        """Take so many of the oldest entries off pages: how many went, and whether all did."""
        gone, changes = 0, []
        for page, old in pages:
            left = dict(list(page.entries.items())[old:])
            changes.append(_change(agent, page._replace(entries=left)))
        counts = iter([old for _, old in pages])
        for lot in transactions(changes):
            try:
                self._items.commit(MEMORIES, lot)
            except Conflict:
                return gone, False
            gone += sum(islice(counts, len(lot)))
        return gone, True

    def _pages(self, agent: str, first: int, last: int, *, newest_first: bool = False, rows: int | None = None) -> Iterator[Page]:
        partition = _key(agent, 0)[0]
        asked = Query(partition=partition, index=None, low=_sort(first), high=_sort(last), newest_first=newest_first, limit=None, now=None)
        for item in stream(self._items, MEMORIES, asked, page=rows):
            yield _page_in(agent, item, int(item.sort))

    def _contested(self, agent: str) -> StoreUnavailable:
        address = self._items.connection.address
        return StoreUnavailable(
            f"store {address}: others keep writing to the log of agent {agent}; one writer a run is what it is made for"
        )


def _add(page: Entries, entries: Sequence[LogEntry]) -> bool:
    before = len(page)
    for entry in entries:
        page.setdefault(entry.position, entry)
    return len(page) > before


def _rewrite(page: Entries, entries: Sequence[LogEntry]) -> bool:
    for entry in entries:
        if entry.position not in page:
            raise missing_entry(entry)
        page[entry.position] = page[entry.position]._replace(body=entry.body)
    return True


def _agent(entry: LogEntry) -> str:
    return entry.agent


def _page(entry: LogEntry) -> int:
    return page_of(entry.step)


def _sort(page: int) -> str:
    return f"{page:018}"


def _key(agent: str, page: int) -> Key:
    return f"agent:{agent}#memory", _sort(page)


def _page_in(agent: str, item: Item | None, number: int) -> Page:
    return Page(number, None, {}) if item is None else Page(number, item.version, unpack_page(agent, number, item.body))


def _change(agent: str, page: Page) -> Change:
    key = _key(agent, page.number)
    if not page.entries:
        return Change(key, None, page.version)
    return Change(key, Item(*key, pack_page(page.entries.values()), (page.version or 0) + 1), page.version)
