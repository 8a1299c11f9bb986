"""The question to a store which memories of a run are like one of an agent's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from pathlib import Path

import numpy as np

from freeagentics.arrays import F32
from freeagentics.errors import BadInput, did_you_mean
from freeagentics.journal import Journal
from freeagentics.records.roster import Roster
from freeagentics.records.run_directory import RunDirectory
from freeagentics.stores import Store
from freeagentics.stores.backends import open_store
from freeagentics.stores.vectors import Apart, Attributes, Neighbour, checked_where
from freeagentics.sync.memory_vectors import MemoryVectors, decided
from freeagentics.sync.projection import DecisionItems
from freeagentics.sync.store_admin import run_id


@dataclass(frozen=True, slots=True)
class Alike:
    """Memories that a store found.

    Attributes:
        neighbours: the most alike first; the memory that was asked about is not among them.
        scanned: memories that were decoded and compared one by one, as the store keeps no vectors; None where it searched them itself.
    """

    neighbours: list[Neighbour]
    scanned: int | None


def find_alike(
    url: str,
    path: Path,
    like: tuple[str, int],
    *,
    count: int = 10,
    agent: str | None = None,
    where: Attributes | None = None,
    apart: int | None = None,
) -> Alike:
    """Find the memories that are most like one of a run's, in a store that was fed from it.

    Args:
        url: of the store.
        path: the run directory, which has what memories are coded given.
        like: agent and step of the memory.
        count: how many, at least 1.
        agent: only in this agent's memories.
        where: what they, and the decisions that were made with them, must have: ``role``, ``action``, ``success``.
        apart: steps that lie between them and the memory at least; by default the horizon, as nearer ones are of the same episode.

    Raises:
        BadStore, BadRunDirectory: there is no such store, or run.
        BadInput: no such agent, or the store has no memory of it at that step.
        AccessDenied: the user of the URL may not read there.
    """
    directory = RunDirectory.open(path)
    with Journal(directory.journal) as journal, open_store(url, run_id(directory)) as store:
        names, horizon = Roster(journal), directory.read_scenario().memory.horizon
        for name in (like[0], *([agent] if agent else [])):
            if name not in names.ids:
                raise BadInput(f"no agent '{name}' in {path}; {did_you_mean(name, names.ids)}")
        memories, agents = MemoryVectors(journal, names, directory.read_lineage()), [agent] if agent else names.ids
        vector = memories.of(store, *like)
        if vector is None:
            raise BadInput(f"the store has no memory of {like[0]} at step {like[1]}; freeagentics store sync brings it up to the run")
        away = Apart(like[1], horizon if apart is None else apart)
        if store.vectors is not None:
            # One more, as the memory itself may be among them.
            found, scanned = store.vectors.nearest(vector, count + 1, agent=agent, where=where, apart=away), None
        else:
            everyone = list(_scan(memories, store, agents, vector))
            known = _attributes(journal, names, horizon)
            found, scanned = _best(everyone, count + 1, known, checked_where(where), away), len(everyone)
    return Alike([one for one in found if (one.agent, one.step) != like][:count], scanned)


def _attributes(journal: Journal, names: Roster, horizon: int) -> dict[tuple[str, int], Attributes]:
    commit = journal.commit_record()
    return dict(map(decided, DecisionItems(journal, names, horizon).span(1, commit.step if commit else 0)))


def _best(
    everyone: Sequence[Neighbour], count: int, known: Mapping[tuple[str, int], Attributes], where: Attributes, away: Apart
) -> list[Neighbour]:
    far = (one for one in everyone if abs(one.step - away.step) >= away.distance)
    described = (one._replace(attributes=known.get((one.agent, one.step), {})) for one in far)
    return nlargest(count, (one for one in described if where.items() <= one.attributes.items()), key=lambda one: one.likeness)


def _scan(memories: MemoryVectors, store: Store, agents: Sequence[str], vector: F32) -> Iterator[Neighbour]:
    """Every memory that a store keeps of some agents, decoded and compared; their attributes are left to be filled in."""
    for step, numbers, vectors in memories.stored(store, agents):
        norms = np.linalg.norm(vectors, axis=1) * np.linalg.norm(vector)
        likeness = (vectors @ vector) / np.where(norms, norms, 1)
        for number, alike in zip(numbers, likeness.tolist(), strict=True):
            yield Neighbour(memories.names.ids[number], step, alike, {})
