"""A list that grows at its end, held compressed while its agent does nothing."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterable, Iterator, MutableSequence
from itertools import islice
from operator import is_
from typing import Any, overload

import numpy as np

from freeagentics.errors import BadInput
from freeagentics.mind import CompressedHistory
from freeagentics.runtime.lean.form import HISTORY, LeanForm

_FROZEN = (str, int, float, bool, type(None), bytes)
_UNSEEN = 2

MOST_ENTRIES = 10_000
"""Longer histories stay lists: a step would wait for all their entries."""


def is_frozen(entry: object) -> bool:
    """True where an entry is plain data that cannot change: then a copy of it is as good as itself."""
    if type(entry) is tuple:
        return all(map(is_frozen, entry))
    return type(entry) in _FROZEN or (isinstance(entry, np.generic) and not isinstance(entry, np.void) and not entry.dtype.hasobject)


class LeanHistory(MutableSequence[Any], LeanForm):
    """Stands in for a list of plain data: as long as the list was, without a bound unless one is given.

    It has a list's methods, operators and ``repr``; it is no instance of list. Entries are compressed while all of them are plain data
    that cannot change, and are only appended, read, or removed at the front; any other entry or write makes it an ordinary list inside,
    until it is taken back after a step. Whatever copies it, or pickles it, gets an ordinary list.

    Args:
        bound: entries kept, the newest; None for all, which changes nothing for its user.

    Raises BadInput for entries that a `CompressedHistory` does not take.
    """

    __slots__ = ("__weakref__", "_before", "_bound", "_held")
    category = HISTORY
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, entries: Iterable[Any], bound: int | None = None) -> None:
        self._bound = bound
        self._held: CompressedHistory | list[Any] = _compressed(entries, bound)
        self._before: tuple[CompressedHistory, list[Any]] | None = None

    @property
    def compressed(self) -> bool:
        """True where it is now."""
        return isinstance(self._held, CompressedHistory)

    def lend(self) -> list[Any]:
        """The entries as a list."""
        if isinstance(self._held, list):
            return self._held
        entries = list(self._held)
        self._before, self._held = (self._held, entries.copy()), entries
        return entries

    def lent(self, value: object) -> bool:
        """True where *value* is its list."""
        return value is self._held

    def take_back(self) -> bool:
        """Compress again, unless somebody looks at the list, or has put into it what can change, or too much."""
        before, self._before = self._before, None
        if isinstance(self._held, list) and sys.getrefcount(self._held) <= _UNSEEN:
            self._held = _taken_back(self._held, before, self._bound)
        return self.compressed

    def successor(self, entries: list[Any]) -> LeanHistory | None:
        """The form of the list that its agent has put in its place, mostly a part of what it held; None where it stays a list."""
        before = self._before and (self._before[0].copy(), self._before[1])
        held = _taken_back(entries, before, self._bound)
        if isinstance(held, list):
            return None
        made = LeanHistory((), self._bound)
        made._held = held
        return made

    def append(self, value: Any) -> None:
        """Do as a list does."""
        if self.compressed and not is_frozen(value):
            self._unfold()
        self._held.append(value)

    def insert(self, index: int, value: Any) -> None:
        """Do as a list does."""
        self._unfold().insert(index, value)

    def clear(self) -> None:
        """Do as a list does."""
        self._held.clear()

    def sort(self, *, key: Callable[[Any], Any] | None = None, reverse: bool = False) -> None:
        """Do as a list does."""
        self._unfold().sort(key=key, reverse=reverse)

    def copy(self) -> list[Any]:
        """Do as a list does; the result is a list."""
        return list(self._held)

    __copy__ = copy

    def __deepcopy__(self, memo: dict[int, Any]) -> list[Any]:
        return copy.deepcopy(list(self._held), memo)

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (list(self._held),)

    def _unfold(self) -> list[Any]:
        self._held = list(self._held)
        return self._held

    def __len__(self) -> int:
        return len(self._held)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._held)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        return self._held[index]

    def __setitem__(self, index: int | slice, value: Any) -> None:
        self._unfold()[index] = value

    def __delitem__(self, index: int | slice) -> None:
        if index == 0 and len(self):
            del self._held[0]
        else:
            del self._unfold()[index]

    def __add__(self, other: list[Any]) -> list[Any]:
        return list(self) + list(other) if isinstance(other, list | LeanHistory) else NotImplemented

    def __radd__(self, other: list[Any]) -> list[Any]:
        return other + list(self) if isinstance(other, list) else NotImplemented

    def __mul__(self, times: int) -> list[Any]:
        return list(self) * times

    __rmul__ = __mul__

    def __imul__(self, times: int) -> LeanHistory:
        self._unfold().__imul__(times)
        return self

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, list | LeanHistory) else NotImplemented

    def __lt__(self, other: list[Any]) -> bool:
        return list(self) < list(other) if isinstance(other, list | LeanHistory) else NotImplemented

    def __le__(self, other: list[Any]) -> bool:
        return list(self) <= list(other) if isinstance(other, list | LeanHistory) else NotImplemented

    def __gt__(self, other: list[Any]) -> bool:
        return list(self) > list(other) if isinstance(other, list | LeanHistory) else NotImplemented

    def __ge__(self, other: list[Any]) -> bool:
        return list(self) >= list(other) if isinstance(other, list | LeanHistory) else NotImplemented

    def __repr__(self) -> str:
        return repr(list(self))


def _compressed(entries: Iterable[Any], bound: int | None) -> CompressedHistory:
    history = CompressedHistory(max_size=bound)
    history.extend(entries)
    return history


def _taken_back(entries: list[Any], before: tuple[CompressedHistory, list[Any]] | None, bound: int | None) -> CompressedHistory | list[Any]:
    """*entries* compressed, or themselves where they can change or are too many; what was compressed *before* is not so again."""
    if len(entries) > MOST_ENTRIES:
        return entries
    try:
        gone = _gone(before[1], entries) if before is not None else None
        if before is None or gone is None:
            return _compressed(entries, bound) if all(map(is_frozen, entries)) else entries
        added = entries[len(before[1]) - gone :]
        if not all(map(is_frozen, added)):
            return entries
        for _ in range(gone):
            del before[0][0]
        before[0].extend(added)
        return before[0]
    except BadInput:
        return entries  # nested too deep for a history


def _gone(before: list[Any], entries: list[Any]) -> int | None:
    """The number that left at the front, where nothing else happened but that others came at the end; None where more did."""
    if not entries:
        return len(before)
    first = next((place for place, entry in enumerate(before) if entry is entries[0]), None)
    if first is None or len(entries) < len(before) - first or not all(map(is_, islice(before, first, None), entries)):
        return None
    return first
