"""Memory attached to a Mesa model: time a step beside the model without, and bytes on record beside float32."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path
from typing import Any

import mesa
import numpy as np

from freeagentics.benchmarks.table import Spread, Table
from freeagentics.mesa_memory import AgentMemory

AGENTS, WARM, STEPS = 10_000, 40, 32

STATE = ["wealth", "age", "place"]
"""A real number, a whole one and a grid position: four columns."""


class _Walker(mesa.Agent):
    def __init__(self, model: Any) -> None:
        super().__init__(model)
        self.wealth, self.age, self.place = 1.0, 0, (self.unique_id % 100, self.unique_id // 100)

    def step(self) -> None:
        self.wealth += self.random.random() - 0.5
        self.age += 1
        self.place = ((self.place[0] + self.random.randrange(-1, 2)) % 100, self.place[1])


class _Walk(mesa.Model):
    def __init__(self) -> None:
        super().__init__(rng=7)
        _Walker.create_agents(self, AGENTS)

    def step(self) -> None:
        self.agents.shuffle_do("step")


def mesa_memory(runs: int) -> Table:
    """Every row in turn, in processor time: states recorded alone, and with memories of all agents every step."""
    rows = (("states recorded", False), ("states recorded, all remember", True))
    found: dict[str, list[dict[str, float]]] = {name: [] for name, _ in rows}
    for _ in range(runs):
        bare = _seconds(_Walk())
        for name, remember in rows:
            found[name].append(_attached(bare, remember=remember))
    table = [
        {"what": name, **{column: Spread(tuple(run[column] for run in measured)) for column in measured[0]}}
        for name, measured in found.items()
    ]
    note = (
        f"{AGENTS:,} agents of Mesa {mesa.__version__}, state {', '.join(STATE)}; {STEPS} steps after {WARM}, processor time, "
        "all writing in it. Reading is `operator.attrgetter` over all agents into arrays, and nothing else. "
        f"Median of {runs} runs (least to most)."
    )
    return Table("Memory attached to a Mesa model", note, table)


def _attached(bare: float, *, remember: bool) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        model = _Walk()
        with AgentMemory.attach(model, STATE, out=Path(folder) / "run") as memory:
            took = _seconds(model, (lambda: memory.remember(model.agents, action="go", outcome=1.0)) if remember else None, memory.flush)
        (figures,) = AgentMemory.load(Path(folder) / "run").figures()
    each = 1e6 / (AGENTS * STEPS)
    return {
        "µs an agent-step beyond the model's own": each * (took - bare),
        "of them to read attributes": each * _reading(model),
        "the model's own": each * bare,
        "bytes a state (float32: 16)": figures.state_bytes / figures.states,
        "bytes a memory (float32: 32)": figures.memory_bytes / max(figures.made, 1),
    }


def _seconds(model: Any, before: Callable[[], object] | None = None, at_end: Callable[[], None] | None = None) -> float:
    """Processor time of `STEPS` steps after `WARM`."""
    began = 0.0
    for step in range(WARM + STEPS):
        if step == WARM:
            began = time.process_time()
        if before:
            before()
        model.step()
    if at_end:
        at_end()
    return time.process_time() - began


def _reading(model: Any) -> float:
    """Processor time to read numbers and state of all agents, `STEPS` times, into arrays."""
    began = time.process_time()
    for _ in range(STEPS):
        agents = list(model.agents)
        np.fromiter(map(attrgetter("unique_id"), agents), np.int64, AGENTS)
        for name in STATE[:2]:
            np.fromiter(map(attrgetter(name), agents), np.float64, AGENTS)
        places = list(map(attrgetter(STATE[2]), agents))
        np.fromiter((number for place in places for number in place), np.float64, 2 * AGENTS)
    return time.process_time() - began
