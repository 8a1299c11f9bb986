"""Stores: rates of writing and reading memories, and bytes a memory, the same rows over every backend."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import closing
from math import isnan, nan
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from freeagentics.benchmarks.redis_server import redis_server
from freeagentics.benchmarks.table import Spread, Table
from freeagentics.stores import Item, LogEntry, Store, open_store
from freeagentics.stores.redis_agent_memory import RedisAgentMemory
from freeagentics.stores.tables import DECISIONS, decision_partition, recent_partition

if TYPE_CHECKING:
    from freeagentics.benchmarks.redis_agent_memory_baseline import PickledRedisAgentMemory

AGENTS, STEPS, BATCH = 50, 1_000, 20
CODE_BYTES = 24
SINGLE = 1_000
RECENT, ASKED = 10, 200
_STEP_MS = 60_000


class Measured(NamedTuple):
    """One run of one row: memories stored a second, ms for an agent's ten newest memories and decisions, bytes a memory."""

    rate: float
    recall_ms: float
    query_ms: float
    bytes: float


def stores(runs: int) -> Table:
    """Measure all rows, one after the other in every run, so that a drifting machine hits all alike."""
    # Packages of extras, which only this benchmark needs: torch alone takes a second to import.
    import redis

    from freeagentics.benchmarks.redis_agent_memory_baseline import PickledRedisAgentMemory, PickledWithOneNet

    with redis_server() as url, closing(redis.Redis.from_url(url)) as client:
        ways: dict[str, Callable[[], Measured]] = {
            "pickles, five keys a memory, Redis": lambda: _pickled(PickledRedisAgentMemory(url), client),
            "pickles, one net, Redis": lambda: _pickled(PickledWithOneNet(url), client),
            "`RedisAgentMemory`, `redis://`": lambda: _face(url, client),
            "`redis://`": lambda: _redis(url, client),
            "`redis://…?layout=keys`": lambda: _redis(f"{url}?layout=keys", client),
            "`sqlite://`": _sqlite,
            "`memory:`": lambda: _measure("memory:", lambda: nan),
        }
        found: dict[str, list[Measured]] = {name: [] for name in ways}
        for _ in range(runs):
            for name, way in ways.items():
                found[name].append(way())
    base = found["pickles, one net, Redis"]
    rows = [_row(name, measured, base) for name, measured in found.items()]
    note = (
        f"{AGENTS} agents. Ours: {STEPS:,} memories each, codes of {CODE_BYTES} bytes made beforehand, handed in {BATCH} steps at a time. "
        f"Pickles, and `RedisAgentMemory`'s: {SINGLE:,} in all, one by one, states of 50 numbers that they code "
        f"themselves. Ratios: to that design with one net, run by run. Bytes: `MEMORY USAGE` of all keys, size of the file. Recall, "
        f"query: the {RECENT} newest of an agent, by log and by index, mean of {ASKED}. Median of {runs} runs (least to most)."
    )
    return Table("Stores", note, rows)


def _row(name: str, measured: list[Measured], base: list[Measured]) -> dict[str, object]:
    pairs = list(zip(measured, base, strict=True))
    return {
        "store": name,
        "memories/s": _figure([run.rate for run in measured]),
        "rate / pickles, one net": _figure([run.rate / other.rate for run, other in pairs]),
        "recall, ms": _figure([run.recall_ms for run in measured]),
        "query, ms": _figure([run.query_ms for run in measured]),
        "bytes a memory": _figure([run.bytes for run in measured]),
        "bytes of pickles, one net / bytes": _figure([other.bytes / run.bytes for run, other in pairs]),
    }


def _figure(values: list[float]) -> Spread | str:
    return "" if isnan(values[0]) else Spread(tuple(values))


def _agent(number: int) -> str:
    return f"market-hunter-{number % AGENTS:04d}"


def _pickled(memory: PickledRedisAgentMemory, client: Any) -> Measured:
    import torch

    with closing(memory.redis), torch.no_grad():
        return _one_by_one(memory, client)


def _face(url: str, client: Any) -> Measured:
    with RedisAgentMemory(url) as memory:
        return _one_by_one(memory, client)


def _one_by_one(memory: PickledRedisAgentMemory | RedisAgentMemory, client: Any) -> Measured:
    import torch

    client.flushall()
    states = torch.randn(SINGLE, 50, generator=torch.Generator().manual_seed(1))
    begun = perf_counter()
    for number, state in enumerate(states):
        memory.store_agent_memory(_agent(number), state)
    rate = SINGLE / (perf_counter() - begun)
    recall = _each_ms(lambda number: memory.get_recent_memories(_agent(number), RECENT))
    return Measured(rate, recall, nan, _redis_bytes(client) / SINGLE)


def _redis(url: str, client: Any) -> Measured:
    client.flushall()
    return _measure(url, lambda: _redis_bytes(client))


def _sqlite() -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        return _measure(f"sqlite:///{path}", lambda: sum(file.stat().st_size for file in path.parent.iterdir()))


def _measure(url: str, size: Callable[[], float]) -> Measured:
    codes = np.random.default_rng(1).bytes(AGENTS * STEPS * CODE_BYTES)
    batches = [_batch(codes, first) for first in range(0, STEPS, BATCH)]
    with open_store(url, run="bench") as store:
        begun = perf_counter()
        for batch in batches:
            store.append(batch)
        rate = AGENTS * STEPS / (perf_counter() - begun)
        taken = size() / (AGENTS * STEPS)
        recall = _each_ms(lambda number: store.read(_agent(number), newest_first=True, limit=RECENT))
        _put_decisions(store)
        query = _each_ms(
            lambda number: store.query(DECISIONS, recent_partition(_agent(number)), index="GSI3", newest_first=True, limit=RECENT)
        )
    return Measured(rate, recall, query, taken)


def _batch(codes: bytes, first: int) -> list[LogEntry]:
    return [
        LogEntry(_agent(agent), step, 0, step * _STEP_MS, codes[at * CODE_BYTES : (at + 1) * CODE_BYTES])
        for agent in range(AGENTS)
        for step in range(first, first + BATCH)
        for at in [step * AGENTS + agent]
    ]


def _put_decisions(store: Store) -> None:
    for agent in map(_agent, range(AGENTS)):
        partition, recent = decision_partition(agent, "SOURCE_SELECTION"), recent_partition(agent)
        store.put(DECISIONS, [Item(partition, f"{step:06d}", bytes(200), index={"GSI3": (recent, step * _STEP_MS)}) for step in range(100)])


def _redis_bytes(client: Any) -> float:
    return float(sum(client.memory_usage(key, samples=0) for key in client.scan_iter()))


def _each_ms(ask: Callable[[int], object]) -> float:
    begun = perf_counter()
    for number in range(ASKED):
        ask(number)
    return 1000 * (perf_counter() - begun) / ASKED
