"""What each role's decisions earned."""

from __future__ import annotations

from math import isnan

from freeagentics.report.aggregates.estimate import Estimate
from freeagentics.report.charts.contribution import draw_contribution
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, humanize, listing, number, percent
from freeagentics.report.page.html import paragraph
from freeagentics.report.page.section import Section, chart
from freeagentics.report.page.table import table


def contribution(facts: Facts) -> Section:
    """Rewards by role."""
    context, found = facts.context, facts.contribution
    bars = count(context.horizon, "bar")
    meaning = (
        "Every decision takes a stance on each asset: a forecast, a limit less a half, or a wanted weight. Its reward is that stance "
        f"times what the market did over the next {bars}, in standard deviations of the market over {bars}, averaged over assets: above "
        "zero where the stance had the sign that the market took."
    )
    care = (
        "Stances of different roles have different sizes, so compare signs and turns, not heights; and as neighbouring decisions share "
        "most of their bars, a sum counts each move of the market several times. Where the market rose, leaning "
        "long earned by itself. Rewards are not money."
    )
    title = "What each role contributed"
    if not found.judged.any():
        return Section("contribution", title, (paragraph(meaning, "No decision is old enough to be judged: the run ended before."),))
    rows = [_row(facts, role, found.mean(role)) for role in range(len(context.team))]
    heads = ("Role", "Agents", "Decisions judged", "Sum per agent, sd", "Mean, sd", "Standard error", "Right")
    caption = "Rewards by role; right: share of rewards above zero among those that are not zero"
    finding = _finding(facts)
    shown = chart(
        draw_contribution(facts), "contribution", finding, "Rewards of all decisions up to a step, summed by role, over its agents."
    )
    note = "Standard errors are by blocks of time, since agents that see the same market are not many independent witnesses."
    return Section(
        "contribution", title, (paragraph(finding), paragraph(meaning, care), shown, table(caption, heads, rows), paragraph(note))
    )


def _finding(facts: Facts) -> str:
    team, found = facts.context.team, facts.contribution
    means = {role: found.mean(role) for role in range(len(team))}
    if all(isnan(mean.error) for mean in means.values()):
        return "The run is too short to tell skill from luck: no standard errors can be given."
    clear = [role for role, mean in means.items() if abs(mean.value) > 2 * mean.error]
    if not clear:
        return "No role's decisions earned or lost more, on average, than twice the standard error: what they made may be luck."
    up, down = ([f"{humanize(team[role])}s" for role in clear if (means[role].value > 0) == earned] for earned in (True, False))
    parts = [f"decisions of {listing(names)} {verb}" for names, verb in ((up, "earned"), (down, "lost")) if names]
    return f"On average, and by more than two standard errors, {listing(parts)}."


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
