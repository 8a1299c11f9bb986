"""A list that grows at its end, held compressed as long as that cannot be noticed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, MutableSequence
from typing import Any, overload

import numpy as np

from freeagentics.mind import CompressedHistory

_FROZEN = (str, int, float, bool, type(None), bytes)


def is_frozen(entry: object) -> bool:
    """Whether an entry is plain data that cannot change: then a copy of it is as good as itself."""
    if type(entry) is tuple:
        return all(map(is_frozen, entry))
    return type(entry) in _FROZEN or (isinstance(entry, np.generic) and not entry.dtype.hasobject)


class LeanHistory(MutableSequence[Any]):
    """Stands in for a list of plain data: as long as the list was, without a bound unless one is given.

    It has a list's methods, operators and ``repr``; it is no instance of list. Entries are compressed while all of them are plain data
    that cannot change, and are only appended, read, or removed at the front; any other entry or write makes it an ordinary list inside,
    for good.

    Args:
        bound: entries kept, the newest; None for all, which changes nothing for its user.
    """

    __slots__ = ("__weakref__", "_held")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, entries: Iterable[Any], bound: int | None = None) -> None:
        self._held: CompressedHistory | list[Any] = CompressedHistory(max_size=bound)
        self._held.extend(entries)

    @property
    def compressed(self) -> bool:
        """Whether it still is."""
        return isinstance(self._held, CompressedHistory)

    def append(self, value: Any) -> None:
        """As of a list."""
        if self.compressed and not is_frozen(value):
            self._unfold()
        self._held.append(value)

    def insert(self, index: int, value: Any) -> None:
        """As of a list."""
        self._unfold().insert(index, value)

    def clear(self) -> None:
        """As of a list."""
        self._held.clear()

    def sort(self, *, key: Callable[[Any], Any] | None = None, reverse: bool = False) -> None:
        """As of a list."""
        self._unfold().sort(key=key, reverse=reverse)

    def copy(self) -> list[Any]:
        """As of a list, and a list."""
        return list(self._held)

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

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, list | LeanHistory) else NotImplemented

    def __lt__(self, other: list[Any]) -> bool:
        return list(self) < list(other) if isinstance(other, list | LeanHistory) else NotImplemented

    def __reduce__(self) -> tuple[Any, ...]:
        return LeanHistory._again, (list(self), self._held.max_size if isinstance(self._held, CompressedHistory) else None, self.compressed)

    @classmethod
    def _again(cls, entries: list[Any], bound: int | None, compressed: bool) -> LeanHistory:
        made = cls(entries if compressed else (), bound)
        if not compressed:
            made._held = entries
        return made

    def __repr__(self) -> str:
        return repr(list(self))
