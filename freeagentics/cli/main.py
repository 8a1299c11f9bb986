"""The ``freeagentics`` command."""

from __future__ import annotations

import sys
import traceback
from typing import Annotated, Any, NoReturn

import typer

from freeagentics import __version__
from freeagentics.cli import bench, explain, memory, report, run, scenarios, store, train, viz
from freeagentics.cli.terminal import plain_console
from freeagentics.errors import BadInput, FreeagenticsError, Interrupted

# Typer brings its own copy of click in some versions; its front door shows only this much of the family of usage errors.
UsageError: Any = typer.BadParameter.__base__

app = typer.Typer(
    name="freeagentics",
    help="Simulate populations of agents that remember.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("run")(run.run_command)
app.command("fork")(run.fork_command)
app.command("explain")(explain.explain_command)
app.command("report")(report.report_command)
app.command("train")(train.train_command)
app.command("bench")(bench.bench_command)
app.command("scenarios")(scenarios.scenarios_command)
app.command("viz")(viz.viz_command)
app.add_typer(store.app, name="store")
app.add_typer(memory.app, name="memory")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"freeagentics {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show the traceback of an error; may stand anywhere.")] = False,
) -> None:
    """Simulate populations of agents that remember."""


def main() -> None:
    """Run the command line; a named error becomes one line on standard error and its exit code.

    ``--verbose``, anywhere on the line, shows the traceback as well.
    """
    words = [word for word in sys.argv[1:] if word != "--verbose"]
    verbose = len(words) < len(sys.argv) - 1
    try:
        sys.exit(app(words or ["--help"], standalone_mode=False))
    except FreeagenticsError as error:
        _give_up(str(error), error.exit_code, verbose=verbose)
    except UsageError as error:
        place = error.ctx.command_path if error.ctx else "freeagentics"
        _give_up(f"{error.format_message().rstrip('.')}; see {place} --help", BadInput.exit_code, verbose=verbose)
    except KeyboardInterrupt:
        sys.exit(Interrupted.exit_code)


def _give_up(message: str, code: int, *, verbose: bool) -> NoReturn:
    if verbose:
        traceback.print_exc()
    _say(message)
    sys.exit(code)


def _say(message: str) -> None:
    plain_console(stderr=True).print(f"freeagentics: {message}")
