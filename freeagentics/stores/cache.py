"""The cache of a tiered store: windows in a hot store, kept by leases, so that what is stale is never read.

A window is written only by who holds its lease, an item that stands in its place meanwhile; the hot store compares versions, so of two
holders one wins. Who changes the truth first puts a lease of its own over the window and, once the truth has changed, takes it away: what
a reader fetched before or during the change finds its lease gone, and is dropped. The idea is that of Nishtala et al., "Scaling Memcache at
Facebook", NSDI 2013.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from freeagentics.clock import wall_clock
from freeagentics.errors import FreeagenticsError, StoreUnavailable, VersionConflict
from freeagentics.stores.contract import Store
from freeagentics.stores.records import Item, Key, TableSpec

WINDOWS = TableSpec("tier_windows")
LEASE_MS = 10_000
"""Wall time after which a lease may be taken over: whoever held it has died."""

RETRY_S = 1.0
"""Wall time for which a hot store that failed is left alone."""

_RANDOM_BITS = 20

Connect = Callable[[], Store]


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class Cache:
    """Windows by name. A hot store that fails is bypassed for a while; nothing here raises because of it.

    Args:
        connect: opens the hot store; called again after it failed.
        now_ms: wall time that all processes share.
        retry_s: for how long a hot store that failed is left alone.

    Attributes:
        hits, misses: of `get`.
        error: what the hot store failed with last.

    Raises:
        BadStore: the hot store cannot be opened, and never could.
    """

    def __init__(self, connect: Connect, *, now_ms: Callable[[], int] = _now_ms, retry_s: float = RETRY_S) -> None:
        self._connect = connect
        self._now_ms = now_ms
        self._retry_s = retry_s
        self._retry_at = wall_clock()
        self._store: Store | None = None
        self._lock = threading.Lock()
        self._closed = False
        self.hits = 0
        self.misses = 0
        self.error: str | None = None
        try:
            self._store = connect()
        except StoreUnavailable as error:
            self._fail(error)

    def close(self) -> None:
        """Let go of the hot store."""
        self._closed = True
        self._let_go()

    def get(self, place: Key) -> tuple[bytes | None, int | None]:
        """The window there, or the lease to fill it with; or neither, where there is nothing to be had or filled."""
        store = self._reach()
        try:
            item = store.get(WINDOWS, [place])[0] if store else None
            if item is not None and item.body:
                self.hits += 1
                return item.body, None
            self.misses += 1
            return None, self._take(store, place, item) if store else None
        except FreeagenticsError as error:
            self._fail(error)
            return None, None

    def _take(self, store: Store, place: Key, stands: Item | None) -> int | None:
        # One from the future was taken before a clock was set back: nobody would outwait it.
        if stands is not None and abs(self._now_ms() - (stands.version >> _RANDOM_BITS)) < LEASE_MS:
            return None
        lease = self._lease()
        try:
            store.put_if(WINDOWS, Item(*place, b"", lease), stands.version if stands is not None else None)
        except VersionConflict:
            return None
        return lease

    def fill(self, place: Key, body: bytes, lease: int) -> None:
        """Put a window in the place of its lease, if that still stands."""
        self._try(lambda store: store.put_if(WINDOWS, Item(*place, body, lease), lease))

    def block(self, places: Sequence[Key]) -> bool:
        """Before a change: put leases over windows, so that nobody reads or fills them. False where that failed."""
        lease = self._lease()
        return self._try(lambda store: store.put(WINDOWS, [Item(*place, b"", lease) for place in places]))

    def free(self, places: Sequence[Key]) -> bool:
        """After a change, or for what is damaged: let windows be filled again. False where that failed."""
        return self._try(lambda store: store.delete(WINDOWS, places))

    def clear(self) -> None:
        """Throw all windows away."""
        self._try(lambda store: store.drop_run())

    def _lease(self) -> int:
        return (self._now_ms() << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)

    def _try(self, act: Callable[[Store], object]) -> bool:
        store = self._reach()
        if store is None:
            return False
        try:
            act(store)
        except VersionConflict:
            return False
        except FreeagenticsError as error:
            self._fail(error)
            return False
        return True

    def _reach(self) -> Store | None:
        with self._lock:
            if self._store is None and not self._closed and wall_clock() >= self._retry_at:
                try:
                    self._store = self._connect()
                except FreeagenticsError as error:
                    self._fail(error)
            return self._store

    def _fail(self, error: FreeagenticsError) -> None:
        self.error = str(error)
        self._retry_at = wall_clock() + self._retry_s
        self._let_go()

    def _let_go(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            with suppress(StoreUnavailable):
                store.close()
