"""Scale: throughput and memory of whole runs, from outside the process, at 50 and at 10,000 agents."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from typing import Any

from freeagentics.benchmarks.table import Spread, Table

ROWS = ((50, 500), (1_000, 100), (10_000, 50))
"""Agents and steps of each row."""

_COMMAND = [
    sys.executable,
    "-c",
    "from freeagentics.cli.main import main; main()",
    "run",
    "btc-replay",
    "--json",
    "--no-report",
    "--out",
    "run",
]


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: its summary, and the peak resident set that the kernel gives for the whole process (as ``/usr/bin/time -v`` shows it)."""

    summary: dict[str, Any]
    peak_mb: float


def scale(runs: int) -> Table:
    """Every row on one worker and on two, in turn, so that a drifting machine hits both alike."""
    rows = []
    for agents, steps in ROWS:
        one, two = [], []
        for _ in range(runs):
            one.append(_measure(agents, steps, "--engine", "serial"))
            two.append(_measure(agents, steps, "--workers", "2"))
        rows.append(
            {
                "agents": f"{agents:,}",
                "steps": steps,
                "agent-steps/s, one worker": Spread(tuple(run.summary["agent_steps_per_s"] for run in one)),
                "µs an agent-step": Spread(tuple(1000 * run.summary["step_ms_per_agent"] for run in one)),
                "two workers / one": Spread(_ratios(two, one)),
                "peak RSS, MB": Spread(tuple(run.peak_mb for run in one)),
                "bytes a memory": one[0].summary["bytes_per_memory"],
            }
        )
    note = f"`btc-replay`, journal on. Median of {runs} runs (least to most); ratios are taken run by run."
    return Table("Whole runs", note, rows)


def _ratios(these: list[Measured], those: list[Measured]) -> tuple[float, ...]:
    pairs = zip(these, those, strict=True)
    return tuple(this.summary["agent_steps_per_s"] / that.summary["agent_steps_per_s"] for this, that in pairs)


def _measure(agents: int, steps: int, *how: str) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        command = [*_COMMAND, "--agents", str(agents), "--steps", str(steps), *how]
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE)  # noqa: S603 - our own command
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
    return Measured(json.loads(said), usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2))
