"""Returns by day or month, the worst drawdowns, and how the Sharpe ratio went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from freeagentics.report.aggregates.periods import Drawdown, by_period, window, worst_drawdowns
from freeagentics.report.aggregates.returns import HOLD, TOGETHER
from freeagentics.report.charts.rolling import rolling_chart
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, number, percent
from freeagentics.report.page.html import Html, paragraph
from freeagentics.report.page.section import Section, live_chart
from freeagentics.report.page.table import table

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def periods(facts: Facts) -> Section:
    """A calendar of returns, drawdowns, and the rolling Sharpe ratio."""
    by, frame = by_period(facts.returns.series, facts.context.timestamps)
    told = [(row["period"], row["returns"]) for row in frame.iter_rows(named=True)]
    desks = [returns[TOGETHER] for _, returns in told]
    best, worst = (told[desks.index(pick(desks))] for pick in (max, min))
    gained = sum(value > 0 for value in desks)
    finding = (
        f"Desks gained in {count(gained)} of {count(len(desks), by)}; the best {by} brought {percent(best[1][TOGETHER], 2, signed=True)} "
        f"({_named(by, best[0])}), the worst {percent(worst[1][TOGETHER], 2, signed=True)} ({_named(by, worst[0])})."
    )
    ahead = sum(returns[TOGETHER] > returns[HOLD] for _, returns in told)
    beside = f"They did better than buy and hold in {count(ahead)}."
    return Section(
        "periods",
        f"Returns by {by}, and drawdowns",
        (paragraph(finding, beside), _calendar(by, told), _drawdowns(facts), *_rolling(facts)),
    )


def _named(by: str, period: date) -> str:
    return str(period) if by == "day" else str(period)[:7]


def _calendar(by: str, told: Sequence[tuple[date, list[float]]]) -> Html:
    """Weeks by weekday, or years by month, with what each came to."""
    rows: dict[str, list[str]] = {}
    whole: dict[str, float] = {}
    for period, returns in told:
        name, place = _cell(by, period)
        rows.setdefault(name, [""] * (7 if by == "day" else 12))[place] = percent(returns[TOGETHER], 1, signed=True)
        whole[name] = (1 + whole.get(name, 0.0)) * (1 + returns[TOGETHER]) - 1
    heads = ("Week of", *_DAYS, "Week") if by == "day" else ("Year", *_MONTHS, "Year")
    cells = [(name, *row, percent(whole[name], 1, signed=True)) for name, row in rows.items()]
    return table("All desks together, net of all costs, by days in UTC", heads, cells)


def _cell(by: str, period: date) -> tuple[str, int]:
    return (str(period - timedelta(period.weekday())), period.weekday()) if by == "day" else (str(period.year), period.month - 1)


def _drawdowns(facts: Facts) -> Html:
    rows = [_drawdown_row(facts, found) for found in worst_drawdowns(facts.returns.series[:, TOGETHER])]
    return table(
        "Worst drawdowns of all desks together", ("High", "Low", "Made up for", "Depth", "Bars down", "Bars in all"), rows, words=3
    )


def _drawdown_row(facts: Facts, found: Drawdown) -> tuple[str, ...]:
    context = facts.context
    last = context.steps - 1 if found.recovered is None else found.recovered
    back = "not yet" if found.recovered is None else context.moment(found.recovered + 1)
    high = context.moment(found.high + 1) if found.high >= 0 else "the start"
    return high, context.moment(found.low + 1), back, percent(found.depth, 2), count(found.low - found.high), count(last - found.high)


def _rolling(facts: Facts) -> tuple[Html, ...]:
    if (chart := rolling_chart(facts)) is None:
        return ()
    bars = count(window(facts.context.steps), "bar")
    end = f"The Sharpe ratio of the last {bars} of the run is {number(float(chart.lines[1].values[-1]), 1)}."
    return (live_chart(chart, "rolling", end, f"Sharpe ratio of the last {bars}, at each bar. Dashed: buy and hold."),)
