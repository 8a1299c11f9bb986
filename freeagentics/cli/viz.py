"""``freeagentics viz``: the page in the browser."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Annotated

import typer

from freeagentics.cli.options import AllowPlugins
from freeagentics.errors import BadInput, in_command
from freeagentics.scenario_catalog import scenario_names

NEEDED = ("solara", "ipyvue", "uvicorn")
"""Modules that the page and its server import beyond those of a run."""


def viz_command(
    scenario: Annotated[
        str, typer.Argument(metavar="[SCENARIO|RUN_DIR]", help="What to show: the last run of a scenario, or a run.", show_default=False)
    ] = "btc-replay",
    port: Annotated[int, typer.Option("--port", min=1, max=65_535, help="Port of this machine to serve on.")] = 8765,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Serve the page, but open no browser.")] = False,
    allow_plugins: AllowPlugins = False,
) -> None:
    """Look at a run in the browser, finished or going on: scrub through it, look into its agents, fork it; or play a scenario live."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise BadInput(f"the page needs {', '.join(missing)}; install with: pip install 'freeagentics[viz]'")
    import webbrowser

    from freeagentics.visualization.server import listen, serve

    shown = _openable(scenario, allow_plugins=allow_plugins)
    listener = listen(port)
    address = f"http://127.0.0.1:{port}"
    typer.echo(f"The page is at {address}; Ctrl-C ends it.")
    if not no_browser:
        # The port is heard already, so a browser that is faster than the server waits.
        Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    serve(listener, shown)


def _openable(given: str, *, allow_plugins: bool) -> str:
    """Name of what can be opened: a scenario's name, the path of its file, or a run directory. Raises BadInput."""
    from freeagentics.mesa_memory import is_host_run
    from freeagentics.records.run_directory import RunDirectory
    from freeagentics.scenario import load_scenario
    from freeagentics.simulation import MarketModel

    if is_host_run(Path(given)):
        raise BadInput(f"{given}: a run of a Mesa model with memory has a report, no page of ours: freeagentics report {in_command(given)}")
    if given not in scenario_names() and Path(given).is_dir():
        # Plugins that are allowed here may be run by the page, which has nobody to ask.
        RunDirectory.open(Path(given)).load_scenario(allow_plugins=allow_plugins)
        return given
    # Built once before there is a page: what is wrong with it is said here, not in the browser.
    MarketModel(load_scenario(given, allow_plugins=allow_plugins)).close()
    return given
