"""Compaction: the lean form of an agent's data, which changes nothing for the agent."""

from __future__ import annotations

import hashlib
import threading
import weakref
from collections.abc import Iterable

import numpy as np

from freeagentics.arrays import AnyArray
from freeagentics.errors import BadInput
from freeagentics.runtime.lean.beliefs import LeanBeliefs, Precision
from freeagentics.runtime.lean.bounded_cache import BoundedCache, plain_size
from freeagentics.runtime.lean.form import BELIEFS, CACHE, HISTORY, LeanForm
from freeagentics.runtime.lean.history import MOST_ENTRIES, LeanHistory, is_frozen
from freeagentics.runtime.lean.shared_array import SharedArray
from freeagentics.runtime.measuring.categories import Categories
from freeagentics.runtime.measuring.footprint import deep_size
from freeagentics.runtime.measuring.slots import Slot

KINDS = Categories(
    {
        "*belief*": BELIEFS,
        "*posterior*": BELIEFS,
        "*histor*": HISTORY,
        "*trajectory": HISTORY,
        "log": HISTORY,
        "*_log": HISTORY,
        "past_*": HISTORY,
    }
)
"""Kinds of data, by the names of attributes."""

LEAST_BYTES = 4096
"""Arrays below are left as they are: what stands in for them would cost as much."""

LEAST_ENTRIES = 64
"""Shorter histories are left as they are, too."""

LARGE_BYTES = 1 << 20
"""Sparse arrays from here on are treated as beliefs whatever their name."""


class Compactor:
    """Finds lean forms, and remembers weakly which arrays it has seen, to know the second of its kind.

    Args:
        precision: of beliefs at rest.
        history_bound: entries that a history keeps; None for all.
        cache_bytes: that a cache keeps.
    """

    def __init__(self, precision: Precision, history_bound: int | None, cache_bytes: int) -> None:
        self._precision = precision
        self._history_bound = history_bound
        self._cache_bytes = cache_bytes
        self._seen: weakref.WeakValueDictionary[bytes, AnyArray] = weakref.WeakValueDictionary()
        self._lock = threading.Lock()

    def of(self, slot: Slot, *, cache: bool = False) -> LeanForm | None:
        """The form of what is at a slot, which may be a *cache*; None where it is best left alone."""
        value, (_, kind) = slot.get(), KINDS.of(slot.name)
        if type(value) is np.ndarray:
            return self._of_array(value, kind)
        if type(value) is list and kind == HISTORY:
            return self._of_history(value)
        return BoundedCache(value, self._cache_bytes) if cache and type(value) is dict else None

    def again(self, former: LeanForm, value: object) -> LeanForm | None:
        """The form of what an agent has put in the place of what had one; None where it is best left alone."""
        if isinstance(former, LeanBeliefs) and type(value) is np.ndarray:
            return self._of_beliefs(value)
        if isinstance(former, LeanHistory) and type(value) is list:
            return former.successor(value)
        return BoundedCache(value, self._cache_bytes) if isinstance(former, BoundedCache) and type(value) is dict else None

    def _of_history(self, value: list[object]) -> LeanHistory | None:
        if not LEAST_ENTRIES <= len(value) <= MOST_ENTRIES or not all(map(is_frozen, value)):
            return None
        try:
            return LeanHistory(value, self._history_bound)
        except BadInput:
            return None  # nested too deep for a history

    def _of_array(self, value: AnyArray, kind: str | None) -> LeanForm | None:
        if value.nbytes < LEAST_BYTES:
            return None
        if kind != BELIEFS and SharedArray.fits(value) and self._seen_before(value):
            return SharedArray(value)
        return self._of_beliefs(value) if kind == BELIEFS or value.nbytes >= LARGE_BYTES else None

    def _of_beliefs(self, value: AnyArray) -> LeanBeliefs | None:
        lean = LeanBeliefs(value, self._precision) if LeanBeliefs.fits(value) and value.nbytes >= LEAST_BYTES else None
        return lean if lean is not None and lean.sparse is not None else None

    def _seen_before(self, value: AnyArray) -> bool:
        """True where another array of this content, or one that all share, has been seen and lives."""
        content = np.ascontiguousarray(value).reshape(-1).view(np.uint8)
        digest = hashlib.sha256(repr((value.dtype, value.shape, value.flags.c_contiguous, value.flags.writeable)).encode())
        digest.update(content.data)
        with self._lock:
            known = self._seen.setdefault(digest.digest(), value)
        return known is not value


def held_bytes(category: str, held: Iterable[object]) -> int:
    """Bytes that data of one category takes; what it shares counts once."""
    # What a cache refers to may be anybody's, e.g. the whole model.
    return sum(map(plain_size, held)) if category == CACHE else deep_size(held).total
