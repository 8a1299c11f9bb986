"""Vectors of memories, by which those that are alike are found: the features that agents recall by, all that roles have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgpack
import numpy as np

from freeagentics.arrays import F32
from freeagentics.journal import Journal
from freeagentics.memory import EncodedMemories
from freeagentics.memory.codec import Codes
from freeagentics.memory.feature_table import TABLE
from freeagentics.records.lineage import Lineage
from freeagentics.records.memories import Memories
from freeagentics.records.roster import Roster
from freeagentics.stores import Item, LogEntry, Store
from freeagentics.stores.vectors import Attributes, VectorEntry, VectorIndex

Decided = tuple[str, int]
"""(agent, step) of a decision, and of the memory that was made with it."""


class StepVectors(NamedTuple):
    """Vectors of one step: agents, by number (n,), and their vectors (n, D)."""

    step: int
    agents: list[int]
    vectors: F32


class MemoryVectors:
    """Decodes memories of a run into vectors.

    Args:
        journal: of the run, which holds what memories are coded given.
        names: who the agents are.
        lineage: says with which files memories were coded.
    """

    def __init__(self, journal: Journal, names: Roster, lineage: Lineage) -> None:
        self.names = names
        self._memories = Memories(journal, names, lineage)

    def span(self, first: int, last: int) -> Iterator[StepVectors]:
        """Vectors of the memories that the journal keeps, from step *first* to *last*."""
        for step, kept in self._memories.span(first, last):
            yield self._decoded(step, kept)

    def stored(self, store: Store, agents: Iterable[str]) -> Iterator[StepVectors]:
        """Vectors of all memories that a store keeps of some agents, decoded cohort by cohort."""
        together: dict[tuple[int, int, int], list[tuple[int, LogEntry]]] = {}
        for agent in agents:
            number = self.names.ids.index(agent)
            cohort = self._memories.cohort_of(number)
            for entry in store.read(agent):
                together.setdefault((entry.step, cohort, entry.body[0]), []).append((number, entry))
        # Step by step, as what memories of a step are coded given is read once for all of them.
        for (step, _, version), found in sorted(together.items()):
            yield self._decoded(step, _encoded(version, found))

    def of(self, store: Store, agent: str, step: int) -> F32 | None:
        """The vector (D,) of one memory that a store keeps; None where it does not."""
        found = store.read(agent, after=(step, -1), before=(step + 1, 0), limit=1)
        if not found:
            return None
        return self._decoded(step, _encoded(found[0].body[0], [(self.names.ids.index(agent), found[0])])).vectors[0]

    def _decoded(self, step: int, kept: EncodedMemories) -> StepVectors:
        return StepVectors(step, kept.agent.tolist(), vectors_of(self._memories.vectors(step, kept)))


def vectors_of(features: F32) -> F32:
    """Vectors (n, D) of feature vectors (n, F): of those that agents recall by and that all roles have, from -1 to 1 of their ranges."""
    keys = TABLE.keys_of(np.ascontiguousarray(features[:, : len(TABLE)]))
    vectors: F32 = keys.astype(np.float32) / np.float32(127.5) - np.float32(1)
    return vectors


def put_vectors(index: VectorIndex, memories: MemoryVectors, first: int, last: int, decisions: Sequence[Item]) -> None:
    """Write the vectors of the memories from *first* to *last*, and what came of decisions before them into the attributes of theirs."""
    attributes = dict(map(decided, decisions))
    for step, agents, vectors in memories.span(first, last):
        names = [memories.names.ids[agent] for agent in agents]
        index.put([VectorEntry(name, step, vector, attributes[name, step]) for name, vector in zip(names, vectors, strict=True)])
    index.describe({made: attributes[made] for made in attributes if made[1] < first})


def decided(item: Item) -> tuple[Decided, Attributes]:
    """Agent and step of a decision, and what a search may ask for of it."""
    body = msgpack.unpackb(item.body)
    agent, step = body["agent_id"], body["context"]["cycle"]
    known: dict[str, str | int | bool] = {"role": agent.rpartition("-")[0], "action": body["reasoning"]["selected"], "step": step}
    if body["outcome"] is not None:
        known["success"] = body["outcome"]["success"]
    return (agent, step), known


def _encoded(version: int, found: Sequence[tuple[int, LogEntry]]) -> EncodedMemories:
    agents = np.array([number for number, _ in found], dtype=np.int32)
    importance = np.array([entry.body[1] for _, entry in found], dtype=np.uint8)
    return EncodedMemories(agents, importance, Codes.from_list([entry.body[2:] for _, entry in found]), version)
