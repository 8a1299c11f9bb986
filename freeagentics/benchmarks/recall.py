"""Recall: how long agents with many memories take to find those most like the present, and whether they are the right ones."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter

import numpy as np

from freeagentics.arrays import F64, U8, AnyArray
from freeagentics.benchmarks.table import Spread, Table
from freeagentics.memory import TABLE, Ranking, RecallIndex

BEST, HORIZON, RANKING = 10, 8, Ranking(halflife=20_000.0, width=0.12)
SIZES = ((1, 64), (1, 1_000), (1, 10_000), (1, 100_000), (50, 64), (50, 4_096))
"""Agents, and memories of each."""

CALLS, ASKED = 15, 40
"""Calls of a measurement, and situations that are compared with brute force."""


def recall(runs: int) -> Table:
    """A row for each number of agents and memories."""
    note = (
        f"The best {BEST} episodes of memories with keys of {TABLE.key_size} bytes, for all agents in one call, warm; features wander as "
        f"those of agents do. *numpy* ranks the same keys by the same formula, without choosing. *Found*: of the {BEST} that brute force "
        f"finds, the share of whose episodes a memory was found, over the keys and over features that were never bytes, of {ASKED} "
        "situations."
    )
    return Table("Recall", note, [_row(agents, memories, runs) for agents, memories in SIZES])


def _row(agents: int, memories: int, runs: int) -> dict[str, object]:
    random = np.random.default_rng(agents + memories)
    features = _wandering(random, agents, memories)
    index = _index(features, memories)
    asked = features[:, random.integers(0, memories, ASKED)].swapaxes(0, 1) + random.normal(0, 0.02, (ASKED, agents, TABLE.key_size))
    keys = np.ascontiguousarray(_keys(asked))
    return {
        "agents": agents,
        "memories each": f"{memories:,}",
        "a call, ms": _timed(lambda: index.recall(keys[0], BEST, memories), runs),
        "numpy, ms": _timed(lambda: _by_numpy(index.key, keys[0]), runs),
        "bytes a memory": round(sum(array.nbytes for array in index.state().values()) / (agents * memories)),
        "found, keys": f"{_found(index, index.key / 255, keys / 255):.1%}",
        "found, float32": f"{_found(index, features, asked):.1%}",
    }


def _wandering(random: np.random.Generator, agents: int, memories: int) -> F64:
    """Features in shares of their ranges, (agents, memories, key_size)."""
    steps = random.normal(0, 0.05, (agents, memories, TABLE.key_size))
    found: F64 = 0.5 + 0.5 * np.sin(np.cumsum(steps, axis=1) + random.uniform(0, 6, (agents, 1, TABLE.key_size)))
    return found


def _keys(features: F64) -> U8:
    return np.rint(np.clip(features, 0, 1) * 255).astype(np.uint8)


def _index(features: F64, memories: int) -> RecallIndex:
    index = RecallIndex(len(features), memories, TABLE.key_size, horizon=HORIZON, ranking=RANKING, doubt=10.0)
    index.key[:], index.step[:], index.result[:] = _keys(features), np.arange(memories), 0
    return index


def _by_numpy(memories: AnyArray, asked: AnyArray) -> AnyArray:
    """Logarithms of relevance, (agents, n), of memories (agents, n, size) to what is asked (agents, size); bytes as shares of 255."""
    share = 255.0 if memories.dtype == np.uint8 else 1.0
    apart = (memories.astype(np.float32) - asked[:, None].astype(np.float32)) / np.float32(share)
    squared = np.square(apart).mean(axis=2)
    age = memories.shape[1] - np.arange(memories.shape[1])
    return -squared / (2 * RANKING.width**2) - np.log(2) * age / RANKING.halflife


def _found(index: RecallIndex, memories: AnyArray, asked: AnyArray) -> float:
    """Share of the best episodes by brute force of which the index finds a memory, over all situations of the first agent."""
    hits = of = 0
    for one in range(ASKED):
        steps = index.recall(_keys(asked[one]), BEST, memories.shape[1]).step[0]
        best = _episodes(_by_numpy(memories[:1], asked[one, :1])[0])
        hits += sum(bool((np.abs(steps - step) < HORIZON).any()) for step in best)
        of += len(best)
    return hits / of


def _episodes(relevance: AnyArray) -> list[int]:
    found: list[int] = []
    for step in np.argsort(-relevance, kind="stable").tolist():
        if all(abs(step - other) >= HORIZON for other in found):
            found.append(step)
        if len(found) == BEST:
            break
    return found


def _timed(call: Callable[[], object], runs: int) -> Spread:
    """Milliseconds of a call, warm: the median of each run."""
    call()
    return Spread(tuple(median(_milliseconds(call) for _ in range(CALLS)) for _ in range(runs)))


def _milliseconds(call: Callable[[], object]) -> float:
    start = perf_counter()
    call()
    return 1e3 * (perf_counter() - start)
