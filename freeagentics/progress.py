"""Progress: how far something long has come, reported to a callback."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

Item = TypeVar("Item")
ProgressCallback = Callable[[str, int, int], None]
"""Called with what is being done, and how much of how much of it: before the first part, and after each.

The latter is 0 where nobody knows."""


def no_progress(what: str, done: int, of: int) -> None:
    """Report to nobody."""


def track(progress: ProgressCallback, what: str, parts: Collection[Item]) -> Iterator[Item]:
    """The parts, each reported to *progress* when it has been dealt with."""
    if parts:
        progress(what, 0, len(parts))
    for done, part in enumerate(parts, 1):
        yield part
        progress(what, done, len(parts))
