"""The shelf: run directories that a page may open, and where those go that it begins itself."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from freeagentics.errors import BadInput, BadRunDirectory, did_you_mean
from freeagentics.records.run_directory import RUNS, RunDirectory
from freeagentics.scenario.scenario import Scenario

LIVE = RUNS / "live"
"""Folder of runs that pages began. They are runs like any other; only the last few are kept."""

KEPT = 10
"""Runs that pages began and that are kept for a reload; older ones are deleted when another begins."""

MOST_LISTED = 200
_NAME = re.compile(r"(?P<scenario>.+)-seed(?P<seed>\d+)-\d{8}-\d{6}(-\d+)?")


@dataclass(frozen=True, slots=True)
class ShelvedRun:
    """A run on the shelf.

    Attributes:
        name: by which a page asks for it: its path from where the server was started.
        scenario: whose it seems to be, by its folder's name.
        ended: it has a summary.
        changed: when its journal was last written to, seconds.
    """

    name: str
    scenario: str
    ended: bool
    changed: float


class RunShelf:
    """Run directories under ``runs/``, and one that was given by its path.

    Args:
        given: a run directory from anywhere, or None.
    """

    def __init__(self, given: Path | None = None) -> None:
        self._given = given

    def runs(self) -> list[ShelvedRun]:
        """All of them, the last written first."""
        folders = [*_folders(RUNS), *_folders(LIVE), *([self._given] if self._given else [])]
        found = {str(path): shelved for path in folders if (shelved := _shelved(path))}
        return sorted(found.values(), key=lambda run: -run.changed)[:MOST_LISTED]

    def last_of(self, scenario: str) -> str | None:
        """The name of the run of a scenario that was written last, or None."""
        return next((run.name for run in self.runs() if run.scenario == scenario), None)

    def path(self, name: str) -> Path:
        """The directory of a run by its name. Raises BadInput for any other folder: a page opens runs, not whatever its address says."""
        names = [run.name for run in self.runs()]
        if name not in names:
            raise BadInput(f"no run '{name}' here; {did_you_mean(name, names)}" if names else f"no run '{name}' here")
        return Path(name)


def fresh_live(scenario: Scenario) -> Path:
    """A path for a run that a page begins, after the oldest of those before it are deleted."""
    _sweep()
    stem = f"{scenario.name}-seed{scenario.seed}-{datetime.now():%Y%m%d-%H%M%S}"
    path, again = LIVE / stem, 1
    while path.exists():
        again += 1
        path = LIVE / f"{stem}-{again}"
    return path


def discard(path: Path) -> None:
    """Delete a run that a page began, unless a living process holds it; any other stays."""
    if path.parent != LIVE or not path.is_dir():
        return
    try:
        with RunDirectory(path).locked():
            shutil.rmtree(path, ignore_errors=True)
    except BadRunDirectory:
        return


def _sweep() -> None:
    begun = sorted((run for folder in _folders(LIVE) if (run := _shelved(folder))), key=lambda run: -run.changed)
    for run in begun[KEPT:]:
        discard(Path(run.name))


def _folders(within: Path) -> list[Path]:
    return [path for path in within.iterdir() if path.is_dir()] if within.is_dir() else []


def _shelved(path: Path) -> ShelvedRun | None:
    directory, named = RunDirectory(path), _NAME.fullmatch(path.name)
    try:
        changed = max(file.stat().st_mtime for file in path.glob("journal.db*"))
    except (OSError, ValueError):
        return None
    scenario = named["scenario"] if named else ""
    return ShelvedRun(str(path), scenario, directory.summary.is_file(), changed)
