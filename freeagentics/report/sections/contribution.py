"""Rewards by role."""

from __future__ import annotations

from math import isnan

from freeagentics.report.aggregates.estimate import Estimate
from freeagentics.report.charts.contribution import contribution_chart
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, humanize, listing, number, percent
from freeagentics.report.page.html import paragraph
from freeagentics.report.page.section import Section, live_chart
from freeagentics.report.page.table import table


def contribution(facts: Facts) -> Section:
    """Rewards by role."""
    context, found = facts.context, facts.contribution
    bars = count(context.horizon, "bar")
    meaning = (
        "Every decision takes a stance on each asset: a forecast, a limit less a half, or a wanted weight. Its reward is that stance "
        f"times the return over the next {bars}, in standard deviations of returns over {bars}, averaged over assets: above zero where the "
        "stance had the sign of the return."
    )
    care = (
        "Stances of different roles differ in scale, so compare signs and turning points, not levels. Neighbouring decisions share most of "
        "their bars, so a sum counts each move of the market several times; in a rising market a long bias earns reward by itself. "
        "Rewards are not P&L."
    )
    title = "Rewards by role"
    if not found.counts.any():
        return Section("contribution", title, (paragraph(meaning, "No decision has a known outcome: the run ended before."),))
    rows = [_row(facts, role, found.mean(role)) for role in range(len(context.team))]
    heads = ("Role", "Agents", "Decisions", "Sum per agent, sd", "Mean, sd", "Standard error", "Hit rate")
    caption = "Rewards of decisions with a known outcome, by role; hit rate: share above zero among rewards that are not zero"
    finding = _finding(facts)
    shown = live_chart(
        contribution_chart(facts), "contribution", finding, "Cumulative reward of a role's decisions, divided by its number of agents."
    )
    note = "Standard errors are by a jackknife over blocks of time, since agents that see the same market are not independent observations."
    return Section(
        "contribution", title, (paragraph(finding), paragraph(meaning, care), shown, table(caption, heads, rows), paragraph(note))
    )


def _finding(facts: Facts) -> str:
    team, found = facts.context.team, facts.contribution
    means = {role: found.mean(role) for role in range(len(team))}
    if all(isnan(mean.error) for mean in means.values()):
        return "The run is too short for standard errors."
    clear = [role for role, mean in means.items() if abs(mean.value) > 2 * mean.error]
    if not clear:
        return "No role's mean reward differs from zero by more than two standard errors."
    up, down = ([f"{humanize(team[role])}s" for role in clear if (means[role].value > 0) == earned] for earned in (True, False))
    parts = [f"{sign} for {listing(names)}" for names, sign in ((up, "positive"), (down, "negative")) if names]
    return f"By more than two standard errors, mean rewards were {listing(parts)}."


def _row(facts: Facts, role: int, mean: Estimate) -> tuple[str, ...]:
    found, context = facts.contribution, facts.context
    right, wrong = int(found.hits[role]), int(found.misses[role])
    return (
        context.team[role],
        count(int(context.agents[role])),
        count(mean.count),
        number(float(found.rewards[:, role].sum()) / max(int(context.agents[role]), 1), 1, signed=True),
        number(mean.value, 4, signed=True),
        number(mean.error, 4),
        percent(right / (right + wrong)) if right + wrong else percent(float("nan")),
    )
