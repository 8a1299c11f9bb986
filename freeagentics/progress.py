"""Headway: how far something long has come, told to whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

Item = TypeVar("Item")
Headway = Callable[[str, int, int], None]
"""Called with what is being done, and how much of how much of it: before the first part, and after each.

The latter is 0 where nobody knows."""


def untold(what: str, done: int, of: int) -> None:
    """Nobody waits."""


def telling(headway: Headway, what: str, parts: Collection[Item]) -> Iterator[Item]:
    """The parts, each told of when it has been dealt with."""
    if parts:
        headway(what, 0, len(parts))
    for done, part in enumerate(parts, 1):
        yield part
        headway(what, done, len(parts))
