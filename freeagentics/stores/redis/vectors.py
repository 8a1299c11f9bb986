"""Vectors in the vector sets of Redis 8: one set for each agent, which its user may search, and one for the whole run, which none may."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from freeagentics.arrays import F32, contiguous
from freeagentics.errors import BadStore, CorruptRecord
from freeagentics.stores.redis.connection import Connection
from freeagentics.stores.redis.keys import agent_tag, run_tag
from freeagentics.stores.redis.servers import Call
from freeagentics.stores.validation import check_agent
from freeagentics.stores.vectors import Apart, Attributes, Neighbour, VectorEntry, VectorIndex, checked_where

_EFFORT, _FILTER_EFFORT = 200, 20_000
"""Candidates that a search looks at (EF), and that one with conditions may try (FILTER-EF): what is rarer than that may be missed."""


class RedisVectors(VectorIndex):
    """Vectors of one run, as they are: a byte a number (Q8) tells too few of the nearest apart (docs/storage.md has what was measured).

    Args:
        connection: to the servers.
        run: the run.

    Raises:
        BadStore: a server has no vector sets.
    """

    def __init__(self, connection: Connection, run: str) -> None:
        self._connection = connection
        self._run = run
        for version in connection.versions_without("VCARD", _key(run_tag(run))):
            raise BadStore(f"store {connection.address}: vectors=yes needs Redis 8, which has vector sets; this server is Redis {version}")

    def put(self, entries: Sequence[VectorEntry]) -> None:
        """Implement `VectorIndex.put`."""
        calls = [call for entry in entries for call in self._add(entry)]
        if retention := self._connection.address.retention_s:
            calls += [(tag, ("EXPIRE", _key(tag), retention)) for tag in dict.fromkeys(tag for tag, _ in calls)]
        self._connection.run(calls)

    def describe(self, attributes: Mapping[tuple[str, int], Attributes]) -> None:
        """Implement `VectorIndex.describe`."""
        texts = [(agent, f"{agent}@{step}", json.dumps(known)) for (agent, step), known in attributes.items()]
        calls = [(tag, ("VSETATTR", _key(tag), name, text)) for agent, name, text in texts for tag in self._tags(agent)]
        self._connection.run(calls)

    def nearest(
        self, vector: F32, count: int, *, agent: str | None = None, where: Attributes | None = None, apart: Apart | None = None
    ) -> list[Neighbour]:
        """Implement `VectorIndex.nearest`. Raises AccessDenied where the user may not search there."""
        tag = run_tag(self._run) if agent is None else agent_tag(self._run, check_agent(agent))
        # A filter knows no true: such an attribute is 1.
        values = {name: int(value) if isinstance(value, bool) else value for name, value in checked_where(where).items()}
        conditions = [f".{name} == {json.dumps(value)}" for name, value in values.items()]
        if apart is not None:
            conditions.append(f"(.step <= {apart.step - apart.distance} or .step >= {apart.step + apart.distance})")
        filters = ("FILTER", " and ".join(conditions), "FILTER-EF", _FILTER_EFFORT) if conditions else ()
        options = ("COUNT", count, "EF", max(_EFFORT, count), *filters)
        found = self._connection.call(tag, "VSIM", _key(tag), "FP32", _packed(vector), "WITHSCORES", "WITHATTRIBS", *options)
        return [_neighbour(*found[at : at + 3]) for at in range(0, len(found), 3)]

    def remove(self, agent: str, steps: Sequence[int]) -> None:
        """Delete the vectors of memories that were trimmed."""
        self._connection.run([(tag, ("VREM", _key(tag), f"{agent}@{step}")) for tag in self._tags(agent) for step in steps])

    def _add(self, entry: VectorEntry) -> list[Call]:
        command = ("FP32", _packed(entry.vector), f"{entry.agent}@{entry.step}", "NOQUANT", "SETATTR", json.dumps(entry.attributes))
        return [(tag, ("VADD", _key(tag), *command)) for tag in self._tags(entry.agent)]

    def _tags(self, agent: str) -> tuple[str, str]:
        return agent_tag(self._run, agent), run_tag(self._run)


def _key(tag: str) -> str:
    return f"{tag}:vectors"


def _packed(vector: F32) -> bytes:
    return bytes(contiguous(vector, dtype="<f4").tobytes())


def _neighbour(name: bytes, score: Any, attributes: bytes) -> Neighbour:
    try:
        agent, _, step = name.decode().partition("@")
        # The server's score is (1 + cosine) / 2.
        return Neighbour(agent, int(step), 2 * float(score) - 1, json.loads(attributes))
    except (ValueError, TypeError) as error:
        raise CorruptRecord(f"vector {name[:40]!r}: what is stored is no vector of a memory") from error
