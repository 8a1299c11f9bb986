"""Features: the kinds of state that memory holds, as columns of numbers."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from numbers import Integral, Real
from operator import attrgetter
from typing import Any

import numpy as np

from freeagentics.arrays import F64
from freeagentics.errors import BadInput

MOST_COLUMNS = 16
"""Numbers that a vector may have."""

MOST_CATEGORIES = 250
"""Different texts or members of enums that a feature may have."""

NUMBER, FLAG, CATEGORY, VECTOR, CELL = "number", "flag", "category", "vector", "cell"

_COORDINATE = attrgetter("coordinate")

_KINDS = "a number, a boolean, an enum, a text, a grid position or cell, or a vector of up to 16 numbers"


@dataclass(slots=True)
class Feature:
    """A part of an agent's state.

    Attributes:
        name: of the attribute, or of the entry that a state function returns.
        kind: ``number``, ``flag``, ``category``, ``vector`` or ``cell`` (what has a ``coordinate``, as cells of a grid do).
        width: columns that it takes.
        whole: whether it began as whole numbers; those come back as ints.
        categories: texts and members of enums that were seen, by number.
    """

    name: str
    kind: str
    width: int = 1
    whole: bool = False
    categories: list[Any] = field(default_factory=list)
    _numbers: dict[Any, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._numbers = {category: number for number, category in enumerate(self.categories)}

    @classmethod
    def of(cls, name: str, value: object) -> Feature:
        """The feature that a first value stands for. Raises BadInput for a value of no kind that can be kept."""
        if isinstance(value, bool | np.bool_):
            return cls(name, FLAG)
        # Before numbers: members of an IntEnum are whole numbers too.
        if isinstance(value, str | enum.Enum):
            return cls(name, CATEGORY)
        if isinstance(value, Real):
            return cls(name, NUMBER, whole=isinstance(value, Integral))
        kind, numbers = (CELL, value.coordinate) if hasattr(value, "coordinate") else (VECTOR, value)
        if (
            isinstance(numbers, Sequence | np.ndarray)
            and 0 < len(numbers) <= MOST_COLUMNS
            and all(isinstance(one, Real) for one in numbers)
        ):
            return cls(name, kind, len(numbers), whole=all(isinstance(one, Integral) for one in numbers))
        raise BadInput(f"state '{name}' is {_shown(value)}: memory keeps {_KINDS}")

    def fill(self, columns: F64, values: Callable[[], Iterable[Any]]) -> None:
        """Write values, asked for as often as is needed, into columns (n, width); None becomes NaN. Raises BadInput for a value of
        another kind."""
        try:
            columns[:] = self._all(values(), len(columns)).reshape(columns.shape)
        # A value that is missing, or a new category: one by one then.
        except (TypeError, ValueError, KeyError, AttributeError):
            for row, value in enumerate(values()):
                columns[row] = self._one(value)

    def _all(self, values: Iterable[Any], count: int) -> F64:
        if self.kind == CATEGORY:
            return np.fromiter(map(self._numbers.__getitem__, values), np.float64, count)
        if self.width == 1 and self.kind != VECTOR and self.kind != CELL:
            return np.fromiter(values, np.float64, count)
        given = list(map(_COORDINATE, values) if self.kind == CELL else values)
        if set(map(len, given)) != {self.width}:
            raise ValueError("vectors of several lengths")
        return np.fromiter(chain.from_iterable(given), np.float64, count * self.width)

    def _one(self, value: Any) -> float | Sequence[float]:
        if value is None:
            return np.nan
        if self.kind == CATEGORY and isinstance(value, str | enum.Enum):
            return self._number(value)
        if self.kind in (NUMBER, FLAG) and isinstance(value, Real | np.bool_):
            return float(value)
        numbers = getattr(value, "coordinate", value) if self.kind == CELL else value
        if self.kind in (VECTOR, CELL) and isinstance(numbers, Sequence | np.ndarray) and len(numbers) == self.width:
            return [float(number) for number in numbers]
        began = f"{self.kind} of {self.width} numbers" if self.width > 1 else self.kind
        raise BadInput(f"state '{self.name}' is {_shown(value)}, where it began as a {began}")

    def _number(self, category: Any) -> int:
        # Of an earlier run there are the names of members alone.
        if isinstance(category, enum.Enum) and category.name in self._numbers:
            category = category.name
        if category not in self._numbers:
            if len(self.categories) == MOST_CATEGORIES:
                raise BadInput(f"state '{self.name}' has more than {MOST_CATEGORIES} different values: give numbers instead")
            self._numbers[category] = len(self.categories)
            self.categories.append(category)
        return self._numbers[category]

    def value(self, columns: F64) -> Any:
        """The value that columns (width,) stand for, as far as they were kept exactly."""
        numbers = columns.tolist()
        if any(number != number for number in numbers):
            return None
        if self.kind == CATEGORY:
            return self.categories[int(numbers[0])]
        if self.kind == FLAG:
            return numbers[0] >= 0.5
        # A level times its width may be a little off.
        numbers = [
            round(number) if self.whole and abs(number - round(number)) < 1e-9 * max(abs(number), 1) else number for number in numbers
        ]
        return numbers[0] if self.kind == NUMBER else tuple(numbers)

    def to_json(self) -> dict[str, Any]:
        """The feature as plain data; members of enums by their names."""
        names = [category.name if isinstance(category, enum.Enum) else category for category in self.categories]
        return {"name": self.name, "kind": self.kind, "width": self.width, "whole": self.whole, "categories": names}

    def same_as(self, other: Feature) -> bool:
        """True where memories of both can be compared."""
        return (self.name, self.kind, self.width) == (other.name, other.kind, other.width)


def _shown(value: object) -> str:
    text = repr(value)
    return f"{text if len(text) <= 40 else text[:40] + '…'} ({type(value).__name__})"
