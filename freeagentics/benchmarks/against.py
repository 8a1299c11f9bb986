"""Step scaling against another version: the same steps by both, in processes of their own, in turn."""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from freeagentics.benchmarks.subprocesses import Outside, measure
from freeagentics.benchmarks.table import Spread, Table
from freeagentics.errors import BadInput

ROWS = ((50, 300, 1), (50, 300, 2), (1_000, 60, 1), (10_000, 15, 1), (10_000, 15, 2))
"""Agents, steps and workers of each row."""

# What both versions have had at the front door, and nothing newer.
_STEPS = """
import sys, tempfile, time
from pathlib import Path
from freeagentics import MarketModel, load_scenario
from freeagentics.benchmarks.subprocesses import tell
from freeagentics.journal import Journal, JournalWriter
from freeagentics.runtime import open_engine

agents, steps, workers = map(int, sys.argv[1:])
with tempfile.TemporaryDirectory() as folder, Journal(Path(folder) / "journal.db", create=True) as journal:
    with MarketModel(load_scenario("btc-replay", {"agents.count": agents}), engine=open_engine("threads", workers)) as model:
        model.record_to(JournalWriter(journal))
        for _ in range(10):
            model.step()
        model.writer.flush()
        began = time.perf_counter()
        for _ in range(steps):
            model.step()
        model.writer.flush()
        seconds = time.perf_counter() - began
tell({"us": 1e6 * seconds / (agents * steps)})
"""


@dataclass(frozen=True, slots=True)
class OtherVersion:
    """Another version of the package: how a process comes to import it.

    Attributes:
        python: the interpreter.
        folder: to be found before installed packages, or empty.
    """

    python: str
    folder: str = ""

    @classmethod
    def at(cls, path: Path) -> OtherVersion:
        """The version of a checkout, or of a venv's ``freeagentics`` command. Raises BadInput where *path* is neither."""
        if (path / "freeagentics" / "__init__.py").exists():
            return cls(sys.executable, str(path.resolve()))
        python = path.absolute().with_name("python")
        if path.is_file() and python.exists():
            return cls(str(python))
        raise BadInput(f"--against {path}: give a checkout, a folder that holds freeagentics/, or the freeagentics command of a venv")

    def measure(self, *arguments: object) -> Outside:
        """Measure so many agents, steps and workers."""
        return measure(_STEPS, *arguments, python=self.python, folder=self.folder)


def step_scaling_against(path: Path, runs: int) -> Table:
    """Every row by this version and by the one at *path*, in turn. Raises BadInput where there is none."""
    versions = (OtherVersion(sys.executable), OtherVersion.at(path))
    found: dict[tuple[int, int, int], list[tuple[Outside, ...]]] = defaultdict(list)
    for _ in range(runs):
        for row in ROWS:
            found[row].append(tuple(version.measure(*row) for version in versions))
    rows = [_row(agents, workers, pairs) for (agents, _, workers), pairs in found.items()]
    note = f"`btc-replay`, journal on; *there* is {path}. Median of {runs} runs in turn (least to most); ratios are taken run by run."
    return Table("Steps against another version", note, rows)


def _row(agents: int, workers: int, pairs: list[tuple[Outside, ...]]) -> dict[str, object]:
    took = [tuple(one.said["us"] for one in pair) for pair in pairs]
    return {
        "agents": f"{agents:,}",
        "workers": workers,
        "µs an agent-step": Spread(tuple(here for here, _ in took)),
        "there": Spread(tuple(there for _, there in took)),
        "here / there": Spread(tuple(here / there for here, there in took)),
        "peak RSS, MB": Spread(tuple(here.peak_mb for here, _ in pairs)),
        "there, MB": Spread(tuple(there.peak_mb for _, there in pairs)),
    }
