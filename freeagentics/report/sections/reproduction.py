"""The way to have the run again, and what it was."""

from __future__ import annotations

from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, listing
from freeagentics.report.page.html import command, paragraph
from freeagentics.report.page.section import Section
from freeagentics.report.page.table import pairs
from freeagentics.report.reproduce import reproduce_command


def reproduction(facts: Facts) -> Section:
    """The command that makes the same run again, and what it depends on."""
    context, made = facts.context, reproduce_command(facts.context)
    summary = context.record.summary
    roles = [f"{count(number)} {role}" for role, number in summary.roles.items()]
    about = (
        ("Population", listing(roles)),
        ("Market", listing(context.symbols) if len(context.symbols) <= 12 else count(len(context.symbols), "asset")),
        ("Decisions", f"{count(summary.decisions)}, {count(summary.signals, 'signal')}, {count(summary.memories, 'memory', 'memories')}"),
        ("Orders filled", f"{count(summary.fills)} of {count(summary.orders)}"),
        ("Trajectory", summary.trajectory_sha256),
        ("Versions", str(context.about.get("versions", "not on record"))),
        ("Run directory", summary.run_dir),
    )
    same = "The command gives the same trajectory, bit for bit, with the versions below, whatever the number of workers."
    return Section("reproduce", "Reproduce this run", (command(made.command), paragraph(made.note, same), pairs(about, class_="about")))
