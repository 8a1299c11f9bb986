"""Histories: bytes, ratio and time of an append, for the actions of agents in a run, against lists and deques of tuples."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from time import process_time
from typing import Any

import numpy as np

from freeagentics.arrays import U8
from freeagentics.benchmarks.table import Spread, Table
from freeagentics.mind import CohortHistory, CompressedHistory
from freeagentics.scenario.files import load_scenario
from freeagentics.simulation.market_model import MarketModel

AGENTS, STEPS = 320, 1000
SAMPLED = 5
"""Agents of each role whose own histories are measured."""

Entry = tuple[int, ...]


def history(runs: int) -> Table:
    """A row a role: its agents' last 1,000 actions and observations."""
    records, observed = _lived()
    rows = [_row(role, done, observed, runs) for role, done in records.items()]
    note = (
        f"What {AGENTS} agents did in {STEPS:,} steps of `btc-replay`: tuples of action, size (to a fifteenth), sources read, signals "
        "received, and of what was observed the bar's return and the day's, each in seven steps. Bytes are all objects held, but for "
        "integers that the interpreter shares; ratio is to the same entries as msgpack. Appends into histories that are full. "
        f"Cohort: the actions of {AGENTS // len(records)} agents as one. µs are of CPU time; median of {runs} runs (least to most)."
    )
    return Table("Histories", note, rows)


def _lived() -> tuple[dict[str, U8], list[Entry]]:
    """Run a scenario; actions by role, uint8 (steps, agents, width), and the observation of each step."""
    prices = []
    with MarketModel(load_scenario("btc-replay", {"agents.count": AGENTS, "steps": STEPS})) as model:
        for _ in range(STEPS):
            model.step()
            assert model.metrics is not None
            prices.append(model.metrics.price)
        records = {
            cohort.role: np.stack([cohort.history.recent(int(row), STEPS) for row in np.flatnonzero(cohort.active)], axis=1)
            for cohort in model.population.cohorts
        }
    logs = np.log(prices)
    bars, days = np.diff(logs, prepend=logs[0]), logs - np.concatenate([np.full(24, logs[0]), logs[:-24]])
    return records, list(zip(_sevenths(bars), _sevenths(days), strict=True))


def _sevenths(values: np.ndarray) -> list[int]:
    return [int(level) for level in np.clip(np.rint(values / values.std()), -3, 3) + 3]


def _row(role: str, records: U8, observed: list[Entry], runs: int) -> Mapping[str, object]:
    lives = [_entries(records[:, agent], observed) for agent in range(SAMPLED)]
    ours = [_filled(CompressedHistory(STEPS), life) for life in lives]
    assert all(mine == life for mine, life in zip(ours, lives, strict=True))
    cohort = CohortHistory(records.shape[1], STEPS, records.shape[2])
    ways: dict[str, Callable[[], float]] = {
        "ours": lambda: _per_append(_filled(CompressedHistory(STEPS), lives[0]), lives[0]),
        "list": lambda: _per_append([], lives[0]),
        "deque": lambda: _per_append(deque(maxlen=STEPS), lives[0]),
        "cohort": lambda: _per_append(cohort, list(records)) / records.shape[1],
    }
    times = {name: Spread(tuple(way() for _ in range(runs))) for name, way in ways.items()}
    sizes = Spread(tuple(float(mine.get_size_bytes()) for mine in ours))
    return {
        "role": role,
        "ours, bytes": sizes,
        "ratio": Spread(tuple(mine.get_compression_ratio() for mine in ours)),
        "list, bytes": f"{_tuples_bytes(lives[0], list(lives[0])):,}",
        "deque, bytes": f"{_tuples_bytes(lives[0], deque(lives[0], maxlen=STEPS)):,}",
        "cohort, bytes an agent": f"{cohort.nbytes / records.shape[1]:,.0f}",
        **{f"{name}, µs an append": spread for name, spread in times.items()},
    }


def _entries(records: U8, observed: list[Entry]) -> list[Entry]:
    done = [(action, size, low | high << 8, received) for action, size, low, high, received in records.tolist()]
    return [did + saw for did, saw in zip(done, observed, strict=True)]


def _filled(history: CompressedHistory, entries: Iterable[Entry]) -> CompressedHistory:
    history.extend(entries)
    return history


def _per_append(history: Any, entries: list[Any]) -> float:
    """Microseconds."""
    began = process_time()
    for entry in entries:
        history.append(entry)
    return (process_time() - began) * 1e6 / len(entries)


def _tuples_bytes(entries: list[Entry], holder: list[Entry] | deque[Entry]) -> int:
    return sys.getsizeof(holder) + sum(map(sys.getsizeof, entries))
