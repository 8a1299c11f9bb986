"""Training of codecs: runs to learn from, then a codec for each role."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import typer

from freeagentics.agents import BUILT_IN, ROLES, Cohort
from freeagentics.cli.progress import Progress
from freeagentics.errors import BadInput, did_you_mean, in_command
from freeagentics.evaluation import FIRST_SEED, TRAINING_SHARE, collect, shipped_runs, training_split
from freeagentics.memory.codec import DESK, CodecWeights
from freeagentics.memory.codec.nets import check_device
from freeagentics.memory.codec.registry import shipped
from freeagentics.memory.codec.training.data import TrainingData
from freeagentics.memory.codec.training.fit import FitSettings, fit
from freeagentics.scenario import Scenario

TRAINABLE = (DESK, *BUILT_IN)


def training_runs(names: list[str] | None, seeds: int, share: float | None, *, allow_plugins: bool) -> Iterable[tuple[Scenario, int]]:
    """Scenarios, each with its number of steps to learn from: those of the shipped codecs, unless there are *names*."""
    if names is None:
        return shipped_runs()
    share = share or TRAINING_SHARE
    return (training_split(name, FIRST_SEED + number, share, allow_plugins=allow_plugins) for name in names for number in range(seeds))


def train_codecs(roles: list[str], runs: Iterable[tuple[Scenario, int]], settings: FitSettings, version: int, out: Path) -> None:
    """Train codecs for roles (or for ``all``) and write them into the folder *out*. Raises BadInput where the runs have no such role."""
    check_device(settings.device)
    wanted = list(TRAINABLE) if roles == ["all"] else roles
    data = _collected(runs)
    out.mkdir(parents=True, exist_ok=True)
    unknown = next((role for role in wanted if role not in data), None)
    if unknown is not None:
        raise BadInput(f"no agents of role '{unknown}' in these runs; {did_you_mean(unknown, data)}")
    for role, trained in _trained(wanted, data, settings, version):
        path = out / f"{role}-{version}.npz"
        trained.write(path)
        count = sum(len(part) for part in data[role])
        typer.echo(f"{path}: {path.stat().st_size:,} bytes, from {count:,} memories")
    setting = f"memory.weights={json.dumps([str(out)], ensure_ascii=False)}"
    typer.echo(f"to use them: freeagentics run SCENARIO --set {in_command(setting)}")


def _trained(
    wanted: list[str], data: dict[str, list[TrainingData]], settings: FitSettings, version: int
) -> Iterator[tuple[str, CodecWeights]]:
    """Fit codecs, that of the desk first: memories are coded given the books of desks as their own codec gives them back."""
    desk = _fitted(data[DESK], version, settings) if DESK in wanted else shipped(DESK)
    for role in wanted:
        if role == DESK:
            yield role, desk
        else:
            # A role of a user's own has that of all roles.
            compression = ROLES.get(role, Cohort).compression
            yield role, _fitted(data[role], version, replace(settings, compression=compression), desk)


def _fitted(parts: list[TrainingData], version: int, settings: FitSettings, desk: CodecWeights | None = None) -> CodecWeights:
    with Progress(f"training the codec of {parts[0].role}") as progress:
        return fit(TrainingData.joined(parts), version, settings, desk, progress)


def _collected(runs: Iterable[tuple[Scenario, int]]) -> dict[str, list[TrainingData]]:
    """Training data of every run, by role."""
    found: dict[str, list[TrainingData]] = {}
    for scenario, steps in runs:
        with Progress(f"running {steps:,} steps of {scenario.name} with seed {scenario.seed}") as progress:
            for role, data in collect(scenario, steps, progress).by_role.items():
                found.setdefault(role, []).append(data)
    return found
