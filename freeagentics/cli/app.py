"""The commands, and the translation of their errors into exit codes."""

from __future__ import annotations

import sys
import traceback
from typing import Annotated, Any

import typer

from freeagentics import __version__
from freeagentics.cli import (
    analytics,
    bars,
    bench,
    experiments,
    explain,
    facts,
    impact,
    interrupts,
    memory,
    patterns,
    report,
    run,
    scenarios,
    state,
    store,
    train,
    viz,
)
from freeagentics.cli.examples import examples
from freeagentics.errors import BadInput, FreeagenticsError, Interrupted

# Typer brings its own copy of click in some versions; its front door shows only this much of the family of usage errors.
UsageError: Any = typer.BadParameter.__base__

# Typer makes a yes or no of a --help that nobody gave, and of --install-completion, and imports pydantic for it, but where there is one.
_NO_HELP = {"help": False}
_NOT_GIVEN = _NO_HELP | {
    "install_completion": False,
    "show_completion": False,
    "scenarios": _NO_HELP,
    "store": _NO_HELP,
    "memory": _NO_HELP,
    "state": _NO_HELP,
}

app = typer.Typer(
    name="freeagentics",
    help="Simulate populations of agents that remember.",
    context_settings={"default_map": _NOT_GIVEN},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("run", epilog=examples("run"))(run.run_command)
app.command("fork", epilog=examples("fork"))(run.fork_command)
app.command("explain", epilog=examples("explain"))(explain.explain_command)
app.command("report", epilog=examples("report"))(report.report_command)
app.command("ablate", epilog=examples("ablate"))(experiments.ablate_command)
app.command("sweep", epilog=examples("sweep"))(experiments.sweep_command)
app.command("compare", epilog=examples("compare"))(experiments.compare_command)
app.command("facts", epilog=examples("facts"))(facts.facts_command)
app.command("impact", epilog=examples("impact"))(impact.impact_command)
app.command("analytics", epilog=examples("analytics"))(analytics.analytics_command)
app.command("patterns", epilog=examples("patterns"))(patterns.patterns_command)
app.command("bars", epilog=examples("bars"))(bars.bars_command)
app.command("train", epilog=examples("train"))(train.train_command)
app.command("bench", epilog=examples("bench"))(bench.bench_command)
app.command("scenarios", epilog=examples("scenarios"))(scenarios.scenarios_command)
app.command("viz", epilog=examples("viz"))(viz.viz_command)
app.add_typer(store.app, name="store")
app.add_typer(memory.app, name="memory")
app.add_typer(state.app, name="state")


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


def run_command_line(arguments: list[str]) -> int:
    """Run a command line and return its exit code; a named error becomes one line on standard error.

    ``--verbose``, anywhere on the line, shows the traceback as well.
    """
    words = [word for word in arguments if word != "--verbose"]
    verbose = len(words) < len(arguments)
    try:
        code = app(words or ["--help"], prog_name="freeagentics", standalone_mode=False)
        # Where it was closed before we began there is none.
        if sys.stdout is not None:
            sys.stdout.flush()
    except FreeagenticsError as error:
        return _fail(str(error), error.exit_code, verbose=verbose)
    except UsageError as error:
        place = error.ctx.command_path if error.ctx else "freeagentics"
        return _fail(f"{error.format_message().rstrip('.')}; see {place} --help", BadInput.exit_code, verbose=verbose)
    except (KeyboardInterrupt, typer.Abort):
        return Interrupted.exit_code
    except Exception:
        if not interrupts.stopped():
            raise
        return Interrupted.exit_code
    return int(code or 0)


def _fail(message: str, code: int, *, verbose: bool) -> int:
    # Here, because few command lines are wrong.
    from freeagentics.cli.streams import plain_console

    if verbose:
        traceback.print_exc()
    plain_console(stderr=True).print(f"freeagentics: {message}")
    return code
