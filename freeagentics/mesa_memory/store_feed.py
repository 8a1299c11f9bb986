"""A store that is fed with memories: a log for each agent, whose bodies are MessagePack that needs nothing else to be read."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Any

import numpy as np

from freeagentics.errors import BadInput
from freeagentics.mesa_memory.class_memory import ClassMemory
from freeagentics.mesa_memory.interner import Interner
from freeagentics.mesa_memory.memory_page import Experiences
from freeagentics.mesa_memory.page_log import Outcomes
from freeagentics.plain_data import packed, plain_value
from freeagentics.stores import LogEntry, Store, open_store


class StoreFeed:
    """Appends memories to a store.

    Args:
        store: its URL, or the store itself, which stays open then.
        run: id of the run, for a URL.

    Raises:
        BadStore, BadName, StoreUnavailable: it cannot be opened.
    """

    def __init__(self, store: str | Store, run: str) -> None:
        self._own = isinstance(store, str)
        self._store = open_store(store, run=run) if isinstance(store, str) else store
        self._open: dict[tuple[str, int], int] = {}

    def append(self, of: ClassMemory, made: Experiences, actions: Interner, tags: Interner) -> None:
        """Append memories of a class."""
        entries = [_entry(of, made, place, actions, tags) for place in range(len(made.agents))]
        self._store.append(entries)
        without = np.isnan(made.outcome).tolist()
        self._open |= {(one.agent, one.sequence): one.step for one, is_open in zip(entries, without, strict=True) if is_open}

    def attach_outcomes(self, of: ClassMemory, outcomes: Sequence[Outcomes]) -> None:
        """Write outcomes into the memories that they belong to."""
        changed = []
        for agent, sequence, value in (one for batch in outcomes for one in zip(*(column.tolist() for column in batch), strict=True)):
            name = of.name_of(agent)
            step = self._open.pop((name, sequence), None)
            if step is not None:
                (entry,) = self._store.read(name, after=(step, sequence - 1), before=(step, sequence + 1))
                changed.append(entry._replace(body=packed(plain_value(entry.body) | {"outcome": value})))
        self._store.replace(changed)

    def close(self) -> None:
        """Close the store if it was opened here."""
        if self._own:
            self._store.close()


def _entry(of: ClassMemory, made: Experiences, place: int, actions: Interner, tags: Interner) -> LogEntry:
    outcome = float(made.outcome[place])
    body = {
        "state": {name: _plain(value) for name, value in of.reader.values(made.values[place]).items()},
        "action": _plain(actions.values[made.action[place]]),
        "outcome": None if outcome != outcome else outcome,
        "tags": sorted(tags.values[made.tags[place]]),
    }
    step = int(made.step[place])
    if step < 0:
        raise BadInput(f"a store keeps memories of steps from 0 on (this is of step {step})")
    return LogEntry(
        of.name_of(int(made.agents[place])), step, int(made.sequence[place]), round(1000 * float(made.time[place])), packed(body)
    )


def _plain(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value if value is None or type(value) in (bool, int, float, str) else str(value)
