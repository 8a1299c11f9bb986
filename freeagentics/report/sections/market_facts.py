"""A made market beside real ones."""

from __future__ import annotations

from typing import Any

import polars as pl

from freeagentics.errors import FreeagenticsError
from freeagentics.experiments.facts import Series, by_fact, judge, observed
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, listing, number
from freeagentics.report.page.html import paragraph
from freeagentics.report.page.section import Section
from freeagentics.report.page.table import table

_MEANING = (
    "Stylised facts of returns (Cont, 2001), of the first asset. Real: lowest, median and highest of windows as long, of the bars that "
    "come with the package. Inside: within these; near: its 95 % interval, by a block bootstrap, reaches there. freeagentics facts tells "
    "of other assets, and beside bars of your own."
)


def market_facts(facts: Facts) -> Section | None:
    """Figures of the run's bars beside those of real ones; None of replayed bars, and where there are too few."""
    kind = facts.context.record.lineage.at(1).market.kind
    if kind == "replay" or (judged := _judged(facts)) is None:
        return None
    verdicts = by_fact(judged)
    failing = [row["fact"] for row in verdicts.iter_rows(named=True) if row["verdict"] != "holds"]
    holding = f"{count(len(verdicts) - len(failing))} of {count(len(verdicts))} stylised facts of real markets hold"
    finding = f"{holding}; {listing(failing)} {'does' if len(failing) == 1 else 'do'} not, or in part." if failing else f"{holding}."
    heads = ("Figure", "Fact", "Here", "95 % interval", "Real, lowest", "median", "highest", "")
    rows = [_row(row) for row in judged.iter_rows(named=True)]
    told = table("Bars of this run beside real ones", heads, rows, words=2)
    return Section("market", "Does it look like a market?", (paragraph(finding), told, paragraph(_MEANING)))


def _judged(facts: Facts) -> pl.DataFrame | None:
    try:
        return judge(Series.of(observed(facts.context.record.path)))
    except FreeagenticsError:
        return None


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    value, low, high, least, median, most = (
        number(row[name], 3) for name in ("value", "low", "high", "real_low", "real_median", "real_high")
    )
    return row["figure"], row["fact"], value, f"{low} to {high}", least, median, most, row["verdict"]
