"""``freeagentics memory recall``: memories of an agent that are like a situation, in runs of markets and of any Mesa model."""

from __future__ import annotations

import ast
import json as json_text
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from freeagentics.errors import BadInput

if TYPE_CHECKING:
    from freeagentics.mesa_memory import Recollection

_MESA_ONLY, _MARKET_ONLY = ("tags",), ("step", "since", "until", "action")
"""Options that only one kind of run has."""


def recall_command(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="A run, or what attach had as out= for a Mesa model.")],
    agent: Annotated[str, typer.Option("--agent", metavar="NAME", help="Whose memories, e.g. market-hunter-0003 or sheep-12.")],
    k: Annotated[int, typer.Option("-k", min=1, help="Most memories.")] = 5,
    like: Annotated[
        list[str] | None, typer.Option("--like", metavar="NAME=VALUE", help="Of a situation like this; may be repeated.")
    ] = None,
    step: Annotated[int | None, typer.Option("--step", metavar="N", min=1, help="Of a situation like that of a step.")] = None,
    since: Annotated[int | None, typer.Option("--since", metavar="N", min=1, help="Made at this step or later.")] = None,
    until: Annotated[int | None, typer.Option("--until", metavar="N", min=1, help="Made at this step or earlier.")] = None,
    action: Annotated[list[str] | None, typer.Option("--action", metavar="NAME", help="Of this action; may be repeated.")] = None,
    tags: Annotated[str, typer.Option("--tags", help="With all of these tags, separated by commas (Mesa models).")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")] = False,
) -> None:
    """Show memories of an agent, those most like a situation first; of a Mesa model also the latest."""
    given = {"step": step, "since": since, "until": until, "action": action, "tags": tags}
    if (run_dir / "run.toml").is_file():
        _refuse(run_dir, "of a market", given, _MESA_ONLY)
        found = _of_market(run_dir, agent, k, _situation(like or []), step, since, until, action or [])
        lines = [_market_line(one, like or []) for one in found]
    else:
        _refuse(run_dir, "of a Mesa model", given, _MARKET_ONLY)
        memories = _of_model(run_dir, agent, k, _situation(like or []), tags)
        found, lines = [asdict(one) | {"tags": sorted(one.tags)} for one in memories], [_line(one) for one in memories]
    typer.echo(json_text.dumps(found, indent=2, default=str) if json else "\n".join(lines))


def _refuse(run_dir: Path, kind: str, given: Mapping[str, object], names: tuple[str, ...]) -> None:
    for name in names:
        if given[name]:
            raise BadInput(f"--{name}: {run_dir} is a run {kind}, whose memories have no such thing")


def _of_market(
    run_dir: Path,
    agent: str,
    k: int,
    like: Mapping[str, Any] | None,
    step: int | None,
    since: int | None,
    until: int | None,
    actions: list[str],
) -> list[dict[str, Any]]:
    from freeagentics.records import RunRecord

    for name, value in (like or {}).items():
        if not isinstance(value, int | float):
            raise BadInput(f"--like {name}={value}: give a number")
    memories = RunRecord(run_dir).memories_of(agent)
    return memories.recall(step=step, like=like, k=k, since=since or 1, until=until, actions=actions).to_dicts()


def _of_model(run_dir: Path, agent: str, k: int, like: Mapping[str, Any] | None, tags: str) -> list[Recollection]:
    from freeagentics.mesa_memory import EarlierRun

    wanted = [tag.strip() for tag in tags.split(",") if tag.strip()]
    return EarlierRun(run_dir).recall(agent, k, like=like, tags=wanted)


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


def _market_line(one: Mapping[str, Any], like: list[str]) -> str:
    shown = [name for name, _, _ in (text.partition("=") for text in like)]
    state = "".join(f", {name} {one[name]:.4g}" for name in shown)
    used = f", named by {one['uses']} decisions" if one["uses"] else ""
    head = f"step {one['step']}, {one['age']} ago, relevance {one['relevance']:.2f}: {one['action']}"
    return f"{head}, {one['symbol']} {one['result']:+.2f} sd, reward {one['reward']:+.2f} sd{used}{state}"


def _line(one: Recollection) -> str:
    what = "" if one.action is None else f" {one.action}"
    outcome = "no outcome yet" if one.outcome is None else f"outcome {one.outcome:+.4g}"
    several = f", the mean of {one.evidence}" if one.evidence > 1 else ""
    tagged = f", {' '.join(sorted(one.tags))}" if one.tags else ""
    state = ", ".join(f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in one.state.items())
    return f"step {one.step}, {one.age:g} ago, relevance {one.relevance:.2f}:{what} {outcome}{several}{tagged}; {state}"
