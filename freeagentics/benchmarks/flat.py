"""Flat: growth of the resident set over models built and closed, and over steps."""

from __future__ import annotations

import gc

from freeagentics.benchmarks.subprocesses import run_in_turn, tell
from freeagentics.benchmarks.table import Spread, Table
from freeagentics.runtime import resident_mb
from freeagentics.scenario.files import load_scenario
from freeagentics.simulation.market_model import MarketModel

MODELS, AGENTS = 50, 2_000
STEPS, FEW = 5_000, 50
CODE = "import sys; from freeagentics.benchmarks import flat; getattr(flat, sys.argv[1])(int(sys.argv[2]), int(sys.argv[3]))"


def flat(runs: int) -> Table:
    """Measure both rows, each in processes of its own."""
    found = run_in_turn(CODE, [("models_built", MODELS, AGENTS), ("steps_taken", STEPS, FEW)], runs)
    names = (f"{MODELS} models of {AGENTS:,} agents, built, stepped and closed", f"{STEPS:,} steps of {FEW} agents")
    rows = [
        {
            "what": name,
            "RSS after warm-up, MB": Spread(tuple(run.said["warm_mb"] for run in row)),
            "at the end, MB": Spread(tuple(run.said["end_mb"] for run in row)),
            "end / warm-up": Spread(tuple(run.said["end_mb"] / run.said["warm_mb"] for run in row)),
        }
        for name, row in zip(names, found, strict=True)
    ]
    warm = "Warm-up is the first tenth of the models, and the first fifth of the steps, in which histories fill"
    note = f"`btc-replay`, no journal. {warm}. Median of {runs} runs (least to most)."
    return Table("Flat", note, rows)


def models_built(models: int, agents: int) -> None:
    """Build, step and close models one after the other, and tell RSS after a tenth of them and at the end; runs in the measured process."""
    scenario = load_scenario("btc-replay", {"agents.count": agents})
    levels = []
    for _ in range(models):
        with MarketModel(scenario) as model:
            model.step()
        del model
        gc.collect()
        levels.append(resident_mb())
    tell({"warm_mb": max(levels[: max(models // 10, 2)]), "end_mb": levels[-1]})


def steps_taken(steps: int, agents: int) -> None:
    """Step one model, and tell RSS after a fifth of the steps and at the end; runs in the measured process."""
    scenario = load_scenario("btc-replay", {"agents.count": agents, "steps": steps})
    with MarketModel(scenario) as model:
        for _ in range(steps // 5):
            model.step()
        warm = resident_mb()
        for _ in range(steps - steps // 5):
            model.step()
        tell({"warm_mb": warm, "end_mb": resident_mb()})
