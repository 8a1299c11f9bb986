"""A cache that forgets what was used least recently."""

from __future__ import annotations

import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import numpy as np

from freeagentics.runtime.lean.form import CACHE, LeanForm

CACHE_BYTES = 256 * 1024
"""Bytes that a cache keeps where nothing else is said."""


def plain_size(value: object) -> int:
    """Bytes of plain data: arrays with the buffers they are views of, lists, tuples, sets and dicts with what is in them. Of any other
    object only itself: what it refers to may be anybody's."""
    size = sys.getsizeof(value)
    if isinstance(value, np.ndarray):
        return size + (value.base.nbytes if isinstance(value.base, np.ndarray) else 0)
    if isinstance(value, dict):
        return size + sum(plain_size(item) for pair in value.items() for item in pair)
    if isinstance(value, list | tuple | set | frozenset):
        return size + sum(map(plain_size, value))
    return size


class BoundedCache(dict[Any, Any], LeanForm):
    """A dict of at most *max_bytes*, keys and values; beyond that the entries used least recently go. The newest always stays.

    Bytes of a value are counted when it is stored. A cache is what can be computed again: who reads it must do so on a miss. Steps are
    lent the bounded dict itself.
    """

    __slots__ = ("_sizes", "max_bytes", "nbytes")
    category = CACHE

    def __init__(self, entries: Mapping[Any, Any], max_bytes: int) -> None:
        super().__init__()
        self.max_bytes = max_bytes
        self.nbytes = 0
        # In order of use. Not the dict's own order: a look-up in a loop over the cache must not change what the loop runs over.
        self._sizes: dict[Any, int] = {}
        self.update(entries)

    def lend(self) -> BoundedCache:
        """Itself: it is a dict."""
        return self

    def lent(self, value: object) -> bool:
        """True where *value* is itself."""
        return value is self

    def take_back(self) -> bool:
        """Nothing is to be done."""
        return True

    def __getitem__(self, key: Any) -> Any:
        value = super().__getitem__(key)
        self._sizes[key] = self._sizes.pop(key)
        return value

    def get(self, key: Any, default: Any = None) -> Any:
        """Look up as a dict does; counts as use."""
        if key not in self:
            return default
        return self[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        size = plain_size(key) + plain_size(value)
        self.nbytes += size - self._sizes.pop(key, 0)
        self._sizes[key] = size
        super().__setitem__(key, value)
        while self.nbytes > self.max_bytes and len(self) > 1:
            del self[next(iter(self._sizes))]

    def __delitem__(self, key: Any) -> None:
        super().__delitem__(key)
        self.nbytes -= self._sizes.pop(key)

    def __reduce__(self) -> tuple[Any, ...]:
        return BoundedCache, (dict(self), self.max_bytes)

    def copy(self) -> BoundedCache:
        """One of its own with the same entries."""
        return BoundedCache(self, self.max_bytes)

    def __ior__(self, other: Any) -> BoundedCache:  # type: ignore[misc]
        self.update(other)
        return self

    def pop(self, key: Any, *default: Any) -> Any:
        """Do as a dict does."""
        if default and key not in self:
            return default[0]
        value = self[key]
        del self[key]
        return value

    def popitem(self) -> tuple[Any, Any]:
        """Pop as a dict does: the entry stored last."""
        if not self:
            raise KeyError("popitem(): cache is empty")
        key = next(reversed(self))
        return key, self.pop(key)

    # A dict's own would go past what is overridden here.
    clear = MutableMapping.clear
    update = MutableMapping.update
    setdefault = MutableMapping.setdefault
