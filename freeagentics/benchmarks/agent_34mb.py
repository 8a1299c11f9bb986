"""Agents of 34.5 MB: their footprint when they are lean, from outside the process, and the difference in their results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from freeagentics.benchmarks.subprocesses import Outside, run_in_turn, tell
from freeagentics.benchmarks.table import Spread, Table
from freeagentics.clock import wall_clock
from freeagentics.optimized_threadpool_manager import OptimizedThreadPoolManager
from freeagentics.runtime import deep_size, resident_mb, trim_heap
from freeagentics.runtime.measuring.footprint import MB

AGENTS = 50
STEPS = 3
CELLS = 4_500_000
FILLED = CELLS // 20
STATES = 100

WAYS: dict[str, Any] = {
    "as they are": {"enable_memory_optimization": False},
    "lean": {},
    "lean, float32 between steps": {"precision": "float32"},
}
"""Settings of the manager, by the row's name."""

_CHILD = "import sys; from freeagentics.benchmarks.agent_34mb import child; child(sys.argv[1], int(sys.argv[2]))"


class HeavyAgent:
    """Beliefs of 4.5 million float64 cells, 95 % of them zeros, a 100 x 100 transition matrix that is equal in all agents, a history of
    1,000 texts, and 50 cached arrays. Each step reads all of them, and writes all but the matrix."""

    def __init__(self, number: int) -> None:
        random = np.random.default_rng(number)
        self.id = f"heavy-{number:02}"
        self.beliefs = np.zeros(CELLS)
        self.beliefs[random.choice(CELLS, FILLED, replace=False)] = random.random(FILLED)
        self.transition_matrix = np.full((STATES, STATES), 0.1 / (STATES - 1))
        np.fill_diagonal(self.transition_matrix, 0.9)
        self.action_history = [f"step {step}: {'buy' if random.random() < 0.1 else 'wait'}" for step in range(1000)]
        self.cache = {state: self._reachable(state) for state in range(50)}
        self.state = 0

    def step(self, observation: float) -> list[float]:
        """Weigh beliefs by the observation, apply a transition, and return the new beliefs."""
        self.beliefs *= observation
        self.beliefs /= self.beliefs.sum()
        self.beliefs[self.state] += 1e-6
        row = self.transition_matrix[self.state]
        if self.state not in self.cache:
            self.cache[self.state] = self._reachable(self.state)
        expected = float(row @ self.beliefs[:STATES] + self.cache[self.state].sum())
        filled = self.beliefs[self.beliefs > 0]
        entropy = float(-(filled * np.log(filled)).sum())
        waits = sum(entry.endswith("wait") for entry in self.action_history[-20:])
        self.action_history.append(f"step {len(self.action_history)}: {'buy' if entropy > waits else 'wait'}")
        self.state = (self.state + 7) % STATES
        return [expected, entropy, float(self.beliefs.max()), float(waits), float(len(self.action_history))]

    def _reachable(self, state: int) -> Any:
        return np.linspace(0.0, 1.0, 20) * self.transition_matrix[state, state]


def agent_34mb(runs: int) -> Table:
    """Measure agents as they are, lean, and lean with rounded beliefs, each in a process of its own."""
    found = dict(zip(WAYS, run_in_turn(_CHILD, [(way, AGENTS) for way in WAYS], runs), strict=True))
    size = found["as they are"][0].said["attributed_mb"]
    rows = [_row(way, measured, found["as they are"]) for way, measured in found.items()]
    note = (
        f"{AGENTS} agents of {size:.1f} MB each, registered with the manager and stepped {STEPS} times; then another process reads the "
        f"resident set. MB are 1024². Median of {runs} runs (least to most)."
    )
    return Table("Agents of 34.5 MB", note, rows)


def _row(way: str, measured: list[Outside], plain: list[Outside]) -> dict[str, object]:
    grown = [(run.rss_mb - run.said["start_mb"]) / AGENTS for run in measured]
    return {
        "agents": way,
        "RSS growth an agent, MB": Spread(tuple(grown)),
        "after registering, MB": Spread(tuple((run.said["registered_mb"] - run.said["start_mb"]) / AGENTS for run in measured)),
        "reported, MB": Spread(tuple(run.said["reported_mb"] for run in measured)),
        "times smaller": Spread(tuple(run.said["attributed_mb"] / rss for run, rss in zip(measured, grown, strict=True))),
        "largest relative difference of a result": Spread(tuple(_difference(p.said, q.said) for p, q in zip(plain, measured, strict=True))),
        "ms to register": Spread(tuple(run.said["register_ms"] for run in measured)),
        "ms a step": Spread(tuple(run.said["step_ms"] for run in measured)),
    }


def _difference(plain: dict[str, Any], lean: dict[str, Any]) -> float:
    left, right = np.array(plain["results"]), np.array(lean["results"])
    return float((np.abs(left - right) / np.maximum(np.abs(left), np.finfo(float).tiny)).max())


def child(how: str, agents: int) -> None:
    """Run in the process that is measured."""
    with OptimizedThreadPoolManager(1, 1, **WAYS[how]) as manager:
        # What the first agent of all brings into the process for good (imports, buffers of the libraries) is not the agents'.
        manager.register_agent("first", HeavyAgent(0))
        manager.step_all_agents({"first": 1.0})
        manager.unregister_agent("first")
        manager.optimize_memory_usage()
        start = resident_mb()
        register_ms = [_register(manager, number) for number in range(agents)]
        registered = resident_mb()
        results, step_ms = zip(*_steps(manager), strict=True)
        report = manager.get_memory_report()
        tell(
            {
                "start_mb": start,
                "registered_mb": registered,
                "attributed_mb": _attributed_mb(),
                "reported_mb": report.per_agent_mb,
                "register_ms": float(np.median(register_ms)),
                "step_ms": float(np.median(step_ms)),
                "results": results,
            }
        )


def _attributed_mb() -> float:
    """Footprint of one agent as it is, MB."""
    attributed = deep_size([HeavyAgent(0)]).total / MB
    trim_heap()
    return attributed


def _register(manager: OptimizedThreadPoolManager, number: int) -> float:
    agent = HeavyAgent(number)
    began = wall_clock()
    manager.register_agent(agent.id, agent)
    return 1000 * (wall_clock() - began)


def _steps(manager: OptimizedThreadPoolManager) -> Iterator[tuple[list[list[float]], float]]:
    for step in range(STEPS):
        stepped = manager.step_all_agents(dict.fromkeys(manager.agent_ids, 1.0 + step / 8)).values()
        for one in stepped:
            if one.error is not None:
                raise one.error
        yield [one.result for one in stepped], float(np.mean([one.execution_time_ms for one in stepped]))
