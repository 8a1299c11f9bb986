"""``freeagentics state``: versions of the states of agents and of a run."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from freeagentics.cli.options import AllowPlugins, Open
from freeagentics.cli.run import Fork, Json, NoReport, Out, Quiet, Settings, Steps, carry_out_fork
from freeagentics.clock import iso
from freeagentics.errors import BadInput

if TYPE_CHECKING:
    from freeagentics.runs.run_states import RunStates
    from freeagentics.runs.state_sections import StateSection
    from freeagentics.services import AgentState, AuditEntry, PartDifference

SHOWN = 12
"""Digits of a hash that lists show."""

app = typer.Typer(help="List, save and compare states of agents, roll one back in a fork, and audit who did so.", rich_markup_mode=None)

RunDir = Annotated[Path, typer.Argument(metavar="RUN_DIR", help="The run.")]
Agent = Annotated[str | None, typer.Option("--agent", metavar="ID", help="Whose state; without it that of the whole run.")]
StoreUrl = Annotated[
    str, typer.Option("--store", metavar="URL", help="Store of saved versions, instead of states.db in the run directory.")
]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who does it, for the audit trail, instead of the user.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the audit trail.")]


@app.command("list")
def list_command(run_dir: RunDir, agent: Agent = None, store: StoreUrl = "") -> None:
    """List the states that can be had: checkpoints of the journal, and saved versions."""
    from freeagentics.runs.run_states import RunStates

    with RunStates(run_dir, store=store) as states:
        lines = chain(map(_checkpoint_line, states.checkpoints(agent)), map(_version_line, states.saved(agent)))
        first = next(lines, "none yet: the journal has no checkpoint with it, and no version was saved")
        for line in chain([first], lines):
            _print(line)


@app.command("save")
def save_command(
    run_dir: RunDir,
    agent: Agent = None,
    step: Annotated[int | None, typer.Option("--step", metavar="N", min=1, help="Of which step; by default the last.")] = None,
    backup: Annotated[bool, typer.Option("--backup", help="As a BACKUP, which is never dropped, instead of a CHECKPOINT.")] = False,
    reason: Reason = "",
    by: By = None,
    store: StoreUrl = "",
    allow_plugins: AllowPlugins = False,
) -> None:
    """Save a state as a version."""
    from freeagentics.runs.run_states import RunStates
    from freeagentics.services import StateType

    kind = StateType.BACKUP if backup else StateType.CHECKPOINT
    with RunStates(run_dir, store=store, by=by, allow_plugins=allow_plugins) as states:
        saved = states.save(agent, step, state_type=kind, reason=reason)
        _print(f"saved as version {saved.version}: {_owner(agent)}, step {saved.current_cycle}, {_content_hash(saved)}")


@app.command("diff")
def diff_command(
    run_dir: RunDir,
    before: Annotated[str, typer.Argument(metavar="A", help="A step, or vN for a saved version.")],
    after: Annotated[str, typer.Argument(metavar="B", help="Another.")],
    agent: Agent = None,
    store: StoreUrl = "",
    allow_plugins: AllowPlugins = False,
) -> None:
    """Say in what two states differ, and by how much."""
    from freeagentics.runs.run_states import RunStates
    from freeagentics.runs.state_sections import state_sections

    with RunStates(run_dir, store=store, allow_plugins=allow_plugins) as states:
        one, other = (_state(states, agent, name) for name in (before, after))
    _print(f"{_owner(agent)}: {_name(before, one)} and {_name(after, other)}")
    sections = state_sections(one, other)
    for line in (line for section in sections for line in _section(section)):
        _print(line)
    if not sections:
        _print("the same to the bit")


@app.command("rollback")
def rollback_command(
    run_dir: RunDir,
    agent: Annotated[str, typer.Option("--agent", metavar="ID", help="Who goes back.")],
    to: Annotated[int, typer.Option("--to", metavar="STEP", min=1, help="The step whose state it goes on from.")],
    at: Annotated[
        int | None, typer.Option("--at", metavar="STEP", min=1, help="Last step that both runs share; by default the last.")
    ] = None,
    steps: Steps = None,
    settings: Settings = None,
    out: Out = None,
    by: By = None,
    json: Json = False,
    quiet: Quiet = False,
    no_report: NoReport = False,
    open_report: Open = False,
    allow_plugins: AllowPlugins = False,
) -> None:
    """Begin a run of its own in which one agent goes on from an earlier state; the run itself stays as it is."""

    def prepare() -> Fork:
        from freeagentics.runs import fork
        from freeagentics.runs.run_states import RunStates

        with RunStates(run_dir) as states:
            begins = states.last if at is None else at
            ends = states.directory.read_scenario().steps if steps is None else steps
        if ends <= begins:
            raise BadInput(
                f"the fork would end with step {ends}, where it begins; give --steps with more than {begins}, or --at an earlier step"
            )
        start = partial(fork, run_dir, begins, steps=steps, out=out, rollback={agent: to}, by=by, allow_plugins=allow_plugins)
        return Fork(start, "rolled back", f"{agent}, after step {begins} of {run_dir}, to its state of step {to}")

    carry_out_fork(prepare, settings, json=json, quiet=quiet, report=not no_report, open_report=open_report)


@app.command("audit")
def audit_command(
    run_dir: RunDir,
    agent: Annotated[str | None, typer.Option("--agent", metavar="ID", help="Whose trail; without it all there are.")] = None,
    known: Annotated[str, typer.Option("--known", metavar="HASH", help="Hash of an entry, noted earlier: the trail must have it.")] = "",
    replay: Annotated[bool, typer.Option("--replay", help="Compute rolled-back states again from the steps before, and compare.")] = False,
    store: StoreUrl = "",
    allow_plugins: AllowPlugins = False,
) -> None:
    """Check the audit trails of saved versions, and the rollbacks of a fork, and list who did what when."""
    from freeagentics.runs.rollbacks import check_rollbacks
    from freeagentics.runs.run_states import RunStates

    with RunStates(run_dir, store=store, allow_plugins=allow_plugins) as states:
        entries = states.audit(agent, known=known) if agent is not None else states.audit_all(known=known)
        rollbacks = [one for one in check_rollbacks(states, replay=replay, allow_plugins=allow_plugins) if agent in (None, one.agent)]
    for one in rollbacks:
        again = ", computed again and the same" if replay else ""
        _print(f"journal: {one.agent} went back after step {one.at} to its state of step {one.to}, {one.content_sha256[:SHOWN]}{again}")
    for entry in entries:
        _print(f"{_version_line(entry, owner=True)}, entry {entry.sha256}")
    _print(f"audit entries: {len(entries)}, rollbacks: {len(rollbacks)}; all as they were written")


def _state(states: RunStates, agent: str | None, name: str) -> AgentState:
    number = name.removeprefix("v")
    if not (number.isascii() and number.isdigit()):
        raise BadInput(f"'{name}' is no state: give a step, e.g. 40, or a saved version, e.g. v1")
    return states.version(agent, int(number)) if name.startswith("v") else states.at(agent, int(number))


def _name(name: str, state: AgentState) -> str:
    return f"version {state.version} (step {state.current_cycle})" if name.startswith("v") else f"step {state.current_cycle}"


def _owner(agent: str | None) -> str:
    return "the whole run" if agent is None else agent


def _content_hash(state: AgentState) -> str:
    from freeagentics.services.state_content import content_sha256

    return content_sha256(state.parts())[:SHOWN]


def _checkpoint_line(state: AgentState) -> str:
    return f"step {state.current_cycle}  {iso(state.last_updated or 0)}  checkpoint of the journal  {_content_hash(state)}"


def _version_line(entry: AuditEntry, *, owner: bool = False) -> str:
    whose = f"{_owner(entry.agent_id)}, " if owner else ""
    back = f", back to {entry.restored}" if entry.restored else ""
    dropped = f", dropped {', '.join(map(str, entry.dropped))}" if owner and entry.dropped else ""
    why = f" ({entry.reason})" if entry.reason else ""
    content = entry.content_sha256[:SHOWN]
    state = f"{whose}version {entry.version}  step {entry.current_cycle}  {iso(entry.last_updated)}  {entry.state_type}  {content}"
    return f"{state}  by {entry.by} at {iso(entry.at)}{back}{dropped}{why}"


def _section(section: StateSection) -> Iterator[str]:
    yield f"{section.title}: {section.summary}" if section.summary else section.title
    yield from (f"  {_part(one)}" for one in section.parts)


def _part(one: PartDifference) -> str:
    name = one.name.removeprefix("arrays/")
    if one.before != one.after or (one.of == 1 and one.largest is None):
        return f"{name}: {one.before or 'not there'} to {one.after or 'not there'}"
    return f"{name}: {one.changed:,} of {one.of:,} numbers" + ("" if one.largest is None else f", by up to {one.largest:.3g}")


def _print(line: str) -> None:
    from freeagentics.cli.streams import plain_console

    plain_console().print(line)
