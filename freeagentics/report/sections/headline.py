"""The tear sheet: the result of the run in the figures of portfolio management, beside both benchmarks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isnan

import numpy as np

from freeagentics.arrays import F64
from freeagentics.report.aggregates.groups import GroupMean
from freeagentics.report.aggregates.performance import Performance
from freeagentics.report.aggregates.returns import HOLD, MATCHED, TOGETHER
from freeagentics.report.charts.equity import drawdown_chart, return_chart
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import NO_BREAK, UNKNOWN, count, number, percent, usd
from freeagentics.report.page.html import Html, el, paragraph
from freeagentics.report.page.section import Section, live_chart
from freeagentics.report.page.table import pairs, table

Cells = tuple[str, ...]

FIGURES: tuple[tuple[str, Callable[[Performance], F64], Callable[[float], str]], ...] = (
    ("Return", lambda found: found.total, lambda value: percent(value, 2, signed=True)),
    ("Return a year", lambda found: found.annualised, lambda value: percent(value, 1, signed=True)),
    ("Volatility a year", lambda found: found.volatility, percent),
    ("Sharpe ratio", lambda found: found.sharpe, number),
    ("Sortino ratio", lambda found: found.sortino, number),
    ("Calmar ratio", lambda found: found.calmar, number),
    ("Maximum drawdown", lambda found: found.max_drawdown, lambda value: percent(value, 2)),
    ("its length, bars", lambda found: found.drawdown_bars.astype(np.float64), lambda value: number(value, 0)),
    ("Beta to buy and hold", lambda found: found.beta, number),
    ("Alpha a year", lambda found: found.alpha, lambda value: percent(value, 1, signed=True)),
    ("Hit rate of bars", lambda found: found.hit_rate, percent),
)
"""Figures of a series of returns: name, where it is found, and how it is written."""


def headline(facts: Facts) -> Section:
    """The first section."""
    said, bars = verdict(facts), count(round(facts.returns.a_year), "bar") if facts.context.steps > 1 else UNKNOWN
    whose = "the desk" if facts.context.desks == 1 else "all desks together, within the span of single ones"
    caption = f"Blue: {whose}. Dashed: buy and hold. Dotted: the mean exposure of desks, held throughout, without fees."
    charts = (
        live_chart(return_chart(facts), "returns", said, caption),
        live_chart(drawdown_chart(facts), "fall", _fallen(facts), "Fall from the highest worth so far."),
    )
    sheet = el("div", el("div", *charts), el("div", _figures(facts), _note(bars)), class_="sheet")
    return Section("result", "Result", (paragraph(said, excess(facts)), _tiles(facts), sheet))


def _note(bars: str) -> Html:
    link = el("a", "returns.csv", href="tables/returns.csv")
    over = "interval of the mean of single desks (Student); all trade the same prices, so it says nothing of other markets"
    year = f"A year is {bars}, without interest; of a short run, figures a year say little."
    return el("p", "Desks: all together, by their returns of a bar in ", link, f", for QuantStats. 95 % over desks: {over}. {year}")


def verdict(facts: Facts) -> str:
    """Compare mean equity with buy and hold, in a sentence or two."""
    desks, cash = facts.desks, facts.context.scenario.market.cash
    mean, hold = float(desks.final_equity.mean()), float(facts.hold[-1])
    beat = int((desks.final_equity > hold).sum())
    made = f"{usd(hold)} ({percent(hold / cash - 1, signed=True)})"
    held = f"Buy and hold, net of the fee of that purchase, came to {made}"
    if facts.context.desks == 1:
        end = f"The desk ended with {usd(mean)} ({percent(mean / cash - 1, signed=True)})"
        return f"{end}. {held}: the desk did {'better' if beat else 'no better'}."
    who = (
        "none of the desks"
        if not beat
        else "all desks"
        if beat == len(desks.final_equity)
        else f"{count(beat)} of {count(len(desks.final_equity))} desks"
    )
    return f"Desks ended with {usd(mean)} on average ({percent(mean / cash - 1, signed=True)}). {held}: {who} did better."


def excess(facts: Facts) -> str:
    """Compare desks with their exposure-matched benchmarks, in a sentence."""
    beside = beside_matched(facts)
    more = "more" if beside.value >= 0 else "less"
    exposure = percent(float(facts.desks.mean_exposure.mean()))
    told = f"Held throughout, their mean exposure of {exposure} would have made {percent(float(facts.returns.matched.mean()), signed=True)}"
    return f"{told}: they made {points(beside)} {more} than that."


def beside_matched(facts: Facts) -> GroupMean:
    """Return of a desk less that of its exposure-matched benchmark."""
    return GroupMean.of(facts.returns.of_desks.total - facts.returns.matched)


def points(mean: GroupMean) -> str:
    """Size of a difference of shares, with half of its interval, in percentage points."""
    half = "" if isnan(mean.half) else f" ± {number(100 * mean.half)}"
    return f"{number(100 * abs(mean.value))}{half} points"


def subtitle(facts: Facts) -> str:
    """Scenario, seed and market time."""
    context, summary = facts.context, facts.context.record.summary
    first, last = context.moment(1), context.moment(context.steps)
    agents = f"{count(summary.agents, 'agent')} on {count(context.desks, 'desk')}"
    return f"{summary.scenario}, seed {summary.seed}: {agents}, {first} to {last} UTC, {count(context.steps, 'step')}"


def _fallen(facts: Facts) -> str:
    found = facts.returns.together
    fall, bars = percent(float(found.max_drawdown[TOGETHER]), 2), count(int(found.drawdown_bars[TOGETHER]), "bar")
    return f"The maximum drawdown was {fall}, over {bars}; that of buy and hold {percent(float(found.max_drawdown[HOLD]), 2)}."


def _tiles(facts: Facts) -> Html:
    found, beside = facts.returns.together, beside_matched(facts)
    half = "" if isnan(beside.half) else f" ± {number(100 * beside.half)}"
    tiles = (
        ("Return, net", percent(float(found.total[TOGETHER]), signed=True)),
        ("Over exposure-matched, points", f"{number(100 * beside.value, signed=True)}{half}"),
        ("Sharpe ratio a year", number(float(found.sharpe[TOGETHER]))),
        ("Maximum drawdown", percent(float(found.max_drawdown[TOGETHER]))),
        ("Fees and sources, of cash", percent(float(sum(costs(facts).mean(axis=1))), 2)),
    )
    return pairs(tiles, class_="tiles")


def costs(facts: Facts) -> F64:
    """Fees and what sources cost, as shares of a desk's initial cash, (2, D)."""
    return np.stack([facts.desks.fees, facts.desks.data_costs]) / facts.context.scenario.market.cash


