"""``freeagentics report``: the page about a run, or about several side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from freeagentics.cli.experiments import compare_runs, default_directory
from freeagentics.cli.interrupts import InterruptHint
from freeagentics.cli.options import Open
from freeagentics.errors import BadInput, in_command


def report_command(
    run_dirs: Annotated[list[Path], typer.Argument(metavar="RUN_DIR…", help="The run; several are set side by side.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Of several runs: directory for page and frames; by default one under runs/."),
    ] = None,
    open_page: Open = False,
) -> None:
    """Write report.html about a run, and its figures as CSV beside it; of several, side by side; also of a Mesa model with memory."""
    again = " ".join(map(in_command, run_dirs))
    with InterruptHint(f"the report is not written yet; make it with: freeagentics report {again}"):
        page = _one(run_dirs[0], out) if len(run_dirs) == 1 else _several(run_dirs, out)
    if open_page:
        from freeagentics.cli.afterwards import show_page

        show_page(page)


def _one(run_dir: Path, out: Path | None) -> Path:
    from freeagentics.cli.afterwards import write_memory_report, write_report
    from freeagentics.mesa_memory import is_host_run
    from freeagentics.records import RunRecord

    if out is not None:
        raise BadInput("--out is for several runs: the report of one is written into its own directory")
    page = write_memory_report(run_dir) if is_host_run(run_dir) else write_report(RunRecord(run_dir))
    typer.echo(page)
    return page


def _several(run_dirs: list[Path], out: Path | None) -> Path:
    page = compare_runs(run_dirs, out or default_directory("report", run_dirs[0].name, list(map(str, run_dirs))))
    assert page is not None
    return page
