"""``freeagentics scenarios``: the scenarios that ship, and their keys."""

from __future__ import annotations

from typing import Annotated

import typer

from freeagentics.scenario_catalog import scenario_titles


def scenarios_command(
    keys: Annotated[bool, typer.Option("--keys", help="Print every key that a scenario may have, as Markdown.")] = False,
) -> None:
    """List the scenarios that come with the package."""
    if keys:
        from freeagentics.scenario import keys_markdown

        typer.echo(keys_markdown(), nl=False)
        return
    titles = scenario_titles()
    width = max(map(len, titles))
    for name, title in titles.items():
        typer.echo(f"{name:<{width}}  {title}")