def _figures(facts: Facts) -> Html:
    rows = [*_rows(facts), *_bridge(facts), _turnover(facts)]
    return table("Performance, net of all costs", ("", "Desks", "95 % over desks", "Hold", "Matched"), rows)


def _rows(facts: Facts) -> Iterator[Cells]:
    found = facts.returns
    for name, figure, written in FIGURES:
        yield name, *_row(written, figure(found.together), figure(found.of_desks))


def _row(written: Callable[[float], str], together: F64, desks: F64) -> Cells:
    desk, hold, matched = (written(float(together[place])) for place in (TOGETHER, HOLD, MATCHED))
    return desk, interval(written, desks), hold, matched


def interval(written: Callable[[float], str], desks: F64) -> str:
    """The 95 % interval of a mean over desks (D,), each end as *written*."""
    mean = GroupMean.of(desks)
    return UNKNOWN if isnan(mean.half) else f"{written(mean.value - mean.half)} to {written(mean.value + mean.half)}"


def _bridge(facts: Facts) -> Iterator[Cells]:
    """From the gross return to the net one."""
    net, (fees, sources) = facts.returns.of_desks.total, costs(facts)
    rate = facts.context.record.lineage.at(1).market.fee_bps / 1e4
    paid, held, matched = rate / (1 + rate), *(float(facts.returns.together.total[place]) for place in (HOLD, MATCHED))
    for name, desks, hold, other in (
        ("Gross return", net + fees + sources, held + paid, matched),
        ("less fees", -fees, -paid, 0.0),
        ("less sources", -sources, 0.0, 0.0),
    ):
        yield name, _signed(float(desks.mean())), interval(_signed, desks), _signed(hold), _signed(other)


def _turnover(facts: Facts) -> Cells:
    """Value of all fills, in multiples of initial cash."""
    traded = facts.desks.turnover / facts.context.scenario.market.cash
    return "Turnover, of cash", _times(float(traded.mean())), interval(_times, traded), _times(1.0), UNKNOWN


def _signed(value: float) -> str:
    return percent(value, 2, signed=True)


def _times(value: float) -> str:
    return f"{number(value, 1)}{NO_BREAK}x"
