"""Collector: time of garbage collection in a run, as Python ships it and as the tuner sets it."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass

from freeagentics.benchmarks.table import Spread, Table
from freeagentics.clock import wall_clock
from freeagentics.runtime import CollectionMeter, get_gc_tuner
from freeagentics.scenario.files import load_scenario
from freeagentics.simulation.market_model import MarketModel

ROWS = ((50, 500), (1_000, 200), (10_000, 40))
"""Agents and steps of each row."""


@dataclass(frozen=True, slots=True)
class _Measured:
    overhead: float
    collections: int
    step_ms: float


def collector(runs: int) -> Table:
    """Every row with and without the tuner, in turn, in one process."""
    rows = []
    for agents, steps in ROWS:
        plain, tuned = [], []
        for _ in range(runs):
            plain.append(_measure(agents, steps, tuned=False))
            tuned.append(_measure(agents, steps, tuned=True))
        pairs = zip(tuned, plain, strict=True)
        rows.append(
            {
                "agents": f"{agents:,}",
                "steps": steps,
                "GC, % of wall time, as shipped": Spread(tuple(100 * run.overhead for run in plain)),
                "tuned": Spread(tuple(100 * run.overhead for run in tuned)),
                "collections, as shipped": Spread(tuple(run.collections for run in plain)),
                "collections, tuned": Spread(tuple(run.collections for run in tuned)),
                "step, tuned / as shipped": Spread(tuple(this.step_ms / that.step_ms for this, that in pairs)),
            }
        )
    note = f"`btc-replay`, no journal, one worker, after a warm-up of 3 steps. Median of {runs} runs (least to most)."
    return Table("Garbage collection", note, rows)


def _measure(agents: int, steps: int, *, tuned: bool) -> _Measured:
    tuner, meter = get_gc_tuner(), CollectionMeter()
    scenario = load_scenario("btc-replay", {"agents.count": agents})
    with MarketModel(scenario) as model, tuner.run(agents) if tuned else nullcontext():
        for _ in range(3):
            model.step()
        meter.start()
        began = wall_clock()
        for _ in range(steps):
            model.step()
            if tuned:
                tuner.between_steps()
        wall = wall_clock() - began
        meter.stop()
    return _Measured(meter.seconds / wall, meter.collections, 1000 * wall / steps)
