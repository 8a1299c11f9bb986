"""Coverage of the value-at-risk that risk managers forecast."""

from __future__ import annotations

from freeagentics.evaluation import Coverage, LikelihoodRatio
from freeagentics.evaluation.value_at_risk import LEVEL
from freeagentics.report.charts.value_at_risk import draw_value_at_risk
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import UNKNOWN, count, number, percent
from freeagentics.report.page.html import Html, paragraph
from freeagentics.report.page.section import Section, chart
from freeagentics.report.page.table import table

LISTED = 5
"""Risk managers listed at either end: all of them stand in the table beside the report."""

REFUSED = 0.05
"""p-value below which a test refuses its hypothesis."""

EXPECTED = 5
"""Exceedances to be expected from which the chi-square distribution serves."""

_TITLE = "Value-at-risk: coverage"

_HEADS = ("Risk manager", "Forecasts", "Exceeded", "Share", "LR, frequency", "p", "LR, independence", "p", "LR, both", "p", "Loss over ES")

_TESTS = (
    "LR: likelihood ratios. Frequency: that forecasts are exceeded with the probability they claim (Kupiec 1995). Independence: that an "
    "exceedance is as likely after one as after none (Christoffersen 1998). Both: the two together. p: probability of as large a ratio "
    "where that holds, from chi-square distributions with 1, 1 and 2 degrees of freedom. All desks see the same market, so their tests are "
    "not independent of each other. Loss over ES: mean loss where it exceeded value-at-risk, over the expected shortfall forecast then, "
    "all forecasts."
)


def value_at_risk(facts: Facts) -> Section:
    """Exceedances, their tests, and when they came."""
    backtest, bars = facts.tail_risk.backtest, count(facts.context.horizon, "bar")
    tested = {manager: found for manager in range(len(backtest.agents)) if (found := backtest.coverage(manager)) is not None}
    if not tested:
        why = "No forecast has a known outcome." if len(backtest.agents) else "The desks of this run have no risk managers."
        return Section("value-at-risk", _TITLE, (paragraph(why),))
    finding = _finding(facts, tested)
    how = (
        f"A risk manager forecasts, at every close, the loss over the next {bars} that is exceeded with {percent(LEVEL, 0)}, as a share of "
        f"equity. It is set against the loss of the positions held at that close, kept for {bars}: what was traded since, fees and sources "
        f"left aside. Neighbouring forecasts share bars, so that exceedances come in runs however good the forecasts are: tested are the "
        f"first forecast and each that begins where the last one tested has ended."
    )
    caption = "Orange: forecast; blue: loss (above zero) or gain; both at the close of the forecast. Red: share of desks that lost more."
    return Section(
        "value-at-risk",
        _TITLE,
        (
            paragraph(finding, _overlapping(facts)),
            paragraph(how),
            chart(draw_value_at_risk(facts), "value-at-risk-chart", finding, caption),
            _table(facts, tested),
            paragraph(_TESTS, _rough(tested)),
        ),
    )


def _finding(facts: Facts, tested: dict[int, Coverage]) -> str:
    forecasts, exceeded = (sum(getattr(found, name) for found in tested.values()) for name in ("forecasts", "exceedances"))
    refused = sum(found.conditional.p_value < REFUSED for found in tested.values())
    mean = f"{number(exceeded / len(tested), 1)} of {number(forecasts / len(tested), 0)} forecasts that do not overlap"
    share = f"{percent(exceeded / forecasts)}, where {percent(LEVEL)} is forecast"
    if len(tested) == 1:
        return f"Losses exceeded value-at-risk in {mean}: {share}. Correct coverage is {'refused' if refused else 'not refused'}."
    who = f"{count(refused)} of {count(len(tested))}"
    return f"Losses exceeded a risk manager's value-at-risk, on average, in {mean}: {share}. Correct coverage is refused for {who}."


def _overlapping(facts: Facts) -> str:
    backtest = facts.tail_risk.backtest
    forecasts, exceeded = (sum(counts) for counts in zip(*map(backtest.all_forecasts, range(len(backtest.agents))), strict=True))
    return f"Of all {count(forecasts)}, overlapping as they do, {percent(exceeded / forecasts)} were exceeded."


def _rough(tested: dict[int, Coverage]) -> str:
    expected = min(found.forecasts * found.level for found in tested.values())
    if expected >= EXPECTED:
        return ""
    return (
        f"Of the fewest forecasts, {number(expected, 1)} exceedances were to be expected: below about {EXPECTED} the p-values are rough, "
        f"and only large deviations can be found."
    )


def _table(facts: Facts, tested: dict[int, Coverage]) -> Html:
    order = sorted(tested, key=lambda manager: (tested[manager].conditional.p_value, manager))
    listed = order if len(order) <= 2 * LISTED else order[:LISTED] + order[-LISTED:]
    which = "All risk managers" if len(listed) == len(order) else f"The {LISTED} least and {LISTED} best covered of {count(len(order))}"
    caption = f"{which}: exceedances of value-at-risk at {percent(LEVEL, 0)}, in forecasts that do not overlap, and tests of coverage"
    return table(caption, _HEADS, [_row(facts, manager, tested[manager]) for manager in listed])


def _row(facts: Facts, manager: int, found: Coverage) -> tuple[str, ...]:
    backtest = facts.tail_risk.backtest
    total, beyond = backtest.shortfalls[manager].tolist()
    return (
        facts.context.names.ids[int(backtest.agents[manager])],
        count(found.forecasts),
        count(found.exceedances),
        percent(found.share),
        *_test(found.unconditional),
        *_test(found.independence),
        *_test(found.conditional),
        number(total / beyond) if beyond else UNKNOWN,
    )


def _test(found: LikelihoodRatio) -> tuple[str, str]:
    return number(found.statistic), number(found.p_value, 3)
