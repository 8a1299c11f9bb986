"""Memories that consolidation has shortened and dropped."""

from __future__ import annotations

from collections.abc import Iterable

from freeagentics.errors import in_command
from freeagentics.memory import GROUPS
from freeagentics.records.losses import Loss, total
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import UNKNOWN, count, number, percent
from freeagentics.report.page.html import Html, command, paragraph
from freeagentics.report.page.section import Section
from freeagentics.report.page.table import table


def forgotten(facts: Facts) -> Section | None:
    """Memories dropped and shortened, the error of that, and the decisions that it changes; None where nothing was forgotten."""
    losses, names = facts.memories.losses, facts.context.names
    lost = total(losses.values())
    if not lost:
        return None
    roles = {names.role_in(cohort).role: _of_cohorts(losses, names.role_in(cohort).role, facts) for _, cohort in losses}
    kept = int(facts.memories.by_age.sum())
    finding = (
        f"{count(lost.dropped, 'memory', 'memories')} of {count(kept + lost.dropped)} were dropped to stay within their budgets, "
        f"and memories were shortened {count(lost.shortened, 'time')}: {number(lost.bytes / 1024, 0)} KiB in all."
    )
    rows = [_row(role, loss) for role, loss in roles.items()]
    if len(rows) > 1:
        rows.append(_row("all", lost))
    caption = "Memories forgotten, and the error of what was shortened, root mean square in shares of the features' ranges"
    heads = ("Role", "Dropped", "Shortened", "Compared", *(f"Error, {group}" for group in GROUPS))
    return Section("forgotten", "What was forgotten", (paragraph(finding), table(caption, heads, rows), *_agreement(facts)))


def _of_cohorts(losses: dict[tuple[int, int], Loss], role: str, facts: Facts) -> Loss:
    return total(loss for (_, cohort), loss in losses.items() if facts.context.names.role_in(cohort).role == role)


def _row(name: str, loss: Loss) -> tuple[str, ...]:
    return (name, count(loss.dropped), count(loss.shortened), count(loss.sampled), *_errors(loss))


def _errors(loss: Loss) -> Iterable[str]:
    for group in GROUPS:
        square = loss.squared_error.get(group)
        yield UNKNOWN if square is None else percent(square**0.5, 2)


def _agreement(facts: Facts) -> tuple[Html, ...]:
    audit = facts.context.record.audit
    if audit is None or audit.kept is None:
        ask = "What decisions would miss has not been measured; this does so:"
        return paragraph(ask), command(f"freeagentics memory audit {in_command(facts.context.record.path)}")
    kept = audit.kept
    said = (
        f"The last {count(kept.steps, 'step')}, decided again with memories as they are kept: {percent(kept.agreement, 2)} of "
        f"{count(kept.decisions, 'decision')} are the same action on the same asset. Dropped are "
        f"{percent(kept.dropped / max(kept.recallable, 1), 2)} of the memories that agents could recall then."
    )
    return (paragraph(said),)
