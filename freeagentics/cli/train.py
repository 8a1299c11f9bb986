"""``freeagentics train``: fit codecs of roles on runs, and write them as files."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Annotated

import typer

from freeagentics.cli.options import AllowPlugins
from freeagentics.errors import BadInput

OWN_VERSION = 128
"""Versions from here on are the user's; below are those that ship."""


def train_command(
    roles: Annotated[
        list[str],
        typer.Argument(metavar="ROLE...", help="Roles to train a codec for, e.g. risk-manager; 'desk' for books of desks, 'all' for all."),
    ],
    runs: Annotated[list[str] | None, typer.Option("--runs", help="Scenarios to learn from, instead of what shipped codecs did.")] = None,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="With --runs: runs of each scenario, with seeds of their own.")] = 3,
    share: Annotated[
        float | None,
        typer.Option(
            "--share", min=0.01, max=1, help="With --runs: first part of the steps to learn from; by default as for shipped codecs."
        ),
    ] = None,
    steps: Annotated[int, typer.Option("--steps", min=10, help="Steps of training.")] = 2000,
    device: Annotated[str, typer.Option("--device", help="Where to train: cpu, cuda, mps.")] = "cpu",
    version: Annotated[int, typer.Option("--version", min=16, max=255, help="Version that codes will carry.")] = OWN_VERSION,
    out: Annotated[Path, typer.Option("--out", help="Folder for the files, ROLE-VERSION.npz.")] = Path("codecs"),
    allow_plugins: AllowPlugins = False,
) -> None:
    """Fit codecs for roles on runs of scenarios, and write one small file for each role; a run takes them with --set memory.weights."""
    if importlib.util.find_spec("torch") is None:
        raise BadInput("training needs torch; install freeagentics[train]")
    from freeagentics.cli.training import train_codecs, training_runs
    from freeagentics.memory.codec.training.fit import FitSettings

    settings = FitSettings(steps=steps, device=device)
    train_codecs(roles, training_runs(runs, seeds, share, allow_plugins=allow_plugins), settings, version, out)
