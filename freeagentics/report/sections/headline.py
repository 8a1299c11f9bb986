"""The headline: the result of the run, and the command that reproduces it."""

from __future__ import annotations

from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, listing, percent, usd
from freeagentics.report.page.html import Html, command, el, paragraph
from freeagentics.report.page.section import Section
from freeagentics.report.page.table import pairs
from freeagentics.report.reproduce import reproduce_command


def verdict(facts: Facts) -> str:
    """Compare mean equity with buy and hold, in a sentence or two."""
    desks, cash = facts.desks, facts.context.scenario.market.cash
    mean, hold = float(desks.final_equity.mean()), float(facts.hold[-1])
    beat = int((desks.final_equity > hold).sum())
    made = f"{usd(hold)} ({percent(hold / cash - 1, signed=True)})"
    held = f"Buy and hold, net of the fee of that purchase, came to {made}"
    if facts.context.desks == 1:
        end = f"The desk ended with {usd(mean)} ({percent(mean / cash - 1, signed=True)})"
        return f"{end}. {held}: the desk did {'better' if beat else 'no better'}."
    who = (
        "none of the desks"
        if not beat
        else "all desks"
        if beat == len(desks.final_equity)
        else f"{count(beat)} of {count(len(desks.final_equity))} desks"
    )
    return f"Desks ended with {usd(mean)} on average ({percent(mean / cash - 1, signed=True)}). {held}: {who} did better."


def headline(facts: Facts) -> Section:
    """The first section."""
    context, summary = facts.context, facts.context.record.summary
    cash, mean, hold = context.scenario.market.cash, float(facts.desks.final_equity.mean()), float(facts.hold[-1])
    exposure, matched = context.record.exposure_matched_return
    figures = (
        ("Equity of a desk, mean", usd(mean)),
        ("Return of a desk, mean", percent(mean / cash - 1, signed=True)),
        ("Buy and hold, net of its fee", percent(hold / cash - 1, signed=True)),
        (f"Mean exposure, {percent(exposure)}, held throughout", percent(matched, signed=True)),
        ("Desks", count(context.desks)),
        ("Agents", count(summary.agents)),
        ("Decisions", count(summary.decisions)),
        ("Signals", count(summary.signals)),
        ("Orders filled", f"{count(summary.fills)} of {count(summary.orders)}"),
        ("Memories", count(summary.memories)),
    )
    return Section("result", "Result", (paragraph(verdict(facts)), pairs(figures, class_="tiles"), *_reproduce(facts)))


def subtitle(facts: Facts) -> str:
    """Scenario, seed and market time."""
    context, summary = facts.context, facts.context.record.summary
    first, last = context.moment(1), context.moment(context.steps)
    return f"{summary.scenario}, seed {summary.seed}: {first} to {last} UTC, {count(context.steps, 'step')}"


def _reproduce(facts: Facts) -> tuple[Html, ...]:
    context, made = facts.context, reproduce_command(facts.context)
    roles = [f"{count(number)} {role}" for role, number in context.record.summary.roles.items()]
    about = (
        ("Population", listing(roles)),
        ("Market", f"{listing(context.symbols) if len(context.symbols) <= 12 else count(len(context.symbols), 'asset')}"),
        ("Trajectory", context.record.summary.trajectory_sha256),
        ("Versions", str(context.about.get("versions", "not on record"))),
        ("Run directory", context.record.summary.run_dir),
    )
    same = "The command gives the same trajectory, bit for bit, with the versions below, whatever the number of workers."
    return (el("h3", "Reproduce this run"), command(made.command), paragraph(made.note, same), pairs(about, class_="about"))
