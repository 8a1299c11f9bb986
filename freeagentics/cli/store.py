"""``freeagentics store``: administration of stores."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from freeagentics.errors import BadInput, BadStore

app = typer.Typer(help="Bring stores up to a run, prepare, check and purge them, print rules of access.", rich_markup_mode=None)

RunDir = Annotated[Path, typer.Argument(metavar="RUN_DIR", help="The run.")]
Url = Annotated[str, typer.Argument(metavar="URL", help="The store, e.g. redis://localhost:6379 or sqlite:///runs/a.db.")]


@app.command("sync")
def sync_command(
    run_dir: RunDir,
    url: Annotated[str, typer.Argument(metavar="[URL]", help="The store; without it those that the run's scenario names.")] = "",
    again: Annotated[bool, typer.Option("--again", help="Write everything again: the store lost some of what it had.")] = False,
) -> None:
    """Write into stores what a run has committed and they do not have yet; the run may be going on."""
    from freeagentics.cli.summary import store_line
    from freeagentics.sync.store_admin import sync_stores

    for store in sync_stores(run_dir, url, again=again):
        typer.echo(store_line(store))


@app.command("init")
def init_command(url: Url) -> None:
    """Make what a store needs before its first use (tables in DynamoDB)."""
    from freeagentics.stores.backends import init_store

    made = init_store(url)
    typer.echo(f"made {', '.join(made)}" if made else "nothing to make: the store is ready")


@app.command("check")
def check_command(url: Url) -> None:
    """Say whether a store can be used as it is; exit code 2 where it cannot."""
    from freeagentics.stores.backends import check_store

    wrong = check_store(url)
    for line in wrong:
        typer.echo(line)
    if wrong:
        raise BadStore(f"{len(wrong)} things are not as they should be")
    typer.echo("the store can be used")


@app.command("purge")
def purge_command(url: Url, run_dir: RunDir) -> None:
    """Delete what has expired at the market time that a run has come to."""
    from freeagentics.sync.store_admin import purge_store

    typer.echo(f"{purge_store(url, run_dir):,} expired records deleted")


@app.command("acl")
def acl_command(
    url: Url,
    run_dir: RunDir,
    agent: Annotated[str, typer.Option("--agent", metavar="ID", help="Whose records.")],
) -> None:
    """Print what lets one agent read its own records and no other's: a Redis command, or a policy for DynamoDB."""
    from freeagentics.sync.store_admin import agent_access

    typer.echo(agent_access(url, run_dir, agent))


@app.command("find")
def find_command(
    url: Url,
    run_dir: RunDir,
    like: Annotated[str, typer.Option("--like", metavar="AGENT@STEP", help="The memory, e.g. risk-manager-0003@1132.")],
    count: Annotated[int, typer.Option("--count", min=1, max=1000, help="How many to find.")] = 10,
    agent: Annotated[str | None, typer.Option("--agent", metavar="ID", help="Only among this agent's memories.")] = None,
    role: Annotated[str | None, typer.Option("--role", help="Only among those of this role.")] = None,
    action: Annotated[str | None, typer.Option("--action", help="Only those with which this was decided.")] = None,
    success: Annotated[bool | None, typer.Option("--success/--failure", help="Only those whose decisions succeeded, or did not.")] = None,
    apart: Annotated[
        int | None, typer.Option("--apart", min=0, help="Steps that must lie between; by default the horizon: nearer ones are one episode.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")] = False,
) -> None:
    """Find the memories, and with them the decisions, of situations most like one of an agent's. Redis 8 searches by itself."""
    from json import dumps

    from freeagentics.sync.find_alike import find_alike

    asked = {"role": role, "action": action, "success": success}
    where = {name: value for name, value in asked.items() if value is not None}
    found = find_alike(url, run_dir, _agent_step(like), count=count, agent=agent, where=where, apart=apart)
    if json:
        typer.echo(dumps({"scanned": found.scanned, "neighbours": [one._asdict() for one in found.neighbours]}, indent=2))
        return
    if found.scanned is not None:
        typer.echo(f"compared {found.scanned:,} memories one by one; Redis 8 with ?vectors=yes searches them itself", err=True)
    if not found.neighbours:
        typer.echo("none found: nothing that was asked for is on record, or the store was not fed with ?vectors=yes", err=True)
    for one in found.neighbours:
        ended = one.attributes.get("success")
        outcome = "open" if ended is None else "success" if ended else "failure"
        typer.echo(f"{one.likeness:.3f}  {one.agent}@{one.step}  {one.attributes.get('action', 'unknown')}, {outcome}")


def _agent_step(like: str) -> tuple[str, int]:
    agent, _, step = like.rpartition("@")
    if not agent or not step.isascii() or not step.isdigit():
        raise BadInput(f"--like takes AGENT@STEP, e.g. risk-manager-0003@1132, not {like!r}")
    return agent, int(step)
