"""``freeagentics memory stats``, ``recall`` and ``replay``: runs of any Mesa model with memory attached."""

from __future__ import annotations

import ast
import json as json_text
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from freeagentics.errors import BadInput

if TYPE_CHECKING:
    from freeagentics.mesa_memory import EarlierRun, Recollection

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


def recall_command(
    run_dir: RunDir,
    agent: Annotated[str, typer.Option("--agent", metavar="NAME", help="Whose memories, e.g. sheep-12.")],
    k: Annotated[int, typer.Option("-k", min=1, help="Most memories.")] = 5,
    like: Annotated[
        list[str] | None, typer.Option("--like", metavar="NAME=VALUE", help="Of a situation like this; may be repeated.")
    ] = None,
    tags: Annotated[str, typer.Option("--tags", help="With all of these tags, separated by commas.")] = "",
    json: Json = False,
) -> None:
    """Show memories of an agent at the end of a run, those like a situation first, or the latest."""
    wanted = [tag.strip() for tag in tags.split(",") if tag.strip()]
    found = _open(run_dir).recall(agent, k, like=_situation(like or []), tags=wanted)
    if json:
        typer.echo(json_text.dumps([asdict(one) | {"tags": sorted(one.tags)} for one in found], indent=2, default=str))
        return
    for one in found:
        typer.echo(_line(one))


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


def _situation(given: list[str]) -> dict[str, Any] | None:
    """Values by name; what reads as a number, a boolean or a tuple is one. Raises BadInput for what is no NAME=VALUE."""
    found: dict[str, Any] = {}
    for one in given:
        name, equals, text = one.partition("=")
        if not equals:
            raise BadInput(f"--like {one}: write NAME=VALUE, e.g. --like wealth=3 or --like 'cell=(4, 2)'")
        try:
            found[name] = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            found[name] = text
    return found or None


def _line(one: Recollection) -> str:
    what = "" if one.action is None else f" {one.action}"
    outcome = "no outcome yet" if one.outcome is None else f"outcome {one.outcome:+.4g}"
    several = f", the mean of {one.evidence}" if one.evidence > 1 else ""
    tagged = f", {' '.join(sorted(one.tags))}" if one.tags else ""
    state = ", ".join(f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in one.state.items())
    return f"step {one.step}, {one.age:g} ago, relevance {one.relevance:.2f}:{what} {outcome}{several}{tagged}; {state}"
