"""Options shared by several commands."""

from __future__ import annotations

from typing import Annotated

import typer

AllowPlugins = Annotated[
    bool, typer.Option("--allow-plugins", help="Run Python files of a run directory though you have not run them before: read them first.")
]
