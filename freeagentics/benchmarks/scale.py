"""Scale: throughput and memory of whole runs, from outside the process, at 50 and at 10,000 agents."""

from __future__ import annotations

from pathlib import Path

from freeagentics.benchmarks.subprocesses import Outside, run_in_turn, tell
from freeagentics.benchmarks.table import Spread, Table
from freeagentics.runs import run

ROWS = ((50, 500), (1_000, 100), (10_000, 50))
"""Agents and steps of each row."""

_CODE = "import sys; from freeagentics.benchmarks import scale as it; it.child(*map(int, sys.argv[1:]))"


def scale(runs: int) -> Table:
    """Every row on one worker and on two, in turn."""
    found = run_in_turn(_CODE, [(*row, workers) for row in ROWS for workers in (1, 2)], runs)
    rows = [_row(*row, *found[2 * place : 2 * place + 2]) for place, row in enumerate(ROWS)]
    note = f"`btc-replay`, journal on. Median of {runs} runs (least to most); ratios are taken run by run."
    return Table("Whole runs", note, rows)


def child(agents: int, steps: int, workers: int) -> None:
    """One run, in the process that is measured."""
    tell(run("btc-replay", agents=agents, steps=steps, overrides={"run.workers": workers}, out=Path("run")).summary.model_dump())


def _row(agents: int, steps: int, one: list[Outside], two: list[Outside]) -> dict[str, object]:
    ratios = tuple(this.said["agent_steps_per_s"] / that.said["agent_steps_per_s"] for this, that in zip(two, one, strict=True))
    return {
        "agents": f"{agents:,}",
        "steps": steps,
        "agent-steps/s, one worker": Spread(tuple(run.said["agent_steps_per_s"] for run in one)),
        "µs an agent-step": Spread(tuple(1000 * run.said["step_ms_per_agent"] for run in one)),
        "two workers / one": Spread(ratios),
        "peak RSS, MB": Spread(tuple(run.peak_mb for run in one)),
        "bytes a memory": one[0].said["bytes_per_memory"],
    }
