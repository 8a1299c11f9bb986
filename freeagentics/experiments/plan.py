"""The plan of an experiment: which scenarios it runs, under which keys their rows are kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from freeagentics import __version__
from freeagentics.experiments.points import Contrast, Point
from freeagentics.scenario.files import to_toml, with_changes
from freeagentics.scenario.scenario import Scenario


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A run: its point, its seed, its scenario as TOML, and a key that no other run has."""

    point: Point
    seed: int
    toml: str
    key: str


@dataclass(frozen=True)
class Plan:
    """Points, each run with every seed; *scenario* is what they have in common.

    All runs with a seed share its random numbers: what a point changes changes nothing else that is drawn.
    """

    scenario: Scenario
    points: Sequence[Point]
    contrasts: Sequence[Contrast]
    seeds: Sequence[int]
    starts: Sequence[datetime] = ()
    """First bars, one a seed, where each seed replays a stretch of its own."""

    @cached_property
    def runs(self) -> tuple[PlannedRun, ...]:
        """All runs, seed by seed, so that an experiment that is stopped has whole pairs. Raises BadScenario for a point that cannot be."""
        scenarios = [(point, with_changes(self.scenario, point.settings)) for point in self.points]
        return tuple(self._run(point, scenario, seed) for seed in self.seeds for point, scenario in scenarios)

    def _run(self, point: Point, scenario: Scenario, seed: int) -> PlannedRun:
        toml = to_toml(with_changes(scenario, {"seed": seed} | {f"market.{name}": value for name, value in self.stretch(seed).items()}))
        return PlannedRun(point, seed, toml, _digest(toml, __version__, *_files(scenario)))

    def stretch(self, seed: int) -> dict[str, datetime]:
        """The first bar of a seed, where it has one of its own."""
        return {"start": self.starts[self.seeds.index(seed)]} if self.starts else {}

    def settings(self, point: Point) -> dict[str, object]:
        """Values at a point of all keys in which points differ."""
        table = self.scenario.model_dump(mode="json", serialize_as_any=True)
        keys = dict.fromkeys(key for other in self.points for key in other.settings)
        return {key: point.settings.get(key, _at(table, key)) for key in keys}

    def described(self) -> dict[str, Any]:
        """Facts that tell this experiment from any other, for its directory."""
        return {
            "version": __version__,
            "scenario": self.scenario.name,
            "steps": self.scenario.steps,
            "seeds": list(self.seeds),
            "points": [point.name for point in self.points],
            "settings": self.digest,
        }

    @property
    def digest(self) -> str:
        """A hash of all runs."""
        return _digest(*(run.key for run in self.runs))


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _files(scenario: Scenario) -> Iterator[str]:
    """Hashes of the files that a scenario goes by."""
    yield from (plugin.file.sha256 for plugin in scenario.registry.plugins)
    for name in (scenario.market.bars, scenario.market.daily, *scenario.memory.weights):
        if Path(name).is_absolute() and Path(name).is_file():
            yield hashlib.sha256(Path(name).read_bytes()).hexdigest()


def _at(table: Mapping[str, Any], key: str) -> object:
    value: Any = table
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
