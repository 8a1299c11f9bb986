"""Which sources were paid for, and what they returned."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

from freeagentics.market import CENTS
from freeagentics.report.charts.source_usage import draw_reading, paid_readings
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, dollars, listing, number, percent, plain, usd
from freeagentics.report.gather.estimate import Estimate
from freeagentics.report.gather.source_usage import SourceUsage, spent
from freeagentics.report.page.html import paragraph
from freeagentics.report.page.section import Section, chart
from freeagentics.report.page.table import table


def sources(facts: Facts) -> Section:
    """Reads, costs, and rewards with and without."""
    title, readings = "What sources cost and returned", paid_readings(facts)
    total = float(facts.desks.data.sum())
    share = percent(total / facts.ground.desks / facts.ground.scenario.market.cash)
    paid = f"All desks together paid {usd(total)} for sources, {share} of their first cash."
    if not readings:
        return Section(
            "sources", title, (paragraph("No role of this run chooses among sources that cost something.", paid if total else ""),)
        )
    heads = ("Role", "Source", "Cents a read", "Read by", "Reads", "Cost, USD", "With, without", "Difference, sd")
    rows = [row for reading in readings for row in _rows(facts, reading)]
    finding = f"{paid} {_verdict(facts, readings)}"
    shares = "Share of agents in a span of time that read each source; below, what desks paid so far, all roles together."
    care = (
        "Difference: mean reward of decisions made with a source, less that of decisions made without it, in standard deviations, and its "
        "standard error, by blocks of time. With, without: how many decisions of either kind were judged. Agents choose when to read, and "
        "do so when they expect it to help or to learn, so this compares different moments; it does not prove what a source was worth. "
        "Sources that are free are read by all, and are left out."
    )
    body = (
        paragraph(finding),
        chart(draw_reading(facts), "sources", finding, shares),
        table(_CAPTION, heads, rows, words=2),
        paragraph(care),
    )
    return Section("sources", title, body)


_CAPTION = "Sources on sale: how often each role read them, what that cost, and rewards with them less rewards without"


def _verdict(facts: Facts, readings: list[SourceUsage]) -> str:
    clear: dict[str, list[str]] = {"higher": [], "lower": []}
    for reading in readings:
        for place in _on_sale(reading):
            found, _ = reading.returned(place)
            if abs(found.value) > 2 * found.error:
                who = f"{reading.sources[place]} ({plain(facts.ground.team[reading.role])}s)"
                clear["higher" if found.value > 0 else "lower"].append(who)
    parts = [f"{how} with {listing(names)}" for how, names in clear.items() if names]
    if not parts:
        return "For no source do rewards with it and without it differ by more than two standard errors."
    return f"By more than two standard errors, rewards were {listing(parts)} than without."


def _on_sale(reading: SourceUsage) -> list[int]:
    return [place for place, cents in enumerate(reading.cents.tolist()) if cents]


def _rows(facts: Facts, reading: SourceUsage) -> Iterator[tuple[str, ...]]:
    cost, share = spent(reading), reading.share()
    for place in _on_sale(reading):
        found, without = reading.returned(place)
        yield (
            facts.ground.team[reading.role],
            reading.sources[place],
            count(int(reading.cents[place])),
            percent(float(share[place])),
            count(int(reading.reads[:, place].sum())),
            dollars(float(cost[place]) / CENTS),
            f"{count(found.count)}, {count(without)}",
            _difference(found),
        )


def _difference(found: Estimate) -> str:
    if isnan(found.error):
        return number(found.value, 4, signed=True)
    return f"{number(found.value, 4, signed=True)} ± {number(found.error, 4)}"
