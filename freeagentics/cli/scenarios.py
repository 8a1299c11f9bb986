"""``freeagentics scenarios``: what there is to run."""

from __future__ import annotations

import typer

from freeagentics.model import load_scenario, scenario_names


def scenarios_command() -> None:
    """List the scenarios that come with the package."""
    names = scenario_names()
    width = max(map(len, names))
    for name in names:
        typer.echo(f"{name:<{width}}  {load_scenario(name).title}")
