"""Drawdown, exposure, limits and vetoes."""

from __future__ import annotations

from math import isnan

import numpy as np

from freeagentics.agents.experience import RISK
from freeagentics.report.charts.risk import draw_drawdown, draw_exposure
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, number, percent
from freeagentics.report.page.html import Html, paragraph
from freeagentics.report.page.section import Section, chart
from freeagentics.report.page.table import table

_LIMIT = (
    "Orange: the median over desks of the limits in force, those last sent by the risk managers that have not expired; zero under a veto."
)


def risk(facts: Facts) -> Section:
    """Drawdowns, exposure, and breaches of limits."""
    drawdown, exposure = _drawdown(facts), _exposure(facts)
    band = "Bands: minimum to maximum over all desks; darker: interquartile range; line: median. " if facts.context.desks > 1 else ""
    limit = _LIMIT if facts.limits.checked else "Exposure: invested share of equity."
    return Section(
        "risk",
        "Risk: drawdown, exposure and limits",
        (
            paragraph(drawdown, exposure),
            chart(draw_drawdown(facts), "drawdown", drawdown, f"{band}Drawdown: fall below a desk's own highest close so far."),
            chart(draw_exposure(facts), "exposure", exposure, f"{band}{limit}"),
            *_coverage(facts),
        ),
    )


def _drawdown(facts: Facts) -> str:
    max_drawdown = facts.desks.max_drawdown
    if facts.context.desks == 1:
        return f"The maximum drawdown of the desk was {percent(max_drawdown[0])}."
    median = percent(float(np.median(max_drawdown)))
    largest = f"{percent(max_drawdown.max())} for desk {max_drawdown.argmax()}"
    return f"The maximum drawdown was {median} for the median desk, and at most {largest}."


def _exposure(facts: Facts) -> str:
    limits = facts.limits
    mean = f"Mean exposure was {percent(float(facts.desks.mean_exposure.mean()))}"
    if not limits.checked:
        return f"{mean}; no limit was signalled."
    share = percent(limits.breaches / limits.checked, 2)
    who = "desks" if facts.context.desks > 1 else "the desk"
    above = f"{who} closed more than a percentage point above the limit of the bar before in {share} of cases"
    if not limits.breaches:
        above = f"{who} never closed more than a percentage point above the limit of the bar before"
    begun, lifted = int(limits.vetoes.sum()), int(limits.lifted.sum())
    vetoes = f"{count(begun, 'veto', 'vetoes')} began, {count(lifted)} were lifted or expired" if begun else "there was no veto"
    return f"{mean}, and {above}; {vetoes}."


def _coverage(facts: Facts) -> tuple[Html, ...]:
    """Share of forecasts that losses exceeded, and tests of it; nothing without a forecast."""
    at_risk, horizon = facts.value_at_risk, facts.context.horizon
    share, found = at_risk.share_exceeded(), at_risk.tests()
    if isnan(share):
        return ()
    said = (
        f"Value-at-risk: over the {count(horizon, 'bar')} after each decision the desks together lost more than the risk managers' "
        f"forecast in {percent(share)} of cases; it is meant to be exceeded in {percent(RISK, 0)}."
    )
    if found is None:
        return (paragraph(f"{said} For tests of coverage there are too few forecasts whose horizons do not overlap."),)
    rows = [
        (name, number(test.statistic, 2), number(test.p_value, 3))
        for name, test in (
            ("Unconditional coverage (Kupiec)", found.unconditional),
            ("Independence (Christoffersen)", found.independence),
            ("Conditional coverage (Christoffersen)", found.conditional),
        )
    ]
    expected = number(found.level * found.count, 1)
    care = (
        f"Tested on {count(found.count, 'forecast')} whose horizons do not overlap: {count(found.exceeded, 'exceedance')}, {expected} "
        "expected. Losses are those of the desks as they then traded, fees and data included. A small p-value speaks against the forecasts."
    )
    return (paragraph(said), table("Tests of value-at-risk coverage", ("Test", "Likelihood ratio", "p-value"), rows), paragraph(care))
