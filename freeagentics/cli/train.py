"""``freeagentics train``: fit codecs of roles on runs, or a net on states of a user's own, and write them as files."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path
from typing import Annotated

import typer

from freeagentics.cli.options import AllowPlugins
from freeagentics.errors import BadInput

OWN_VERSION = 128
"""Versions from here on are the user's; below are those that ship."""


def train_command(
    roles: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ROLE]...", help="Roles to train a codec for, e.g. risk-manager; 'desk' for books of desks, 'all' for all."
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", help="Instead of roles: states of your own to train a net on, .npy, .csv or .parquet; a row a state."),
    ] = None,
    columns: Annotated[str | None, typer.Option("--columns", help="With --file: columns to take, e.g. open,close; all by default.")] = None,
    group: Annotated[
        list[str] | None,
        typer.Option("--group", help="With --file, repeatable: NAME=START:END[:COMPRESSION], a group of features; all are one by default."),
    ] = None,
    latents: Annotated[
        int | None, typer.Option("--latents", min=1, help="With --file: latents of the net; by default a quarter of the features.")
    ] = None,
    level: Annotated[
        float | None, typer.Option("--level", help="With --file: compression level, 0.1 (fine) to 2.0 (coarse); 1.0 by default.")
    ] = None,
    runs: Annotated[list[str] | None, typer.Option("--runs", help="Scenarios to learn from, instead of what shipped codecs did.")] = None,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="With --runs: runs of each scenario, with seeds of their own.")] = 3,
    share: Annotated[
        float | None,
        typer.Option(
            "--share", min=0.01, max=1, help="With --runs: first part of the steps to learn from; by default as for shipped codecs."
        ),
    ] = None,
    steps: Annotated[int | None, typer.Option("--steps", min=10, help="Steps of training; 2,000 by default, of a net 1,000.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of what training draws.")] = 0,
    device: Annotated[str, typer.Option("--device", help="Where to train: cpu, cuda, mps.")] = "cpu",
    version: Annotated[int, typer.Option("--version", min=16, max=255, help="Version that codes will carry.")] = OWN_VERSION,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the files, ROLE-VERSION.npz; with --file, the file to write, DATA.safetensors.")
    ] = None,
    allow_plugins: AllowPlugins = False,
) -> None:
    """Fit codecs for roles on runs of scenarios, one small file each, which a run takes with --set memory.weights; or a net on a file."""
    if file is None:
        _refuse("needs --file", {"--columns": columns, "--group": group, "--latents": latents, "--level": level})
        if not roles:
            raise BadInput("name roles to train codecs for, e.g. risk-manager, or 'all'; or give --file with states of your own")
    else:
        _refuse("does not go with --file", {"a role": roles, "--runs": runs, "--share": share})
    if importlib.util.find_spec("torch") is None:
        raise BadInput("training needs torch; install freeagentics[train]")
    if file is not None:
        _train_net(file, columns, group, latents, 1.0 if level is None else level, steps, seed, device, out)
        return
    from freeagentics.cli.training import train_codecs, training_runs
    from freeagentics.memory.codec.training.fit import FitSettings

    settings = FitSettings(steps=steps or 2000, seed=seed, device=device)
    learn_from = training_runs(runs, seeds, share, allow_plugins=allow_plugins)
    train_codecs(roles or [], learn_from, settings, version, out or Path("codecs"))


def _train_net(
    file: Path,
    columns: str | None,
    group: list[str] | None,
    latents: int | None,
    level: float,
    steps: int | None,
    seed: int,
    device: str,
    out: Path | None,
) -> None:
    from freeagentics.cli.net_training import train_on_file
    from freeagentics.memory.codec.training.nets import NetSettings

    if not 0 < level < math.inf:
        raise BadInput(f"--level {level}: give a number above 0, from 0.1 (fine) to 2.0 (coarse)")
    settings = NetSettings(latents=latents, level=level, steps=steps or 1000, seed=seed, device=device)
    train_on_file(file, [name.strip() for name in columns.split(",")] if columns else [], group or [], settings, out)


def _refuse(why: str, options: dict[str, object]) -> None:
    """Raise BadInput for the first of these options that was given."""
    given = next((name for name, value in options.items() if value), None)
    if given is not None:
        raise BadInput(f"{given} {why}: roles learn from runs, a net from the states of a file")
