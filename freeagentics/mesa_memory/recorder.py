"""Recording: pages in a run directory, entries in a store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from freeagentics import __version__
from freeagentics.arrays import F32, F64, I64, AnyArray
from freeagentics.mesa_memory.class_memory import ClassMemory
from freeagentics.mesa_memory.interner import Interner
from freeagentics.mesa_memory.memory_page import Experiences
from freeagentics.mesa_memory.page_log import Outcomes, PageLog
from freeagentics.mesa_memory.run_writer import RunWriter
from freeagentics.mesa_memory.state_page import States
from freeagentics.mesa_memory.store_feed import StoreFeed

FORMAT = 1

CLOCK = "#clock"
"""Part of a checkpoint that has the model's time."""

PAGE_STEPS = 16
"""Steps of a page: what a kill may lose, and what is compressed together."""

CHECKPOINT_PAGES = 8
"""Pages from one checkpoint of all memories to the next: as many a reader has to go through at most."""


class Recorder:
    """Gathers what is to be written, and writes it every `PAGE_STEPS` steps.

    Args:
        about: the model and the settings of its memory, for readers.
        path: a folder that is new or empty, or None.
        feed: of a store, or None.
        classes: all that have memory.
        actions: by number.
        tags: sets of tags by number.

    Raises:
        BadRunDirectory: *path* cannot be written, or is not empty.
    """

    def __init__(
        self,
        about: Mapping[str, Any],
        path: Path | None,
        feed: StoreFeed | None,
        classes: Iterable[ClassMemory],
        actions: Interner,
        tags: Interner,
    ) -> None:
        self._given = {**about, "versions": _versions()}
        self._writer = RunWriter(path) if path is not None else None
        self._feed = feed
        self._classes = classes
        self._actions, self._tags = actions, tags
        self._logs: dict[str, PageLog] = {}
        self._steps = self._pages = 0
        self._handed_on = False
        if self._writer:
            self._writer.summarise(self._given)

    def states(self, of: ClassMemory, step: int, time: float, agents: I64, values: F64, rising: I64 | None) -> None:
        """Record the states (n, C) of all agents of a class; *rising* sorts them by number, where they are not."""
        if rising is not None:
            agents, values = agents[rising], values[rising]
        if self._writer:
            self._log(of).states.append(States(step, time, agents, values))

    def made(self, of: ClassMemory, made: Experiences) -> None:
        """Record memories."""
        self._log(of).made.append(made)

    def outcomes(self, of: ClassMemory, agents: I64, sequences: I64, values: F32) -> None:
        """Record outcomes of memories that were made before."""
        self._log(of).outcomes.append(Outcomes(agents, sequences, values))

    def handed_on(self) -> None:
        """Have a checkpoint with the next pages: memories that were handed on are in no page."""
        self._handed_on = True

    def stepped(self, step: int, time: float) -> None:
        """Write, where as many steps as a page has are over."""
        self._steps += 1
        if self._steps % PAGE_STEPS == 0:
            self.write(step, time)

    def write(self, step: int, time: float, *, last: bool = False) -> None:
        """Write all that is gathered up to a step and its time. Raises JournalFailed or StoreUnavailable."""
        self._feed_store()
        pages = [page for of in self._classes for page in self._log(of).take()]
        if not self._writer or not (pages or last):
            return
        self._writer.describe(self._about())
        self._pages += 1
        whole = last or self._handed_on or self._pages % CHECKPOINT_PAGES == 0
        self._writer.commit(step, pages, self._checkpoint(time) if whole else None)
        self._handed_on = False

    def close(self, step: int, time: float) -> None:
        """Write the rest, with the memories as they are now, and a summary; close what was opened."""
        try:
            self.write(step, time, last=True)
        finally:
            if self._feed:
                self._feed.close()
            if self._writer:
                self._writer.summarise({**self._given, "steps": step, "time": time})
                self._writer.close()

    def _log(self, of: ClassMemory) -> PageLog:
        return self._logs.setdefault(of.name, PageLog(len(self._logs)))

    def _feed_store(self) -> None:
        if self._feed is None:
            return
        for of in self._classes:
            log = self._log(of)
            for made in log.made:
                self._feed.append(of, made, self._actions, self._tags)
            self._feed.attach_outcomes(of, log.outcomes)

    def _about(self) -> dict[str, Any]:
        classes = {of.name: of for of in self._classes}
        return {
            "mesa_memory": FORMAT,
            **self._given,
            "classes": [classes[name].to_json() for name in self._logs],
            "actions": self._actions.to_json(),
            "tags": self._tags.to_json(),
        }

    def _checkpoint(self, time: float) -> dict[str, dict[str, AnyArray]]:
        return {CLOCK: {"time": np.array([time])}} | {of.name: of.block.state() for of in self._classes if of.reader.features}


def _versions() -> str:
    return f"freeagentics {__version__}, numpy {np.__version__}, mesa {metadata.version('mesa')}"
