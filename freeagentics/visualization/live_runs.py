"""Runs that a page begins, goes on with, or forks, as `LiveRun`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from freeagentics.errors import BadInput
from freeagentics.runs import fork, resume, run
from freeagentics.scenario.files import load_scenario, parse_override
from freeagentics.simulation import MarketModel, Probe
from freeagentics.visualization.live_run import LiveRun
from freeagentics.visualization.run_shelf import fresh_live
from freeagentics.visualization.run_view import RunView

Changed = Callable[[], None]


def begun(scenario: str, changes: Mapping[str, object], changed: Changed) -> LiveRun:
    """A fresh run of a scenario, by name or path, with values by dotted key in place of its own. Raises BadInput."""
    resolved = load_scenario(scenario, changes)
    # Built once before there is a directory: what is wrong with it is said to whom asked.
    MarketModel(resolved).close()
    path = fresh_live(resolved)
    return LiveRun(path, lambda pacer: run(resolved, out=path, probes=[pacer]), changed)


def resumed(view: RunView, changed: Changed) -> LiveRun:
    """A run that has steps left, from where it stopped."""
    path = view.path

    def go_on(pacer: Probe) -> object:
        return resume(path, probes=[pacer])

    return LiveRun(path, go_on, changed)


def forked(view: RunView, at: int, changes: Mapping[str, object], changed: Changed) -> LiveRun:
    """A fork of a run after a step, with values by dotted key in place of its own."""
    path = fresh_live(view.scenario)
    return LiveRun(path, partial(_fork, view.path, at, dict(changes), path), changed)


def _fork(source: Path, at: int, changes: dict[str, object], out: Path, pacer: Probe) -> object:
    return fork(source, at, overrides=changes, out=out, probes=[pacer])


def overrides(lines: str) -> dict[str, object]:
    """Values by dotted key, from lines ``key = value``. Raises BadInput for a line that is none."""
    stated = [line.strip() for line in lines.splitlines() if line.strip()]
    if wrong := [line for line in stated if "=" not in line]:
        raise BadInput(f"'{wrong[0]}': give key = value, e.g. market.fee_bps = 50")
    return dict(map(parse_override, stated))
