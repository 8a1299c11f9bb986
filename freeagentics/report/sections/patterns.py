"""Patterns: conditions that foretold a rise, with their evidence, their fate, and whether agents went by any."""

from __future__ import annotations

from freeagentics.evaluation.run_patterns import RunPattern
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, listing, number, percent
from freeagentics.report.page.html import paragraph
from freeagentics.report.page.section import Section
from freeagentics.report.page.table import table

_MEANING = (
    "A condition is looked for in the first third of the run, tried on the second, which it was not chosen by, and followed in the last. "
    "Of all conditions that were tried, the probability that anything false stands its trial is at most 0.01. Elsewhere: where its context "
    "is met and its threshold is not. Intervals are of 95 %, by outcomes that do not overlap, of the trial alone."
)


def patterns(facts: Facts) -> Section:
    """The table of those that stood their trial, and how many did not."""
    found, shown = facts.patterns.patterns, []
    if found:
        heads = ("Condition", "Higher", "95 % interval", "Elsewhere", "Mean return", "Events", "p", "Last third", "Fate")
        bars = count(facts.context.horizon, "bar")
        shown = [table(f"Conditions that foretold a price that is higher {bars} later", heads, list(map(_row, found)))]
    return Section("patterns", "Patterns of the market", (paragraph(_finding(facts), _applied(facts)), *shown, paragraph(_MEANING)))


def _finding(facts: Facts) -> str:
    found, refused = facts.patterns.patterns, facts.patterns.refused
    tried = count(len(found) + len(refused), "condition")
    if not (found or refused):
        return "No condition had events enough to be tried."
    if not found:
        return f"Of {tried} that had events enough to be tried, none foretold a rise."
    fates = [f"{count(sum(one.fate == fate for one in found))} {fate}" for fate in dict.fromkeys(one.fate for one in found)]
    return f"Of {tried} that were tried {count(len(found))} foretold a rise; in the last third {listing(fates)}."


def _applied(facts: Facts) -> str:
    """Patterns that agents were given, and those of them that earned a weight."""
    given = {name for role in facts.context.team for name in facts.context.names.of_role(role).patterns}
    if not given:
        return "Agents were given no patterns."
    heard = {curves.names[place] for curves in facts.weights for place in curves.heard()} & given
    which = f": {listing(sorted(heard))}" if heard else ""
    return f"Agents were given {count(len(given), 'pattern')}, of which {count(len(heard))} earned a weight{which}."


def _row(one: RunPattern) -> tuple[str, ...]:
    estimate, later = one.finding.estimate, one.later.rate
    return (
        str(one.finding.condition),
        percent(estimate.rate.rate, 0),
        f"{percent(estimate.rate.low, 0)} to {percent(estimate.rate.high, 0)}",
        percent(estimate.base.rate, 0),
        percent(estimate.size, 2, signed=True),
        count(estimate.rate.trials),
        f"{estimate.p_value:.1g}",
        f"{percent(later.rate, 0)} of {number(later.trials, 0)}",
        str(one.fate),
    )
