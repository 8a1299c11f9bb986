"""Drawdown, exposure, limits and vetoes."""

from __future__ import annotations

import numpy as np

from freeagentics.report.charts.risk import draw_drawdown, draw_exposure
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, percent
from freeagentics.report.page.html import paragraph
from freeagentics.report.page.section import Section, chart

_LIMIT = (
    "Orange: the median of the limits in force, that is of what each desk was last told by its risk manager and had not lapsed, zero under "
    "a veto."
)


def risk(facts: Facts) -> Section:
    """How far desks fell, and whether they kept their limits."""
    fell, held = _fell(facts), _held(facts)
    band = (
        "Bands: from the least to the most of all desks, the middle half darker, the line the median. " if facts.context.desks > 1 else ""
    )
    limit = _LIMIT if facts.limits.checked else "Invested share of equity."
    return Section(
        "risk",
        "Risk: drawdown, exposure and limits",
        (
            paragraph(fell, held),
            chart(draw_drawdown(facts), "drawdown", fell, f"{band}Fall below a desk's own highest close so far."),
            chart(draw_exposure(facts), "exposure", held, f"{band}{limit}"),
        ),
    )


def _fell(facts: Facts) -> str:
    max_drawdown = facts.desks.max_drawdown
    if facts.context.desks == 1:
        return f"The desk fell {percent(max_drawdown[0])} below its highest close at worst."
    median = percent(float(np.median(max_drawdown)))
    most = f"desk {max_drawdown.argmax()} fell most, {percent(max_drawdown.max())}"
    return f"At worst the median desk fell {median} below its highest close; {most}."


def _held(facts: Facts) -> str:
    limits = facts.limits
    who = "Desks were" if facts.context.desks > 1 else "The desk was"
    mean = f"{who} invested to {percent(float(facts.desks.mean_exposure.mean()))} on average"
    if not limits.checked:
        return f"{mean}; nobody told of a limit."
    share = percent(limits.breaches / limits.checked, 2)
    above = f"closed more than a percentage point above the limit of the bar before in {share} of cases"
    if not limits.breaches:
        above = "never closed more than a percentage point above the limit of the bar before"
    begun = int(limits.vetoes.sum())
    vetoes = (
        f"{count(begun, 'veto', 'vetoes')} began, {count(int(limits.lifted.sum()))} were lifted or lapsed"
        if begun
        else "nothing was vetoed"
    )
    return f"{mean}, and {above}; {vetoes}."
