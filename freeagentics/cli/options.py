"""Options and arguments shared by several commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from freeagentics.scenario_catalog import scenario_names


def scenario_completion(incomplete: str) -> list[str]:
    """Names of scenarios that begin so, for the shell; files complete by themselves."""
    return [name for name in scenario_names() if name.startswith(incomplete)]


AllowPlugins = Annotated[
    bool, typer.Option("--allow-plugins", help="Run Python files of a run directory though you have not run them before: read them first.")
]
Patterns = Annotated[
    Path | None,
    typer.Option("--patterns", metavar="FILE", help="Patterns that agents begin with, of `freeagentics patterns --save`."),
]
Open = Annotated[bool, typer.Option("--open", help="Open the report in the browser.")]
