"""Which form that an agent's data can be held in is lean, and changes nothing for the agent."""

from __future__ import annotations

import hashlib
import threading
import weakref
from collections.abc import Iterable
from typing import Final

import numpy as np

from freeagentics.arrays import AnyArray
from freeagentics.mind import LazyBeliefArray
from freeagentics.runtime.bounded_cache import BoundedCache, plain_bytes
from freeagentics.runtime.categories import Categories
from freeagentics.runtime.footprint import bill
from freeagentics.runtime.lean_beliefs import LeanBeliefs
from freeagentics.runtime.lean_history import LeanHistory, is_frozen
from freeagentics.runtime.places import Place
from freeagentics.runtime.shared_array import SharedArray

BELIEFS: Final = "beliefs"
HISTORY: Final = "history"
CACHE: Final = "cache"
SHARED: Final = "shared parameters"

KINDS = Categories(
    {
        "*cache*": CACHE,
        "*belief*": BELIEFS,
        "*posterior*": BELIEFS,
        "*histor*": HISTORY,
        "*trajectory": HISTORY,
        "log": HISTORY,
        "*_log": HISTORY,
        "past_*": HISTORY,
    }
)
"""What the name of an attribute says about it."""

LEAST_BYTES = 4096
"""Arrays below are left as they are: what stands in for them would cost as much."""

LEAST_ENTRIES = 64
LARGE_BYTES = 1 << 20
"""Sparse arrays from here on are treated as beliefs whatever their name."""

LeanForm = LazyBeliefArray | LeanHistory | BoundedCache


class LeanForms:
    """Finds lean forms, and remembers weakly which arrays it has seen, to know the second of its kind.

    Args:
        history_bound: entries that a history keeps; None for all.
        cache_bytes: that a cache keeps.
    """

    def __init__(self, history_bound: int | None, cache_bytes: int) -> None:
        self._history_bound = history_bound
        self._cache_bytes = cache_bytes
        self._seen: weakref.WeakValueDictionary[bytes, AnyArray] = weakref.WeakValueDictionary()
        self._lock = threading.Lock()

    def of(self, place: Place) -> tuple[str, LeanForm] | None:
        """The category and the form of what is at a place; None where it is best left alone."""
        value, (_, kind) = place.get(), KINDS.of(place.name)
        if type(value) is np.ndarray:
            return self._of_array(value, kind)
        if type(value) is list and kind == HISTORY and len(value) >= LEAST_ENTRIES and all(map(is_frozen, value)):
            return HISTORY, LeanHistory(value, self._history_bound)
        if type(value) is dict and kind == CACHE:
            return CACHE, BoundedCache(value, self._cache_bytes)
        return None

    def _of_array(self, value: AnyArray, kind: str | None) -> tuple[str, LeanForm] | None:
        if value.nbytes < LEAST_BYTES or value.dtype.hasobject:
            return None
        if kind != BELIEFS and self._seen_before(value):
            return SHARED, SharedArray(value)
        if value.flags.writeable and (kind == BELIEFS or value.nbytes >= LARGE_BYTES):
            lean = _sparse(value)
            return (BELIEFS, lean) if lean is not None else None
        return None

    def _seen_before(self, value: AnyArray) -> bool:
        """Whether another array of this content, or one that all share, has been seen and lives."""
        content = np.ascontiguousarray(value).reshape(-1).view(np.uint8)
        digest = hashlib.sha256(repr((value.dtype, value.shape, value.flags.c_contiguous)).encode())
        digest.update(content.data)
        with self._lock:
            known = self._seen.setdefault(digest.digest(), value)
        return known is not value


def held_bytes(category: str, held: Iterable[object]) -> int:
    """Bytes that data of one category takes; what it shares counts once."""
    # What a cache refers to may be anybody's, e.g. the whole model.
    return sum(map(plain_bytes, held)) if category == CACHE else bill(held).total


def _sparse(value: AnyArray) -> LazyBeliefArray | None:
    if value.dtype == np.float64:
        lean: LazyBeliefArray = LeanBeliefs(value)
    elif value.dtype in (np.float32, np.float16):
        lean = LazyBeliefArray.holding(value)
    else:
        return None
    return lean if lean.sparse is not None else None
