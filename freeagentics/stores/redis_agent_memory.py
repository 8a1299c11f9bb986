"""Memories of single agents in Redis, for programs of one's own outside runs: three verbs over a store."""

from __future__ import annotations

import time
import zlib
from collections.abc import Mapping
from secrets import token_bytes
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from freeagentics.errors import BadInput, CorruptRecord
from freeagentics.plain_data import plain_bytes, plain_value
from freeagentics.stores.backends import open_store
from freeagentics.stores.records import LogEntry
from freeagentics.stores.validation import check_int

_MAGIC = b"AM1"
_KINDS = {"<f2": np.float16, "<f4": np.float32}
_OLDEST, _SHARE = 100, 5

AgentId = str | int | np.integer[Any]
"""An agent's id as it may be given; a whole number stands for its digits."""


class RedisAgentMemory:
    """Memories of agents, by agent and millisecond. A context manager that closes on leaving; safe to share between threads.

    An agent's id may be a whole number, as Mesa's are: agent 7 is agent "7". A state is kept as float16 where that changes no value by more
    than a 1,000th part, as float32 where it would; bytes that come back are read as numbers, never run.

    Args:
        redis_url: any URL that `open_store` takes.
        compression_threshold: how many memories an agent may have; with one more, of its 100 oldest a fifth is forgotten. The oldest
            are those that came first, whatever the clock said.
        run: what these memories are kept under, so that they never meet those of a run.

    Raises:
        BadStore, StoreUnavailable, AccessDenied: as `open_store` does.
    """

    def __init__(self, redis_url: str = "redis://localhost:6379/0", compression_threshold: int = 1000, run: str = "agents") -> None:
        self.compression_threshold = check_int("compression_threshold", compression_threshold, low=1)
        self._store = open_store(redis_url, run)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of connections."""
        self._store.close()

    def store_agent_memory(self, agent_id: AgentId, agent_state: ArrayLike, metadata: Mapping[str, Any] | None = None) -> int:
        """Remember a state, an array or a tensor of finite numbers; returns its timestamp, which no other memory of the agent has.

        It is wall time in ms, or a ms after that of the agent's newest memory where a clock was set back.

        Args:
            agent_id: an agent's id.
            agent_state: of any shape.
            metadata: kept with it, and given back equal and of the same types: None, bool, int, float, str, bytes, list, tuple, dict with
                such keys, numpy's arrays and scalars.

        Raises:
            BadName: the id is none. BadInput: a state or metadata that could not be given back.
        """
        agent, body = _agent(agent_id), _pack(agent_state, metadata)
        newest = self._store.read(agent, newest_first=True, limit=1)
        timestamp = max(int(time.time() * 1000), newest[0].step + 1 if newest else 0)
        # What is there first stays, so if it is not this one, whose token no other has, another had the same millisecond.
        while not self._is_mine(LogEntry(agent, timestamp, 0, timestamp, body)):
            timestamp += 1
        self._forget(agent)
        return timestamp

    def retrieve_agent_memory(self, agent_id: AgentId, timestamp: int) -> dict[str, Any]:
        """One memory: ``state`` (float32; a tensor if a tensor was given), ``timestamp``, and ``metadata`` if there was any.

        Raises:
            KeyError: there is none.
            CorruptRecord: it is damaged.
        """
        found = self._store.read(_agent(agent_id), after=(timestamp, -1), before=(timestamp, 1))
        if not found:
            raise KeyError(f"agent {agent_id} has no memory at timestamp {timestamp}")
        return _unpack(found[0])

    def get_recent_memories(self, agent_id: AgentId, count: int = 10) -> list[dict[str, Any]]:
        """The last *count* memories, newest first, each as `retrieve_agent_memory` gives it."""
        return [_unpack(entry) for entry in self._store.read(_agent(agent_id), newest_first=True, limit=count)]

    def _is_mine(self, entry: LogEntry) -> bool:
        self._store.append([entry])
        return self._store.read(entry.agent, after=(entry.step, -1), before=(entry.step, 1)) == [entry]

    def _forget(self, agent: str) -> None:
        count = self._store.count(agent)
        if count > self.compression_threshold:
            self._store.trim(agent, keep=count - max(min(count, _OLDEST) // _SHARE, 1))


def _agent(agent_id: AgentId) -> str:
    return str(agent_id) if isinstance(agent_id, (int, np.integer)) else agent_id


def _pack(state: Any, metadata: Mapping[str, Any] | None) -> bytes:
    tensor = type(state).__module__.partition(".")[0] == "torch"
    values = _numbers(state.detach().cpu() if tensor else state)
    with np.errstate(over="ignore"):
        half = values.astype("<f2")
    kept = half if np.allclose(half, values, rtol=1e-3, atol=0) else values.astype("<f4")
    if not isinstance(metadata, Mapping | None):
        raise BadInput(f"metadata must be values by name, not {type(metadata).__name__}")
    content = plain_bytes("metadata", [kept.dtype.str, list(kept.shape), kept.tobytes(), tensor, dict(metadata or {}), token_bytes(6)])
    return _MAGIC + zlib.crc32(content).to_bytes(4, "big") + content


def _numbers(state: ArrayLike) -> NDArray[np.float32]:
    try:
        given = np.asarray(state)
    except (TypeError, ValueError) as error:
        raise BadInput(f"agent_state must be an array of numbers: {error}") from error
    # Texts and complex numbers would become floats, too.
    if given.dtype.kind not in "biuf":
        raise BadInput(f"agent_state must be an array of numbers, not of {given.dtype}")
    with np.errstate(over="ignore"):
        values = given.astype(np.float32)
    if not np.isfinite(values).all():
        raise BadInput("agent_state must hold finite numbers that fit into float32")
    return values


def _unpack(entry: LogEntry) -> dict[str, Any]:
    magic, checksum, content = entry.body[:3], entry.body[3:7], entry.body[7:]
    try:
        if magic != _MAGIC or zlib.crc32(content).to_bytes(4, "big") != checksum:
            raise ValueError("magic or checksum")
        kind, shape, values, tensor, metadata, _ = plain_value(content)
        state = np.frombuffer(values, _KINDS[kind]).reshape(shape).astype(np.float32)
    except (ValueError, TypeError, KeyError) as error:
        message = f"agent {entry.agent}, timestamp {entry.step}: what is stored is not a memory, or damaged"
        raise CorruptRecord(message, agent=entry.agent, step=entry.step) from error
    memory: dict[str, Any] = {"state": _tensor(state) if tensor else state, "timestamp": entry.step}
    return memory | ({"metadata": metadata} if metadata else {})


def _tensor(values: NDArray[np.float32]) -> Any:
    import torch

    return torch.from_numpy(values)
