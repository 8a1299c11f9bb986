"""Cost of data sources, and rewards with and without them."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

from freeagentics.market import CENTS
from freeagentics.report.aggregates.estimate import Estimate
from freeagentics.report.aggregates.source_usage import SourceUsage, spent
from freeagentics.report.charts.source_usage import draw_source_usage, priced_usage
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, dollars, humanize, listing, number, percent, usd
from freeagentics.report.page.html import paragraph
from freeagentics.report.page.section import Section, chart
from freeagentics.report.page.table import table


def sources(facts: Facts) -> Section:
    """Reads, costs, and rewards of decisions with and without each source."""
    title, usages = "Data sources: cost and reward difference", priced_usage(facts)
    total = float(facts.desks.data_costs.sum())
    share = percent(total / facts.context.desks / facts.context.scenario.market.cash)
    paid = f"All desks together paid {usd(total)} for sources, {share} of their initial cash."
    if not usages:
        return Section(
            "sources", title, (paragraph("No role of this run chooses among sources that cost something.", paid if total else ""),)
        )
    heads = ("Role", "Source", "Cents a read", "Share of decisions", "Reads", "Cost, USD", "With, without", "Difference, sd")
    rows = [row for usage in usages for row in _rows(facts, usage)]
    finding = f"{paid} {_verdict(facts, usages)}"
    shares = "Share of agents in a span of time that read each source; below, the cumulative cost, all desks and roles together."
    care = (
        "Difference: mean reward of decisions made with a source, less that of decisions made without it, in standard deviations, and its "
        "standard error, by blocks of time. With, without: decisions of either kind with a known outcome. Agents read a source when they "
        "expect it to help or to learn, so this compares different moments and is no causal effect of a source. Free sources are read by "
        "all, and are left out."
    )
    body = (
        paragraph(finding),
        chart(draw_source_usage(facts), "sources", finding, shares),
        table(_CAPTION, heads, rows, words=2),
        paragraph(care),
    )
    return Section("sources", title, body)


_CAPTION = "Priced sources: reads by role, their cost, and mean reward with less mean reward without"


def _verdict(facts: Facts, usages: list[SourceUsage]) -> str:
    clear: dict[str, list[str]] = {"higher": [], "lower": []}
    for usage in usages:
        for place in _on_sale(usage):
            found, _ = usage.returned(place)
            if abs(found.value) > 2 * found.error:
                who = f"{usage.sources[place]} ({humanize(facts.context.team[usage.role])}s)"
                clear["higher" if found.value > 0 else "lower"].append(who)
    parts = [f"{how} with {listing(names)}" for how, names in clear.items() if names]
    if not parts:
        return "For no source does the mean reward with it differ from that without it by more than two standard errors."
    return f"By more than two standard errors, mean rewards were {listing(parts)} than without."


def _on_sale(usage: SourceUsage) -> list[int]:
    return [place for place, cents in enumerate(usage.cents.tolist()) if cents]


def _rows(facts: Facts, usage: SourceUsage) -> Iterator[tuple[str, ...]]:
    cost, share = spent(usage), usage.share()
    for place in _on_sale(usage):
        found, without = usage.returned(place)
        yield (
            facts.context.team[usage.role],
            usage.sources[place],
            count(int(usage.cents[place])),
            percent(float(share[place])),
            count(int(usage.reads[:, place].sum())),
            dollars(float(cost[place]) / CENTS),
            f"{count(found.count)}, {count(without)}",
            _difference(found),
        )


def _difference(found: Estimate) -> str:
    if isnan(found.error):
        return number(found.value, 4, signed=True)
    return f"{number(found.value, 4, signed=True)} ± {number(found.error, 4)}"
