"""Audit of the run's memories, where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from freeagentics.errors import in_command
from freeagentics.memory import GROUPS
from freeagentics.records.memory_audit import AgeAudit, GroupAudit, MemoryAudit, RoleAudit
from freeagentics.records.run_record import RunRecord
from freeagentics.report.formatting import UNKNOWN, count, number, percent
from freeagentics.report.page.html import Html, command, paragraph
from freeagentics.report.page.table import table


def audited(record: RunRecord) -> tuple[Html, ...]:
    """Agreement, bits and errors; or the command that measures them."""
    audit = record.audit
    if audit is None:
        ask = "The agreement of decisions with those from exact memories has not been measured; this does so:"
        return paragraph(ask), command(f"freeagentics memory audit {in_command(record.path)}")
    return paragraph(*_said(audit)), _codecs(audit), _roles(audit), _groups(audit), *_ages(audit)


def _said(audit: MemoryAudit) -> tuple[str, str]:
    own = audit.codecs[0]
    trial = f"A trial of the scenario with {count(audit.agents, 'agent')} over {count(audit.steps, 'step')} compared decisions"
    same = f"{percent(own.agreement, 2)} of them are the same action on the same asset"
    return (
        f"{trial} from memories as {own.codec} gives them back with those from exact ones: {same}.",
        "Errors are in standard deviations of each feature in this run, root mean square.",
    )


def _codecs(audit: MemoryAudit) -> Html:
    rows = [
        (found.codec, count(found.decisions), percent(found.agreement, 2), number(found.bits + found.shared_bits, 1))
        for found in audit.codecs
    ]
    return table("Decisions from decoded memories", ("Codec", "Decisions", "Agreement", "Bits a memory"), rows)


def _roles(audit: MemoryAudit) -> Html:
    rows = [
        (parts[0].role, f"{parts[0].codec} {parts[0].version}", *_numbers(*parts))
        for parts in zip(*(found.roles for found in audit.codecs), strict=True)
    ]
    return table("Bits a memory and errors, by role", ("Role", "Codec", *_heads(audit)), rows, words=2)


def _groups(audit: MemoryAudit) -> Html:
    rows = [(parts[0].group, *_numbers(*parts)) for parts in zip(*(found.groups for found in audit.codecs), strict=True)]
    rest = chain.from_iterable((number(found.other_bits, 1), UNKNOWN) for found in audit.codecs)
    caption = "Bits a memory and errors, by group of features; the rest: checksum, asset in focus, escapes, padding to whole bytes"
    book = chain.from_iterable((number(found.shared_bits, 1), UNKNOWN) for found in audit.codecs)
    return table(caption, ("Group", *_heads(audit)), [*rows, ("the rest", *rest), ("share of the desk's book", *book)])


def _ages(audit: MemoryAudit) -> Iterator[Html]:
    """Fidelity by age, of a run that is as old as that."""
    if len(audit.ages) > 1:
        caption = "Memories as the journal keeps them, beside what agents experienced, computed again: errors by age"
        heads = ("Age, steps", "Kept", "Bytes each", "Error", *(f"Error, {group}" for group in GROUPS))
        yield table(caption, heads, [_age(found) for found in audit.ages])


def _age(found: AgeAudit) -> tuple[str, ...]:
    each = number(found.bytes / found.kept, 1) if found.kept else UNKNOWN
    errors = (found.error, *(found.groups.get(group) for group in GROUPS))
    kept = percent(found.kept / max(found.made, 1), 0)
    return (count(found.age), kept, each, *(UNKNOWN if error is None else number(error, 3) for error in errors))


def _heads(audit: MemoryAudit) -> tuple[str, ...]:
    return tuple(chain.from_iterable((f"Bits, {found.codec}", f"Error, {found.codec}") for found in audit.codecs))


def _numbers(*parts: RoleAudit | GroupAudit) -> tuple[str, ...]:
    """Bits and error under each codec."""
    return tuple(chain.from_iterable((number(part.bits, 1), UNKNOWN if part.error is None else number(part.error, 3)) for part in parts))
