"""``freeagentics memory``: what memories are worth once they are coded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from freeagentics.cli.options import AllowPlugins
from freeagentics.cli.summary import print_line
from freeagentics.errors import BadInput
from freeagentics.model import RunRecord
from freeagentics.model.memory_audit import CodecAudit, MemoryAudit
from freeagentics.model.memory_spread import memory_spread
from freeagentics.trials.audit import STEPS, audit_memories

app = typer.Typer(help="See what a run's codec keeps of memories.", rich_markup_mode=None)


@app.command("audit")
def audit_command(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="The run.")],
    steps: Annotated[int | None, typer.Option("--steps", min=1, help=f"Steps to try; by default {STEPS}, or as many as there are.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the audit as one JSON object, and nothing else.")] = False,
    allow_plugins: AllowPlugins = False,
) -> None:
    """Try the codec of a run beside int8, and write audit.json: decisions that stay the same, bits of memories, errors of features."""
    record = RunRecord(run_dir)
    audit = write_audit(record, steps, allow_plugins=allow_plugins)
    if json:
        typer.echo(record.directory.audit.read_text(encoding="utf-8"), nl=False)
        return
    print_line("tried", f"{audit.agents:,} agents, {audit.steps:,} steps")
    for found in audit.codecs:
        print_line(found.codec, audit_line(found))
    print_line("audit", str(record.directory.audit))


def write_audit(record: RunRecord, steps: int | None = None, *, allow_plugins: bool = False) -> MemoryAudit:
    """Audit the memories of a run, write that into its directory, and return it.

    Raises:
        BadInput: more steps than the run has. RunFailed: a role of the user's own failed, or the audit could not be written.
        CorruptRecord: memories of the run are damaged. UntrustedPlugin: it has plugins that this user has not run before, nor allows.
    """
    there = record.summary.steps
    if steps is not None and steps > there:
        raise BadInput(f"--steps {steps}: {record.path} has only {there} steps; ask for as many or fewer")
    scenario = record.directory.load_scenario(allow_plugins=allow_plugins)
    audit = audit_memories(scenario, memory_spread(record), steps or min(STEPS, there))
    record.directory.write_audit(audit.model_dump_json(indent=2))
    return audit


def audit_line(found: CodecAudit) -> str:
    """A codec in a line."""
    same = f"{found.agreement:.2%} of {found.decisions:,} decisions are those that exact memories lead to"
    return f"{same}; {found.bits + found.shared_bits:.1f} bits a memory"
