"""``freeagentics memory``: audits of a run's coded memories, the compaction of its journal, memories of any Mesa model's agents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from freeagentics.cli import memory_recall, model_memory
from freeagentics.cli.options import AllowPlugins

AUDITED_STEPS = 60
"""Steps of a trial, unless more are asked for: it is to take seconds."""

app = typer.Typer(help="See what agents of a run remember, and have it keep less.", rich_markup_mode=None)
app.command("stats")(model_memory.stats_command)
app.command("recall")(memory_recall.recall_command)
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
    from freeagentics.cli.afterwards import audit_line, kept_line, write_audit
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
    if audit.kept:
        print_line("forgotten", kept_line(audit.kept))
    print_line("audit", str(record.directory.audit))


@app.command("compact")
def compact_command(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="The run.")],
    budget_bytes: Annotated[
        int | None,
        typer.Option(
            "--budget-bytes", min=0, help="Bytes that each agent's memories may take; by default those of the scenario, 0 for any."
        ),
    ] = None,
    population_budget: Annotated[
        int | None,
        typer.Option("--population-budget", min=0, help="Bytes that those of all agents may take; by default those of the scenario."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")] = False,
) -> None:
    """Compact a run's journal: memories into their budgets, and the file without free space. What it drops is gone."""
    from dataclasses import asdict
    from json import dumps

    from freeagentics.cli.summary import print_line
    from freeagentics.errors import in_command
    from freeagentics.records.compaction import compact

    done = compact(run_dir, budget_bytes=budget_bytes, population_budget=population_budget)
    if json:
        typer.echo(dumps(asdict(done), indent=2))
        return
    print_line("dropped", f"{done.loss.dropped:,} of {done.memories_before:,} memories; {done.loss.shortened:,} of the others are shorter")
    print_line("memories", f"{done.memory_bytes_before:,} bytes before, {done.memory_bytes_after:,} now, those of desks' books included")
    print_line("journal", f"{done.file_bytes_before:,} bytes before, {done.file_bytes_after:,} now; all else is in it as it was")
    path = in_command(run_dir)
    print_line(
        "next", f"measure what decisions miss, and report what is kept: freeagentics memory audit {path} && freeagentics report {path}"
    )
