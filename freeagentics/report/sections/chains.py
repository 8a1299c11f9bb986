"""The best and the worst trades, and the decisions that led to them."""

from __future__ import annotations

from collections.abc import Sequence

from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, usd
from freeagentics.report.narratives.narrative import Narrative
from freeagentics.report.page.html import Html, command, el, paragraph
from freeagentics.report.page.section import Section


def chains(facts: Facts) -> Section:
    """Narratives of the best and the worst trades."""
    title, bars = "Best and worst trades", count(facts.context.horizon, "bar")
    if not facts.best and not facts.worst:
        return Section("chains", title, (paragraph("No trade has a known outcome."),))
    how = (
        f"P&L of a trade: quantity times the change from its fill price to the close {bars} after its decision, less the fee. Shown are "
        f"the trades that gained or lost most, at least {bars} apart, each with the chain of decisions that led to it."
    )
    return Section("chains", title, (paragraph(how), *_narratives("Best", facts.best), *_narratives("Worst", facts.worst)))


def _narratives(title: str, narratives: Sequence[Narrative]) -> tuple[Html, ...]:
    if not narratives:
        return ()
    return (el("h3", title), el("ol", *(el("li", *_narrative(narrative)) for narrative in narratives), class_="narratives"))


def _narrative(narrative: Narrative) -> tuple[Html, ...]:
    side = "bought" if narrative.trade.quantity > 0 else "sold"
    head = f"{usd(narrative.trade.gain, signed=True)}: {narrative.agent} {side} {narrative.symbol}"
    return (el("h4", head), paragraph(*narrative.sentences), command(narrative.command))
