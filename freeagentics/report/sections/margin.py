"""Margin calls: positions that the broker closed."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, percent, usd
from freeagentics.report.page.html import paragraph
from freeagentics.report.page.section import Section
from freeagentics.report.page.table import table

MOST_ROWS = 200

_MEANING = (
    "Value: what the broker bought and sold for desks whose equity had fallen below the maintenance margin at the close before. "
    "Change: of the price, from that close to the close of the step."
)


def margin(facts: Facts) -> Section | None:
    """A row for each step and asset in which positions were closed; None where desks cannot borrow."""
    record = facts.context.record
    if not record.scenario.market.borrows:
        return None
    calls = record.fill_frame.filter(pl.col("agent").is_null())
    if calls.is_empty():
        return Section("margin", "Margin calls", (paragraph("No desk fell below its maintenance margin."),))
    by_step = calls.group_by("step", "symbol", maintain_order=True).agg(
        desks=pl.col("desk").n_unique(),
        bought=pl.col("notional").filter(pl.col("quantity") > 0).sum(),
        sold=pl.col("notional").filter(pl.col("quantity") < 0).sum(),
    )
    ruined = int((facts.desks.final_equity <= 0).sum())
    finding = (
        f"The broker closed positions of {count(calls['desk'].n_unique(), 'desk')}, on {count(by_step['step'].n_unique(), 'step')}; "
        f"{count(ruined, 'desk')} ended with nothing, or in debt."
    )
    heads = ("Step", "Market time", "Asset", "Desks", "Bought", "Sold", "Change")
    told = table("Positions that the broker closed", heads, list(_rows(facts, by_step.head(MOST_ROWS))), words=3)
    return Section("margin", "Margin calls", (paragraph(finding), told, paragraph(_MEANING)))


def _rows(facts: Facts, calls: pl.DataFrame) -> Iterator[tuple[str, ...]]:
    context = facts.context
    for row in calls.iter_rows(named=True):
        closes = facts.prices[:, context.symbols.index(row["symbol"])]
        change = closes[row["step"] - 1] / closes[max(row["step"] - 2, 0)] - 1
        traded = (usd(row["bought"]), usd(row["sold"]), percent(change, 2, signed=True))
        yield (count(row["step"]), context.moment(row["step"]), row["symbol"], count(row["desks"]), *traded)
