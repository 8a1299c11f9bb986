"""``freeagentics memory stats`` and ``replay``: runs of any Mesa model with memory attached."""

from __future__ import annotations

import json as json_text
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from freeagentics.mesa_memory import EarlierRun

RunDir = Annotated[Path, typer.Argument(metavar="RUN_DIR", help="A run of a Mesa model with memory: what attach had as out=.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")]


def stats_command(run_dir: RunDir, json: Json = False) -> None:
    """Show what agents of a Mesa model remember at the end of a run, and the bytes that it takes on record."""
    run = _open(run_dir)
    figures = run.figures()
    if json:
        shown = {"model": run.model, "steps": run.last_step, "time": run.last_time, "classes": [asdict(one) for one in figures]}
        typer.echo(json_text.dumps(shown, indent=2))
        return
    from freeagentics.cli.summary import print_line

    print_line("model", f"{run.model}, {run.last_step:,} steps, {run.about['versions']}")
    for one in figures:
        print_line(one.name, f"{one.agents:,} agents remember {one.kept:,} of {one.made:,} memories; {one.outcomes:,} outcomes came later")
        print_line("", f"a memory takes {_each(one.memory_bytes, one.made)} bytes on record (float32: {one.memory_float32_bytes})")
        print_line(
            "", f"a state takes {_each(one.state_bytes, one.states)} bytes (float32: {one.state_float32_bytes}); {one.states:,} states"
        )


def replay_command(
    run_dir: RunDir,
    step: Annotated[int, typer.Option("--step", metavar="N", help="Which step.")],
    agent: Annotated[str | None, typer.Option("--agent", metavar="NAME", help="One agent; without, all.")] = None,
) -> None:
    """Print the states of agents at the end of a step, as JSON, a line an agent."""
    for row in _open(run_dir).replay(step, agent).to_dicts():
        typer.echo(json_text.dumps({name: value for name, value in row.items() if value is not None}))


def _open(run_dir: Path) -> EarlierRun:
    from freeagentics.mesa_memory import EarlierRun

    return EarlierRun(run_dir)


def _each(size: int, count: int) -> str:
    return f"{size / count:.1f}" if count else "no"
