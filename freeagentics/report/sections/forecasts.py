"""Skill and calibration of forecasts."""

from __future__ import annotations

from freeagentics.report.aggregates.estimate import Estimate
from freeagentics.report.aggregates.forecasts import Forecasts
from freeagentics.report.charts.histogram import draw_transforms
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, humanize, listing, number, percent
from freeagentics.report.page.html import paragraph
from freeagentics.report.page.section import Section, chart
from freeagentics.report.page.table import table

CLEAR = 2.0
"""Size of a t-statistic from which a coefficient is told from none."""

_TITLE = "Forecasts: skill and calibration"


def forecasts(facts: Facts) -> Section:
    """Information coefficients by role, and the histograms of probability integral transforms."""
    found = [one for one in facts.forecasts if one.pit.any()]
    if not found:
        return Section("forecasts", _TITLE, (paragraph("No forecast of this run has a known outcome."),))
    bars = count(facts.context.horizon, "bar")
    what = (
        f"Information coefficient: correlation of a forecast, where there was one, with the return over the next {bars}, in standard "
        "deviations. t: it over its standard error, by a jackknife over blocks of time, since agents that see the same market are not "
        "independent observations."
    )
    read = (
        "Calibrated forecasts give level bars, at the dashed line. Bars high at both ends: returns were wider than the volatility known "
        "then; high at one end: forecasts leaned to the other side."
    )
    heads = ("Role", "Forecasts", "IC", "t", "IC before memories", "t", "Outcomes in the outer tenth")
    shown = chart(draw_transforms([(_role(facts, one), one.pit) for one in found]), "transforms", _calibration(facts, found), read)
    rows = [_row(facts, one) for one in found]
    caption = "Information coefficients, by role; calibrated forecasts have 10 % of outcomes in the outer tenth"
    return Section(
        "forecasts",
        _TITLE,
        (paragraph(_skill(facts, found)), table(caption, heads, rows), paragraph(what, _calibration(facts, found)), shown),
    )


def _role(facts: Facts, one: Forecasts) -> str:
    return facts.context.team[one.role]


def _skill(facts: Facts, found: list[Forecasts]) -> str:
    clear = [one for one in found if abs(_t(one.coefficient)) > CLEAR]
    if not clear:
        return "No role's forecasts go with what came by more than chance explains."
    told = [f"{humanize(_role(facts, one))}s ({number(one.coefficient.value, signed=True)})" for one in clear]
    return f"Forecasts go with what came, by more than chance explains, of {listing(told)}: the information coefficient in brackets."


def _calibration(facts: Facts, found: list[Forecasts]) -> str:
    told = [f"{percent(_outer(one))} for {humanize(_role(facts, one))}s" for one in found]
    return f"In the outer tenth of what forecasts expected lie {listing(told)}."


def _outer(one: Forecasts) -> float:
    """Share of outcomes in the lowest and the highest twentieth."""
    return float((one.pit[0] + one.pit[-1]) / max(int(one.pit.sum()), 1))


def _row(facts: Facts, one: Forecasts) -> tuple[str, ...]:
    after, before = one.coefficient, one.coefficient_before
    shown = (number(after.value, 3, signed=True), number(_t(after), 1), number(before.value, 3, signed=True), number(_t(before), 1))
    return _role(facts, one), count(after.count), *shown, percent(_outer(one))


def _t(found: Estimate) -> float:
    return found.value / found.error if found.error > 0 else float("nan")
