"""Work after the end of a run: the audit of its memories, and its report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from freeagentics.cli.interrupts import InterruptHint
from freeagentics.cli.memory import AUDITED_STEPS
from freeagentics.cli.progress import Progress
from freeagentics.cli.summary import print_line
from freeagentics.errors import BadInput, FreeagenticsError
from freeagentics.records import RunRecord
from freeagentics.records.memory_audit import CodecAudit, KeptAudit, MemoryAudit
from freeagentics.records.run_directory import AUDITED_FROM


def follow_up(record: RunRecord, *, quiet: bool, stopped: bool) -> Path:
    """Audit the memories of a run that has just ended, if it was long enough, and write its report, whose path it returns.

    Raises Interrupted, with the command that makes what is missing, when it is *stopped*: already, in the run's last step, or meanwhile.
    """
    if record.summary.steps >= AUDITED_FROM:
        with _interruptible(record, stopped):
            _audit(record, quiet=quiet)
    with _interruptible(record, stopped):
        page = write_report(record, quiet=quiet)
    if not quiet:
        print_line("report", str(page))
    return page


def show_page(page: Path) -> None:
    """Open a page in the browser; without one, say where it is."""
    import webbrowser

    if not webbrowser.open(page.absolute().as_uri()):
        typer.echo(f"freeagentics: no browser could be opened; the page is {page}", err=True)


@contextmanager
def _interruptible(record: RunRecord, stopped: bool) -> Iterator[None]:
    with InterruptHint(f"the run itself is whole; {record.directory.what_is_missing(record.summary.steps)}"):
        if stopped:
            raise KeyboardInterrupt
        yield


def write_report(record: RunRecord, *, quiet: bool = False) -> Path:
    """Write the report in the run directory; returns its path."""
    # Only now: the charts' library takes half a second, and a run without a report has no use for it.
    from freeagentics.report import save_report

    with Progress("writing the report", quiet=quiet) as progress:
        return save_report(record, progress=progress)


def write_memory_report(path: Path) -> Path:
    """Write the report about a run of a Mesa model with memory in its directory; returns its path."""
    from freeagentics.mesa_memory import EarlierRun
    from freeagentics.report.model_memory import save_memory_report

    return save_memory_report(EarlierRun(path))


def write_audit(record: RunRecord, steps: int | None = None, *, quiet: bool = False, allow_plugins: bool = False) -> MemoryAudit:
    """Audit the memories of a run, write that into its directory, and return it.

    Raises:
        BadInput: more steps than the run has.
        RunFailed: a role of the user's own failed, or the audit could not be written.
        CorruptRecord: memories of the run are damaged.
        UntrustedPlugin: it has plugins that this user has not run before, without *allow_plugins*.
    """
    from freeagentics.evaluation.audit import audit_memories
    from freeagentics.evaluation.fidelity import fidelity_by_age
    from freeagentics.evaluation.kept_agreement import kept_agreement
    from freeagentics.records.feature_std import feature_std
    from freeagentics.records.losses import forgot

    available = record.summary.steps
    if steps is not None and steps > available:
        raise BadInput(f"--steps {steps}: {record.path} has only {available} steps; ask for as many or fewer")
    lineage = record.directory.load_lineage(allow_plugins=allow_plugins)
    steps = steps or min(AUDITED_STEPS, available)
    with Progress(f"auditing memories over {steps} steps", quiet=quiet) as progress:
        spread = feature_std(record, progress)
        audit = audit_memories(lineage.own, spread, steps, progress)
        kept = kept_agreement(record, lineage, steps, progress) if forgot(record) else None
        audit = audit.model_copy(update={"kept": kept, "ages": fidelity_by_age(record, lineage, spread, progress)})
    record.directory.write_audit(audit.model_dump_json(indent=2))
    return audit


def kept_line(kept: KeptAudit) -> str:
    """Decisions that forgetting leaves as they are, in a line."""
    same = f"{kept.agreement:.2%} of the {kept.decisions:,} decisions of the last {kept.steps} steps"
    return f"{same} are the same with what is kept; dropped are {kept.dropped / max(kept.recallable, 1):.2%} of what could be recalled"


def audit_line(found: CodecAudit) -> str:
    """Agreement and size of a codec, in a line."""
    same = f"{found.agreement:.2%} of {found.decisions:,} decisions are those that exact memories lead to"
    return f"{same}; {found.bits + found.shared_bits:.1f} bits a memory"


def _audit(record: RunRecord, *, quiet: bool) -> None:
    """Audit, and print a failure instead of raising it: the run has ended well whatever a codec or a role does in a trial of it."""
    try:
        audit = write_audit(record, quiet=quiet)
    except FreeagenticsError as error:
        typer.echo(f"freeagentics: memories were not audited: {error}", err=True)
    else:
        if not quiet:
            print_line("memories", audit_line(audit.codecs[0]))
            if audit.kept:
                print_line("forgotten", kept_line(audit.kept))
