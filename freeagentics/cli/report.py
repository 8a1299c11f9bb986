"""``freeagentics report``: the page about a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report_command(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="The run.")],
) -> None:
    """Write report.html about a run, and its figures as CSV beside it; or about a run of any Mesa model with memory."""
    from freeagentics.cli.afterwards import write_memory_report, write_report
    from freeagentics.mesa_memory import is_host_run
    from freeagentics.records import RunRecord

    typer.echo(write_memory_report(run_dir) if is_host_run(run_dir) else write_report(RunRecord(run_dir)))
