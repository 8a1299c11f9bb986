"""``freeagentics report``: the page about a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from freeagentics.model import RunRecord


def report_command(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="The run.")],
) -> None:
    """Write report.html about a run, and its figures as CSV beside it."""
    typer.echo(write_report(RunRecord(run_dir)))


def write_report(record: RunRecord) -> Path:
    """The report in the run directory; returns its path."""
    # Only now: the charts' library takes half a second that no other command should wait for.
    from freeagentics.report import save_report

    return save_report(record)
