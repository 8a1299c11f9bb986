"""Leaks: lines of code whose allocations only ever grow."""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass
from itertools import pairwise

MARKS = 4
"""Marks that a suspect has grown at, each time."""

_LEAST = 16 * 1024


@dataclass(frozen=True, slots=True)
class GrowingLine:
    """A line, what it holds now, and how much it grew by over the last marks, in bytes."""

    file: str
    line: int
    held: int
    grown: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line} holds {self.held / 1024:,.0f} KB, {self.grown / 1024:,.0f} KB more than {MARKS - 1} marks ago"


class LeakFinder:
    """Compares what every line has allocated and not freed, from mark to mark, with `tracemalloc`.

    Mark at the same point of every round of work, e.g. after each hundred steps: what a round leaves behind every time is suspect. Tracing
    costs time and RAM of its own, so it runs between `start` and `stop` only.
    """

    def __init__(self) -> None:
        self._marks: list[dict[tuple[str, int], int]] = []
        self._on = self._mine = False

    def start(self) -> None:
        """Begin to trace, unless somebody does already."""
        self._marks = []
        self._on, self._mine = True, self._mine or not tracemalloc.is_tracing()
        if not tracemalloc.is_tracing():
            tracemalloc.start()

    def stop(self) -> None:
        """Trace no more, if it was begun here. What was marked stays."""
        if self._mine:
            tracemalloc.stop()
        self._on = self._mine = False

    @property
    def tracing(self) -> bool:
        """True where tracing was begun and is still on."""
        return self._on and tracemalloc.is_tracing()

    def mark(self) -> None:
        """Remember what every line holds now. Raises RuntimeError where nothing is traced."""
        ours = (tracemalloc.Filter(False, tracemalloc.__file__), tracemalloc.Filter(False, __file__))
        lines = tracemalloc.take_snapshot().filter_traces(ours).statistics("lineno")
        held = {(line.traceback[0].filename, line.traceback[0].lineno): line.size for line in lines}
        self._marks = [*self._marks[1 - MARKS :], held]

    def suspects(self, most: int = 10) -> list[GrowingLine]:
        """Lines that grew at every one of the last marks, by 16 KB or more in all; none before there are `MARKS` marks."""
        if len(self._marks) < MARKS:
            return []
        found = []
        for (file, line), held in self._marks[-1].items():
            sizes = [mark.get((file, line), 0) for mark in self._marks]
            if held - sizes[0] >= _LEAST and all(later > before for before, later in pairwise(sizes)):
                found.append(GrowingLine(file, line, held, held - sizes[0]))
        return sorted(found, key=lambda line: -line.grown)[:most]
