"""Equity by desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from freeagentics.arrays import F64
from freeagentics.report.charts.equity import equity_chart
from freeagentics.report.charts.histogram import draw_distribution
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, dollars, number, percent, usd
from freeagentics.report.page.html import Html, paragraph
from freeagentics.report.page.section import Section, chart, live_chart
from freeagentics.report.page.table import table

LISTED = 5
"""Desks listed at either end: all of them stand in the table beside the report."""

QUANTILES = (0, 0.05, 0.25, 0.5, 0.75, 0.95, 1)


def equity(facts: Facts) -> Section:
    """The band of all desks, and a table of those at its ends."""
    context, desks = facts.context, facts.desks
    cash = context.scenario.market.cash
    costs = float((desks.fees + desks.data_costs).mean())
    paid = (
        f"A desk paid {usd(desks.fees.mean())} in fees and {usd(desks.data_costs.mean())} for sources on average, "
        f"{percent(costs / cash)} of its initial cash."
    )
    finding = _finding(facts)
    band = "Band: minimum to maximum over all desks; darker: interquartile range; line: median. "
    hold = "Dashed: buy and hold, all cash spread equally over all assets at the first close, net of the fee of that purchase."
    lead = band if context.desks > 1 else ""
    shown = live_chart(equity_chart(facts), "equity", finding, f"{lead}{hold}")
    return Section("equity", "Equity by desk", (paragraph(finding, paid), shown, *_distribution(facts), _table(facts)))


def _distribution(facts: Facts) -> tuple[Html, ...]:
    """Spread of returns and risk over desks; nothing for a single one."""
    if facts.context.desks == 1:
        return ()
    total, hold = facts.returns.of_desks.total, facts.hold[-1] / facts.context.scenario.market.cash - 1
    gained, ahead, over = (count(int((total > other).sum())) for other in (0.0, hold, facts.returns.matched))
    said = (
        f"Of {count(len(total), 'desk')}, {gained} gained, {ahead} did better than buy and hold, and {over} better than their own mean "
        "exposure, held throughout."
    )
    drawn = chart(draw_distribution(facts), "distribution", said, "Desks by their return.")
    heads = ("", "Least", "5 %", "25 %", "Median", "75 %", "95 %", "Most")
    rows = [(name, *map(written, np.quantile(values, QUANTILES).tolist())) for name, values, written in _spread(facts)]
    return drawn, paragraph(said), table("Distribution over desks", heads, rows)


def _spread(facts: Facts) -> Iterator[tuple[str, F64, Callable[[float], str]]]:
    found, signed = facts.returns.of_desks, partial(percent, digits=2, signed=True)
    yield "Return", found.total, signed
    yield "Over exposure-matched", found.total - facts.returns.matched, signed
    yield "Maximum drawdown", found.max_drawdown, partial(percent, digits=2)
    if np.isfinite(found.sharpe).all():
        yield "Sharpe ratio a year", found.sharpe, number


def _finding(facts: Facts) -> str:
    desks, cash = facts.desks, facts.context.scenario.market.cash
    if facts.context.desks == 1:
        return f"The desk went from {usd(cash)} to {usd(desks.final_equity[0])}; buy and hold came to {usd(facts.hold[-1])}."
    best, worst = (f"desk {desk} with {usd(desks.final_equity[desk])}" for desk in (desks.best, desks.worst))
    middle = usd(float(np.median(desks.final_equity)))
    held = f"Buy and hold came to {usd(facts.hold[-1])}."
    return f"The median desk went from {usd(cash)} to {middle}; best was {best}, worst {worst}. {held}"


def _table(facts: Facts) -> Html:
    desks, cash = facts.desks, facts.context.scenario.market.cash
    order = np.argsort(-desks.final_equity, kind="stable").tolist()
    listed = order if len(order) <= 2 * LISTED else order[:LISTED] + order[-LISTED:]
    heads = ("Desk", "Equity, USD", "Return", "Fees, USD", "Sources, USD", "Fills", "Mean exposure", "Max drawdown")
    rows = [
        (
            f"desk {desk}",
            dollars(desks.final_equity[desk]),
            percent(desks.final_equity[desk] / cash - 1, signed=True),
            dollars(desks.fees[desk]),
            dollars(desks.data_costs[desk]),
            count(int(desks.fills[desk])),
            percent(desks.mean_exposure[desk]),
            percent(desks.max_drawdown[desk]),
        )
        for desk in listed
    ]
    which = "All desks" if len(listed) == len(order) else f"The {LISTED} best and {LISTED} worst of {count(len(order))} desks"
    return table(f"{which}, by equity at the end", heads, rows)
