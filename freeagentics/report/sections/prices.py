"""Prices, trades and signals."""

from __future__ import annotations

from freeagentics.report.charts.prices import draw_indexed, draw_panels, draw_price, most_traded
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, dollars, number, percent, price, usd
from freeagentics.report.page.html import Html, paragraph
from freeagentics.report.page.section import Section, chart
from freeagentics.report.page.table import table

_MARKS = (
    "Triangles: net buying (up) or net selling (down) of all desks in a span of time, area by amount. "
    "Squares below: signals by kind, darker where there are more in the span."
)


def prices(facts: Facts) -> Section:
    """One asset in one chart; many as indexed prices, and the most traded in panels."""
    trades = facts.trades
    buys, sells = int(trades.buys.sum()), int(trades.sells.sum())
    value = f"for {usd(trades.bought.sum())} and {usd(trades.sold.sum())}"
    traded = f"Desks bought {count(buys, 'time')} and sold {count(sells, 'time')}, {value}." if buys + sells else "No desk traded."
    if len(facts.context.symbols) == 1:
        moved = _range(facts)
        shown = chart(draw_price(facts), "prices", moved, _MARKS)
        return Section("prices", "Prices and trades", (paragraph(moved, traded), shown, *_outcomes(facts)))
    moved = _basket(facts)
    reading = "Thick line: equal-weight basket, bought at the first close and held. Squares below: signals by kind."
    body = [paragraph(moved, traded), chart(draw_indexed(facts), "prices", moved, reading)]
    if buys + sells:
        which = "All assets" if len(most_traded(facts)) == len(facts.context.symbols) else "The twelve assets with the largest turnover"
        body.append(
            chart(
                draw_panels(facts),
                "panels",
                f"{which}: price in USD, and trades. {traded}",
                f"{which}, USD. {_MARKS.split('. Squares')[0]}.",
            )
        )
    return Section("prices", "Prices and trades", (*body, *_outcomes(facts)))


def _outcomes(facts: Facts) -> tuple[Html, ...]:
    """Gains of fills over the horizon; nothing where none is known."""
    found = facts.trade_outcomes
    sides = (("Bought", slice(0, 1)), ("Sold", slice(1, 2)), ("All", slice(0, 2)))
    rows = [_outcome_row(name, facts, side) for name, side in sides if found.count[side].any()]
    bars = count(facts.context.horizon, "bar")
    caption = f"Trades whose outcome is known: quantity times the change from the fill to the close {bars} after the decision, less the fee"
    heads = ("Side", "Trades", "Hit rate", "Mean gain, USD", "Mean loss, USD", "Mean of all, USD", "Profit factor")
    return (table(caption, heads, rows),) if rows else ()


def _outcome_row(name: str, facts: Facts, side: slice) -> tuple[str, ...]:
    found = facts.trade_outcomes
    trades, gainers = int(found.count[side].sum()), int(found.gainers[side].sum())
    gained, lost = float(found.gained[side].sum()), float(found.lost[side].sum())
    each = (_ratio(gained, gainers), -_ratio(lost, trades - gainers), (gained - lost) / trades)
    return name, count(trades), percent(gainers / trades), *(dollars(value, signed=True) for value in each), number(_ratio(gained, lost))


def _ratio(value: float, of: float) -> float:
    return value / of if of else float("nan")


def _range(facts: Facts) -> str:
    close = facts.prices[:, 0]
    span = f"between {price(close.min())} and {price(close.max())}"
    change = percent(close[-1] / close[0] - 1, signed=True)
    return f"{facts.context.symbols[0]} went from {price(close[0])} to {price(close[-1])} ({change}), {span}."


def _basket(facts: Facts) -> str:
    change, symbols = facts.prices[-1] / facts.prices[0] - 1, facts.context.symbols
    best, worst = int(change.argmax()), int(change.argmin())
    apart = (
        f"{symbols[best]} did best ({percent(change[best], signed=True)}), {symbols[worst]} worst ({percent(change[worst], signed=True)})"
    )
    return f"The equal-weight basket of all {count(len(symbols))} assets made {percent(facts.basket[-1] - 1, signed=True)}; {apart}."
