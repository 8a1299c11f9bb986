"""Points of an experiment: the settings that its runs differ in, and which of them are set against each other."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from freeagentics.errors import BadInput, did_you_mean
from freeagentics.scenario.scenario import Scenario

FACULTIES: dict[str, tuple[str, object]] = {
    "memory": ("memory.enabled", False),
    "signals": ("signals.enabled", False),
    "patterns": ("patterns", []),
}
"""Keys that switch a faculty off, and the value that does."""

COMPLETE = "complete"
"""Name of the point from which nothing is left out."""


@dataclass(frozen=True, slots=True)
class Point:
    """Settings, by dotted key, under a name."""

    name: str
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contrast:
    """A difference that is asked for: the runs of point *of* minus those of point *against*, seed by seed."""

    name: str
    of: str
    against: str


def ablations(scenario: Scenario, without: Iterable[str]) -> tuple[list[Point], list[Contrast]]:
    """The complete point, and one for each of *without*: a faculty, source or role, or several joined by ``+`` to be left out together.

    Raises:
        BadInput: there is nothing of a name in the scenario, or nothing is to be left out.
    """
    names = list(dict.fromkeys(without))
    if not names:
        raise BadInput("nothing is left out: give memory, signals, patterns, a source or a role")
    points = [Point(COMPLETE), *(Point(f"without {name}", _left_out(scenario, name.split("+"))) for name in names)]
    return points, [Contrast(name, COMPLETE, f"without {name}") for name in names]


def grid(settings: Mapping[str, Sequence[object]]) -> tuple[list[Point], list[Contrast]]:
    """All combinations of the values of each key; each against the first. Raises BadInput where a key has no values."""
    if empty := [key for key, values in settings.items() if not values] or ([] if settings else ["no key"]):
        raise BadInput(f"{empty[0]}: a sweep needs keys with values, e.g. --set memory.recall=3,12")
    combinations = (dict(zip(settings, values, strict=True)) for values in product(*settings.values()))
    points = list({name_of(chosen): Point(name_of(chosen), chosen) for chosen in combinations}.values())
    return points, against_first(points)


def listed(points: Sequence[Mapping[str, object]]) -> tuple[list[Point], list[Contrast]]:
    """Points as they were listed, each once; each against the first. Raises BadInput where there are none."""
    if not points:
        raise BadInput("a sweep needs at least one point")
    named = list({name_of(point): Point(name_of(point), point) for point in points}.values())
    return named, against_first(named)


def swept(settings: Mapping[str, Sequence[object]] | Sequence[Mapping[str, object]]) -> tuple[list[Point], list[Contrast]]:
    """Points of a sweep: all combinations of values by key, or those that were listed."""
    return grid(settings) if isinstance(settings, Mapping) else listed(settings)


def against_first(points: Sequence[Point]) -> list[Contrast]:
    """Contrasts of all points but the first with the first."""
    return [Contrast(point.name, point.name, points[0].name) for point in points[1:]]


def name_of(settings: Mapping[str, object]) -> str:
    """Settings as a name, e.g. ``memory.recall=3, market.fee_bps=0``."""
    return ", ".join(f"{key}={in_text(value)}" for key, value in settings.items())


def in_text(value: object) -> str:
    """A value as people write it on a command line."""
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _left_out(scenario: Scenario, names: Sequence[str]) -> dict[str, object]:
    settings: dict[str, object] = {}
    for name in names:
        if name == "patterns" and not scenario.patterns:
            raise BadInput(f"--without patterns: {scenario.name} gives its agents none; give some with --patterns FILE")
        if name in FACULTIES:
            key, off = FACULTIES[name]
            settings[key] = off
        else:
            key, before = _list_with(scenario, name)
            listed = settings.get(key, list(before))
            settings[key] = [*listed, name]  # type: ignore[misc]
    return settings


def _list_with(scenario: Scenario, name: str) -> tuple[str, tuple[str, ...]]:
    """Key of the list that leaves *name* out, and what that leaves out already."""
    if name in scenario.agents.team:
        return "agents.left_out", scenario.agents.left_out
    if name in scenario.market.sources and name != "price":
        return "market.left_out", scenario.market.left_out
    known = [*FACULTIES, *(source for source in scenario.market.sources if source != "price"), *scenario.agents.team]
    raise BadInput(f"--without {name}: {scenario.name} has no such faculty, source or role; {did_you_mean(name, known)}")
