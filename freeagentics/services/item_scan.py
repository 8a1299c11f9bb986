"""Reading a partition page by page: items as they are asked for, however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from freeagentics.clock import SECOND_MS, iso
from freeagentics.stores import Item, Key, Store, TableSpec

PAGE = 256
"""Items of a page: most questions are answered by the first, and one takes a few ms."""

_SECOND = len("2022-05-09T14:00:00")

Bound = float | str | None


def scan(
    store: Store,
    table: TableSpec,
    partition: str,
    index: str | None = None,
    *,
    low: Bound = None,
    high: Bound = None,
    newest_first: bool = False,
    now: int | None = None,
) -> Iterator[Item]:
    """Items as `Store.query` orders them; what is written meanwhile may be among them or not."""
    # Those at the bound, which the next page begins with again.
    seen: set[Key] = set()
    while True:
        limit = PAGE + len(seen)
        found = store.query(table, partition, index=index, low=low, high=high, newest_first=newest_first, limit=limit, now=now)
        yield from (item for item in found if item.key not in seen)
        if len(found) < limit:
            return
        last = _place(found[-1], index)
        seen = {item.key for item in found if _place(item, index) == last}
        low, high = (low, last) if newest_first else (last, high)


def scan_times(
    store: Store, table: TableSpec, partition: str, since: int | None, until: int | None, *, newest_first: bool, now: int
) -> Iterator[list[Item]]:
    """Items whose sort keys begin with a time as text, from the second of *since* to that of *until*, those of one second together: within
    it, text is not in order of time, as ``…00Z`` comes after ``…00.500Z``."""
    low = None if since is None else iso(since // SECOND_MS * SECOND_MS).removesuffix("Z")
    high = None if until is None else iso((until // SECOND_MS + 1) * SECOND_MS)
    items = scan(store, table, partition, low=low, high=high, newest_first=newest_first, now=now)
    return (list(group) for _, group in groupby(items, key=lambda item: item.sort[:_SECOND]))


def _place(item: Item, index: str | None) -> float | str:
    return item.sort if index is None else item.index[index][1]
