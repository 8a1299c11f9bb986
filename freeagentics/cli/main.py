"""The ``freeagentics`` command."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console

from freeagentics import __version__
from freeagentics.cli import run, scenarios
from freeagentics.errors import FreeagenticsError

app = typer.Typer(
    name="freeagentics",
    help="Simulate populations of agents that remember.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("run")(run.run_command)
app.command("fork")(run.fork_command)
app.command("scenarios")(scenarios.scenarios_command)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"freeagentics {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """Simulate populations of agents that remember."""


def main() -> None:
    """Run the command line; a named error becomes one line on standard error and its exit code."""
    try:
        app()
    except FreeagenticsError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"freeagentics: {error}", markup=False)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
