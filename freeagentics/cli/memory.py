"""``freeagentics memory``: audits of a run's coded memories, and memories of any Mesa model's agents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from freeagentics.cli import model_memory
from freeagentics.cli.options import AllowPlugins

AUDITED_STEPS = 60
"""Steps of a trial, unless more are asked for: it is to take seconds."""

app = typer.Typer(help="Look into what agents of a run remember.", rich_markup_mode=None)
app.command("stats")(model_memory.stats_command)
app.command("recall")(model_memory.recall_command)
app.command("replay")(model_memory.replay_command)


@app.command("audit")
def audit_command(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="The run.")],
    steps: Annotated[
        int | None, typer.Option("--steps", min=1, help=f"Steps to try; by default {AUDITED_STEPS}, or as many as there are.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the audit as one JSON object, and nothing else.")] = False,
    allow_plugins: AllowPlugins = False,
) -> None:
    """Try the codec of a run beside int8, and write audit.json: decisions that stay the same, bits of memories, errors of features."""
    from freeagentics.cli.afterwards import audit_line, write_audit
    from freeagentics.cli.summary import print_line
    from freeagentics.records import RunRecord

    record = RunRecord(run_dir)
    audit = write_audit(record, steps, quiet=json, allow_plugins=allow_plugins)
    if json:
        typer.echo(record.directory.audit.read_text(encoding="utf-8"), nl=False)
        return
    print_line("tried", f"{audit.agents:,} agents, {audit.steps:,} steps")
    for found in audit.codecs:
        print_line(found.codec, audit_line(found))
    print_line("audit", str(record.directory.audit))
