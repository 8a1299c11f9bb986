"""``freeagentics train``: fit a role's codec on runs, and write it as a file."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from freeagentics.agents import BUILT_IN, ROLES
from freeagentics.cli.options import AllowPlugins
from freeagentics.errors import BadInput, did_you_mean, in_command
from freeagentics.memory.codec import DESK
from freeagentics.memory.codec.registry import shipped
from freeagentics.memory.codec.training.experiences import Experiences
from freeagentics.model import Scenario
from freeagentics.trials import FIRST_SEED, LEARNED, collect, first_part, shipped_runs

TRAINABLE = (DESK, *BUILT_IN)

OWN_VERSION = 128
"""Versions from here on are the user's; below are those that ship."""


def train_command(
    roles: Annotated[list[str], typer.Argument(metavar="ROLE...", help=f"Roles to train a codec for, or 'all': {', '.join(TRAINABLE)}.")],
    runs: Annotated[list[str] | None, typer.Option("--runs", help="Scenarios to learn from, instead of what shipped codecs did.")] = None,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="With --runs: runs of each scenario, with seeds of their own.")] = 3,
    share: Annotated[float, typer.Option("--share", min=0.01, max=1, help="With --runs: first part of the steps to learn from.")] = LEARNED,
    steps: Annotated[int, typer.Option("--steps", min=10, help="Steps of training.")] = 2000,
    device: Annotated[str, typer.Option("--device", help="Where to train: cpu, cuda, mps.")] = "cpu",
    version: Annotated[int, typer.Option("--version", min=16, max=255, help="Version that codes will carry.")] = OWN_VERSION,
    out: Annotated[Path, typer.Option("--out", help="Folder for the files, ROLE-VERSION.npz.")] = Path("codecs"),
    allow_plugins: AllowPlugins = False,
) -> None:
    """Fit codecs for roles on runs of scenarios, and write one small file for each role; a run takes them with --set memory.weights."""
    if importlib.util.find_spec("torch") is None:
        raise BadInput("training needs torch; install freeagentics[train]")
    # torch costs seconds and hundreds of megabytes: nothing but training may load it.
    from freeagentics.memory.codec.training.fit import FitSettings, check_device, fit

    check_device(device)
    wanted = _roles(roles)
    experiences = _experiences(_runs(runs, seeds, share, allow_plugins))
    out.mkdir(parents=True, exist_ok=True)
    unknown = next((role for role in wanted if role not in experiences), None)
    if unknown is not None:
        raise BadInput(f"no agents of role '{unknown}' in these runs; {did_you_mean(unknown, experiences)}")
    settings = FitSettings(steps=steps, device=device)
    # Memories are coded given the books of desks as their own codec gives them back.
    desk = fit(Experiences.joined(experiences[DESK]), version, settings) if DESK in wanted else shipped(DESK)
    for role in wanted:
        if role == DESK:
            trained = desk
        else:
            mine = replace(settings, compression=ROLES[role].compression)
            trained = fit(Experiences.joined(experiences[role]), version, mine, desk)
        path = out / f"{role}-{version}.npz"
        trained.write(path)
        count = sum(len(part) for part in experiences[role])
        typer.echo(f"{path}: {path.stat().st_size:,} bytes, from {count:,} experiences")
    setting = f"memory.weights={json.dumps([str(out)], ensure_ascii=False)}"
    typer.echo(f"to use them: freeagentics run SCENARIO --set {in_command(setting)}")


def _roles(roles: list[str]) -> list[str]:
    return list(TRAINABLE) if roles == ["all"] else roles


def _runs(names: list[str] | None, seeds: int, share: float, allow_plugins: bool) -> Iterable[tuple[Scenario, int]]:
    if names is None:
        return shipped_runs()
    return (first_part(name, FIRST_SEED + number, share, allow_plugins=allow_plugins) for name in names for number in range(seeds))


def _experiences(runs: Iterable[tuple[Scenario, int]]) -> dict[str, list[Experiences]]:
    """By role, those of every run."""
    found: dict[str, list[Experiences]] = {}
    for scenario, steps in runs:
        typer.echo(f"running {steps:,} steps of {scenario.name} with seed {scenario.seed}", err=True)
        for role, experiences in collect(scenario, steps).experiences.items():
            found.setdefault(role, []).append(experiences)
    return found
