"""Groups of desks, where a scenario has them."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

from freeagentics.arrays import F64
from freeagentics.report.aggregates.groups import GroupMean
from freeagentics.report.charts.groups import group_chart
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, listing, percent
from freeagentics.report.page.html import paragraph
from freeagentics.report.page.section import Section, live_chart
from freeagentics.report.page.table import table

_CARE = (
    "Intervals are of 95 % (Student), over desks that all trade the same prices: they say how much desks differ, and nothing of other "
    "markets. Less the first: desk by desk, where groups have as many desks, since desks in the same place of their groups draw the same."
)


def groups(facts: Facts) -> Section | None:
    """Returns and risk of each group; None without groups."""
    found = facts.groups
    if not found.names:
        return None
    heads = ("Group", "Desks", "Return", "Less the first", "Exposure", "Maximum drawdown", "Fees", "Source costs")
    finding = _finding(facts)
    shown = live_chart(group_chart(facts), "groups", finding, "Groups trade the same prices with the same cash.")
    told = table("Groups of desks: means over their desks", heads, list(_rows(facts)))
    return Section("groups", "Groups of desks", (paragraph(finding), shown, told, paragraph(_CARE)))


def _finding(facts: Facts) -> str:
    found, returns = facts.groups, _returns(facts)
    said = [f"{name} {percent(found.mean(returns, place).value, signed=True)}" for place, name in enumerate(found.names)]
    return f"Mean return by group: {listing(said)}."


def _rows(facts: Facts) -> Iterator[tuple[str, ...]]:
    found, desks, cash = facts.groups, facts.desks, facts.context.scenario.market.cash
    returns = _returns(facts)
    for place, name in enumerate(found.names):
        difference = found.difference(returns, place) if place else None
        measured = (desks.mean_exposure, desks.max_drawdown, desks.fees / cash, desks.data_costs / cash)
        among = found.desks[place]
        yield (
            name,
            count(among.stop - among.start),
            _interval(found.mean(returns, place)),
            _interval(difference) if difference else "",
            *(percent(found.mean(values, place).value, 2) for values in measured),
        )


def _returns(facts: Facts) -> F64:
    return facts.desks.final_equity / facts.context.scenario.market.cash - 1


def _interval(mean: GroupMean) -> str:
    value = percent(mean.value, 2, signed=True)
    return value if isnan(mean.half) else f"{value} ± {percent(mean.half, 2)}"
