"""``freeagentics report``: the page about a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report_command(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="The run.")],
) -> None:
    """Write report.html about a run, and its figures as CSV beside it."""
    from freeagentics.cli.afterwards import write_report
    from freeagentics.records import RunRecord

    typer.echo(write_report(RunRecord(run_dir)))
