"""Columns that grow at one end and forget at the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Columns = Mapping[str, NDArray[Any]]


class ColumnBuffer:
    """Rows numbered in the order they came, without gaps; the oldest can be forgotten.

    A row's number never changes, so that looking rows up is a subtraction. Appending and forgetting cost O(1) a row, amortised: forgetting
    moves a mark, and the space is taken back when the arrays next grow.

    Args:
        like: an empty array for each column, which fixes its type and its width.

    Attributes:
        first: number of the oldest row that is kept.
        next: number that the next row will get.
    """

    def __init__(self, like: Columns) -> None:
        self._buffers = {name: column[:0].copy() for name, column in like.items()}
        self._head = 0
        self.first = 0
        self.next = 0

    def __len__(self) -> int:
        return self.next - self.first

    def column(self, name: str, start: int | None = None, stop: int | None = None) -> NDArray[Any]:
        """A read-only view of the rows numbered *start* (included) to *stop* (not included), by default all that are kept."""
        start = self.first if start is None else max(start, self.first)
        stop = self.next if stop is None else min(stop, self.next)
        offset = self._head - self.first
        view = self._buffers[name][start + offset : max(start, stop) + offset]
        view.flags.writeable = False
        return view

    def at(self, name: str, numbers: NDArray[np.int64]) -> NDArray[Any]:
        """A copy of one column at the rows with these numbers, all of which must be kept."""
        return self._buffers[name].take(numbers + (self._head - self.first), axis=0)

    def put(self, name: str, numbers: NDArray[np.int64], value: object) -> None:
        """Sets one column at the rows with these numbers, all of which must be kept."""
        self._buffers[name][numbers - self.first + self._head] = value

    def append(self, columns: Columns) -> None:
        """Adds rows; *columns* has every column, all of the same length."""
        count = len(next(iter(columns.values())))
        self._reserve(count)
        tail = self._head + len(self)
        for name, buffer in self._buffers.items():
            buffer[tail : tail + count] = columns[name]
        self.next += count

    def forget(self, before: int) -> None:
        """Drops the rows numbered below *before*."""
        dropped = min(max(before - self.first, 0), len(self))
        self.first += dropped
        self._head += dropped

    def state(self, prefix: str) -> dict[str, NDArray[Any]]:
        """The kept rows and their numbers, under keys that start with *prefix*."""
        columns = {f"{prefix}_{name}": self.column(name).copy() for name in self._buffers}
        return columns | {f"{prefix}_first": np.array([self.first], np.int64)}

    def load(self, prefix: str, state: Columns) -> None:
        """Becomes what `state` returned.

        Raises:
            ValueError: a column has another width than here.
        """
        columns = {name: state[f"{prefix}_{name}"] for name in self._buffers}
        for name, column in columns.items():
            if column.shape[1:] != self._buffers[name].shape[1:]:
                raise ValueError(f"{prefix}_{name}: rows of shape {column.shape[1:]}, here they are {self._buffers[name].shape[1:]}")
        self._head = 0
        self.first = self.next = int(state[f"{prefix}_first"][0])
        self.append(columns)

    def _reserve(self, count: int) -> None:
        needed = len(self) + count
        if self._head + needed <= len(next(iter(self._buffers.values()))):
            return
        for name, old in self._buffers.items():
            new = np.empty((2 * needed, *old.shape[1:]), old.dtype)
            new[: len(self)] = old[self._head : self._head + len(self)]
            self._buffers[name] = new
        self._head = 0
