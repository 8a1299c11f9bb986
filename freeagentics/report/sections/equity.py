"""Equity by desk."""

from __future__ import annotations

import numpy as np

from freeagentics.report.charts.equity import equity_chart
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, dollars, percent, usd
from freeagentics.report.page.html import Html, paragraph
from freeagentics.report.page.section import Section, live_chart
from freeagentics.report.page.table import table

LISTED = 5
"""Desks listed at either end: all of them stand in the table beside the report."""


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
    return Section(
        "equity",
        "Equity by desk",
        (paragraph(finding, paid), live_chart(equity_chart(facts), "equity", finding, f"{lead}{hold}"), _table(facts)),
    )


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
