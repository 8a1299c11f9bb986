"""Drawdown, exposure, limits and vetoes."""

from __future__ import annotations

import numpy as np

from freeagentics.report.charts.risk import desk_drawdown_chart, exposure_chart, exposure_spans, veto_chart
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, in_words, percent
from freeagentics.report.page.html import Html, paragraph
from freeagentics.report.page.section import Section, live_chart

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
            live_chart(desk_drawdown_chart(facts), "drawdown", drawdown, f"{band}Drawdown: fall below a desk's own highest close so far."),
            live_chart(exposure_chart(facts), "exposure", exposure, f"{_averaged(facts)}{limit}"),
            *_vetoes(facts),
        ),
    )


def _averaged(facts: Facts) -> str:
    bars = -(-facts.context.steps // exposure_spans(facts).count)
    each = f"Means over spans of {in_words(bars, 'bar')}. " if bars > 1 else ""
    return f"{each}Band: interquartile range over desks; line: median. "


def _vetoes(facts: Facts) -> tuple[Html, ...]:
    if not facts.limits.vetoed.any():
        return ()
    most = f"At most {percent(float(facts.limits.vetoed.max()))} of the desks were under a veto at once."
    return (live_chart(veto_chart(facts), "vetoes", most, "Share of desks under a veto, averaged over the same spans."),)


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
