"""The headline: what was run, what came of it, and how to run it again."""

from __future__ import annotations

from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, listing, percent, usd
from freeagentics.report.page.html import Html, command, el, paragraph
from freeagentics.report.page.section import Section
from freeagentics.report.page.table import pairs
from freeagentics.report.reproduce import recipe


def verdict(facts: Facts) -> str:
    """What came of it, in a sentence or two."""
    desks, cash = facts.desks, facts.ground.scenario.market.cash
    mean, hold = float(desks.final.mean()), float(facts.hold[-1])
    beat = int((desks.final > hold).sum())
    made = f"{usd(hold)} ({percent(hold / cash - 1, signed=True)})"
    held = f"Buying at the first close and holding, net of the fee of that purchase, came to {made}"
    if facts.ground.desks == 1:
        end = f"The desk ended with {usd(mean)} ({percent(mean / cash - 1, signed=True)})"
        return f"{end}. {held}: the desk did {'better' if beat else 'no better'}."
    who = (
        "none of the desks"
        if not beat
        else "all desks"
        if beat == len(desks.final)
        else f"{count(beat)} of {count(len(desks.final))} desks"
    )
    return f"Desks ended with {usd(mean)} on average ({percent(mean / cash - 1, signed=True)}). {held}: {who} did better."


def headline(facts: Facts) -> Section:
    """The first section."""
    ground, summary = facts.ground, facts.ground.record.summary
    cash, mean, hold = ground.scenario.market.cash, float(facts.desks.final.mean()), float(facts.hold[-1])
    figures = (
        ("Equity of a desk, mean", usd(mean)),
        ("Return of a desk, mean", percent(mean / cash - 1, signed=True)),
        ("Buy and hold, net of its fee", percent(hold / cash - 1, signed=True)),
        ("First cash of a desk", usd(cash)),
        ("Desks", count(ground.desks)),
        ("Agents", count(summary.agents)),
        ("Decisions", count(summary.decisions)),
        ("Signals", count(summary.signals)),
        ("Orders filled", f"{count(summary.fills)} of {count(summary.orders)}"),
        ("Memories", count(summary.memories)),
    )
    return Section("result", "Result", (paragraph(verdict(facts)), pairs(figures, class_="tiles"), *_again(facts)))


def subtitle(facts: Facts) -> str:
    """Scenario, seed and market time."""
    ground, summary = facts.ground, facts.ground.record.summary
    first, last = ground.moment(1), ground.moment(ground.steps)
    return f"{summary.scenario}, seed {summary.seed}: {first} to {last} UTC, {count(ground.steps, 'step')}"


def _again(facts: Facts) -> tuple[Html, ...]:
    ground, made = facts.ground, recipe(facts.ground)
    roles = [f"{count(number)} {role}" for role, number in ground.record.summary.roles.items()]
    about = (
        ("Population", listing(roles)),
        ("Market", f"{listing(ground.symbols) if len(ground.symbols) <= 12 else count(len(ground.symbols), 'asset')}"),
        ("Trajectory", ground.record.summary.trajectory_sha256),
        ("Versions", str(ground.about.get("versions", "not on record"))),
        ("Run directory", ground.record.summary.run_dir),
    )
    same = "It gives the same trajectory, bit for bit, with the versions below, whatever the number of workers."
    return (el("h3", "The same run again"), command(made.command), paragraph(made.note, same), pairs(about, class_="about"))
