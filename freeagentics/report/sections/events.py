"""Events that were planned, and what came of them."""

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
    "Change: of the price, from the close before the first step to the close of the last one. Outsiders trade on no desk's account. "
    "A circuit breaker is listed where it halted trading."
)


def events(facts: Facts) -> Section | None:
    """A row for each event and asset; None where none was on."""
    frame = facts.context.record.event_frame
    if frame.is_empty():
        return None
    spans = _spans(frame)
    heads = ("Event", "Asset", "First step", "Last", "Market time", "Change", "Traded")
    told = table("Events of this run", heads, list(_rows(facts, spans.head(MOST_ROWS))), words=2)
    finding = f"{count(frame['event'].n_unique(), 'event')} took place, on {count(frame['step'].n_unique(), 'step')}."
    return Section("events", "Events", (paragraph(finding), told, paragraph(_MEANING)))


def _spans(frame: pl.DataFrame) -> pl.DataFrame:
    """A row for each stretch of steps without a gap in which an event was on, by symbol."""
    order = frame.sort("event", "symbol", "step")
    gap = ((pl.col("step").diff() != 1) | (pl.col("event").diff() != 0) | (pl.col("symbol") != pl.col("symbol").shift())).fill_null(True)
    grouped = order.with_columns(stretch=gap.cum_sum()).group_by("stretch", "event", "text", "symbol", maintain_order=True)
    return grouped.agg(first=pl.col("step").min(), last=pl.col("step").max(), quantity=pl.sum("quantity"), value=pl.sum("value")).sort(
        "first", "event", "symbol"
    )


def _rows(facts: Facts, spans: pl.DataFrame) -> Iterator[tuple[str, ...]]:
    context = facts.context
    for row in spans.iter_rows(named=True):
        closes = facts.prices[:, context.symbols.index(row["symbol"])]
        change = closes[row["last"] - 1] / closes[max(row["first"] - 2, 0)] - 1
        side = "bought" if row["quantity"] > 0 else "sold"
        traded = f"{side} {usd(row['value'])}" if row["quantity"] else ""
        yield (
            row["text"],
            row["symbol"],
            count(row["first"]),
            count(row["last"]),
            context.moment(row["first"]),
            percent(change, 2, signed=True),
            traded,
        )
