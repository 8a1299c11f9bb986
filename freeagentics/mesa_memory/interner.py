"""Numbers for values that come again and again: actions, sets of tags."""

from __future__ import annotations

import enum
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np

from freeagentics.arrays import AnyArray, Mask
from freeagentics.errors import BadInput

_MOST = np.iinfo(np.uint16).max
_PLAIN = (bool, int, float, str)


class Interner:
    """Values by number, from 0, which stands for none.

    Args:
        what: what they are, for errors.
        nothing: the value of number 0.
    """

    def __init__(self, what: str, nothing: Hashable = None) -> None:
        self._what = what
        self.values: list[Any] = [nothing]
        self._numbers: dict[Any, int] = {nothing: 0}

    def __len__(self) -> int:
        return len(self.values)

    def number(self, value: Any) -> int:
        """The number of a value, a new one where it has none. Raises BadInput for one that cannot be told from others, or too many."""
        value = _hashable(value)
        try:
            found = self._numbers.get(value)
        except TypeError:
            raise BadInput(
                f"{self._what} {value!r} is a {type(value).__name__}: give a text, a number, an enum or a tuple of them"
            ) from None
        return self._add(value) if found is None else found

    def numbers(self, values: Any, count: int) -> AnyArray:
        """The numbers (count,) of one value for all, or of a sequence with one for each."""
        if isinstance(values, np.ndarray | list) or type(values).__name__ == "Series":
            if len(values) != count:
                raise BadInput(f"{len(values)} values of {self._what} for {count} agents: give one for each, or one for all")
            try:
                return np.fromiter(map(self._numbers.__getitem__, values), np.uint16, count)
            # A value that is new, or is no such by itself: one by one then.
            except (KeyError, TypeError):
                return np.fromiter(map(self.number, values), np.uint16, count)
        return np.full(count, self.number(values), np.uint16)

    def mask(self, wanted: Iterable[Any]) -> Mask:
        """True for the numbers of wanted values, (numbers,)."""
        mask = np.zeros(len(self.values), dtype=np.bool_)
        mask[[self._numbers[value] for value in map(_hashable, wanted) if value in self._numbers]] = True
        return mask

    def to_json(self) -> list[Any]:
        """All values as plain data: sets as sorted lists, members of enums by name."""
        return [_plain(value) for value in self.values]

    def adopt(self, values: Sequence[Any]) -> None:
        """Take the values of an earlier run, by their numbers there."""
        self.values = list(values)
        self._numbers = {value: number for number, value in enumerate(self.values)}

    def _add(self, value: Any) -> int:
        if len(self.values) > _MOST:
            raise BadInput(f"more than {_MOST:,} different values of {self._what}: what varies that much belongs into the state")
        if isinstance(value, enum.Enum) and value.name in self._numbers:
            return self._numbers[value.name]
        self._numbers[value] = len(self.values)
        self.values.append(value)
        return self._numbers[value]


def _hashable(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    return tuple(map(_hashable, value)) if isinstance(value, list | tuple | np.ndarray) else value


def _plain(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value if value is None or type(value) in _PLAIN else str(value)
