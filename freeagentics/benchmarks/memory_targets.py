"""Memory targets: RAM of a run, seen from outside, beside the run's own figures."""

from __future__ import annotations

from pathlib import Path
from statistics import median

import numpy as np

from freeagentics.benchmarks.subprocesses import Outside, run_in_turn, tell
from freeagentics.benchmarks.table import Spread, Table
from freeagentics.mind import CohortHistory
from freeagentics.mind.cohort_history import BLOCK_STEPS
from freeagentics.runs import run
from freeagentics.runs.footprints import footprints
from freeagentics.runtime import trim_heap
from freeagentics.scenario.files import load_scenario
from freeagentics.scenario.market_setup import open_market
from freeagentics.simulation import MarketModel, Probe, StepCommit

ROWS = (0, 50, 100, 1_000, 5_000, 10_000)
"""Agents of each row; 0 is a process with the same imports and bars, and no run."""

STEPS, FULL = 2 * BLOCK_STEPS, 1_000
_CODE = "import sys; from freeagentics.benchmarks import memory_targets as it; it.child(int(sys.argv[1]))"


def memory_targets(runs: int) -> Table:
    """Every row in processes of its own, in turn."""
    found = dict(zip(ROWS, run_in_turn(_CODE, [(agents,) for agents in ROWS], runs), strict=True))
    bare = median(run.rss_mb for run in found[0])
    rows = [_row(agents, measured, bare) for agents, measured in found.items() if agents]
    note = (
        f"`btc-replay`, journal on, {STEPS} steps; then histories are filled to {FULL:,} steps with their last {BLOCK_STEPS}, repeated. "
        f"RSS is what another process sees then; imports and bars alone take {bare:,.0f} MB. {_slopes(found)} "
        f"Median of {runs} runs (least to most)."
    )
    return Table("Footprint", note, rows)


def _row(agents: int, measured: list[Outside], bare: float) -> dict[str, object]:
    return {
        "agents": f"{agents:,}",
        "RSS, MB": Spread(tuple(run.rss_mb for run in measured)),
        "above imports and bars, MB": Spread(tuple(run.rss_mb - bare for run in measured)),
        "attributed, MB": Spread(tuple(run.said["attributed_mb"] for run in measured)),
        "attributed, KB an agent": Spread(tuple(1024 * run.said["attributed_mb"] / agents for run in measured)),
        "peak to the run's end, MB": Spread(tuple(run.peak_mb for run in measured)),
    }


def _slopes(found: dict[int, list[Outside]]) -> str:
    """Describe growth between the two largest rows, in KB an agent."""
    low, high = ROWS[-2:]
    seen, attributed = (
        Spread(tuple(1024 * (more - less) / (high - low) for more, less in zip(*(figures[agents] for agents in (high, low)), strict=True)))
        for figures in (
            {agents: [run.rss_mb for run in measured] for agents, measured in found.items()},
            {agents: [run.said["attributed_mb"] for run in measured] for agents, measured in found.items() if agents},
        )
    )
    return f"From {low:,} to {high:,} agents RSS rises by {seen} KB an agent, what they hold by {attributed}."


def child(agents: int) -> None:
    """Hold the bars of a run, or run, and tell of it; runs in the measured process."""
    if agents:
        _run(agents)
    else:
        _hold_bars()


def _hold_bars() -> None:
    held = open_market(load_scenario("btc-replay"))
    tell({"symbols": held.symbols})


def _run(agents: int) -> None:
    # One step more: after the last, the run's last checkpoint is still on its way to the journal.
    run("btc-replay", agents=agents, steps=STEPS + 1, out=Path("run"), probes=[_FullHistories()])


class _FullHistories(Probe):
    """Fills the histories of all agents after a step, and tells what all of it takes."""

    def committed(self, model: MarketModel, commit: StepCommit) -> None:
        if model.steps == STEPS:
            for cohort in model.population.cohorts:
                _fill(cohort.history)
            trim_heap()
            tell({"attributed_mb": sum(footprints(model).values()) / 1024 / 1024})


def _fill(history: CohortHistory) -> None:
    """Repeat a history's last block until it is full, at the bytes that the block really takes."""
    state = history.state()
    more = -(-FULL // BLOCK_STEPS) - len(state["lengths"])
    last = state["blocks"][-int(state["lengths"][-1]) :]
    state["blocks"] = np.concatenate([state["blocks"], np.tile(last, more)])
    state["lengths"] = np.concatenate([state["lengths"], np.repeat(state["lengths"][-1:], more)])
    state["steps"] = state["steps"] + more * BLOCK_STEPS
    history.load(state)
    assert len(history) == FULL
