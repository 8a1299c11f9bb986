"""A single run of an experiment, in memory, from its scenario's text to its row."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Mapping

from freeagentics.errors import FreeagenticsError
from freeagentics.experiments.measures import RunMeasures, by_kind
from freeagentics.journal import StepCommit
from freeagentics.scenario.files import build_scenario
from freeagentics.simulation import MarketModel, Probe

Row = dict[str, object]
"""Measures of a run by name, None where one is not defined; its ``trajectory_sha256``; and its ``error``, None where it came to its end."""


class Stopped(Exception):
    """The experiment was asked to stop."""


def never() -> bool:
    """Answer that nobody asked to stop."""
    return False


def run_row(toml: str, stopped: Callable[[], bool] = never) -> Row:
    """Run a scenario given as TOML, and return its row: whatever fails in it becomes the row's error.

    Args:
        toml: the scenario, every path in it absolute.
        stopped: asked before every step whether to end at once, with Stopped.
    """
    try:
        return _measured(toml, stopped) | {"error": None}
    except Stopped:
        raise
    except FreeagenticsError as error:
        return {"error": str(error)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def _measured(toml: str, stopped: Callable[[], bool]) -> Row:
    probe = _Measuring()
    with MarketModel(build_scenario(tomllib.loads(toml)), probes=[probe]) as model:
        while model.steps < model.scenario.steps:
            if stopped():
                raise Stopped
            model.step()
        return known(probe.measures.result()) | {"trajectory_sha256": model.trajectory_sha256}


def known(measures: Mapping[str, float]) -> Row:
    """Measures with None for those that are not defined, as frames and JSON have it."""
    return {name: value if math.isfinite(value) else None for name, value in measures.items()}


class _Measuring(Probe):
    """Measures the steps of a model."""

    measures: RunMeasures

    def started(self, model: MarketModel) -> None:
        directory = model.population.directory
        self.measures = RunMeasures(model.scenario, [directory.roles[role] for role in directory.role], model.market.units.price)

    def committed(self, model: MarketModel, commit: StepCommit) -> None:
        self.measures.update(commit.step, commit.timestamp, by_kind((page.kind, page.records) for page in commit.pages))
