"""``freeagentics scenarios``: what there is to run."""

from __future__ import annotations

from typing import Annotated

import typer

from freeagentics.model import keys_markdown, load_scenario, scenario_names


def scenarios_command(
    keys: Annotated[bool, typer.Option("--keys", help="Print every key that a scenario may have, as Markdown.")] = False,
) -> None:
    """List the scenarios that come with the package."""
    if keys:
        typer.echo(keys_markdown(), nl=False)
        return
    names = scenario_names()
    width = max(map(len, names))
    for name in names:
        typer.echo(f"{name:<{width}}  {load_scenario(name).title}")
