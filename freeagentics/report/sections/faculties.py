"""Learned weights of belief, sources, advisers and memories, and what each saved of the error of forecasts."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

import numpy as np

from freeagentics.experiments.made_market import MadeMarket
from freeagentics.report.aggregates.estimate import Estimate
from freeagentics.report.aggregates.forecast_parts import PARTS, ForecastParts
from freeagentics.report.charts.weights import draw_weights
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import count, humanize, listing, number, percent
from freeagentics.report.page.html import Html, paragraph
from freeagentics.report.page.section import Section, chart
from freeagentics.report.page.table import table

_ABOUT = (
    "A desk's forecast is a sum: what its belief implies, what sources say of the rest, and what memories tell of what both leave. Each "
    "part has a weight that its agent learns from outcomes; it stays at zero until the outcomes have spoken for it."
)
_CARE = (
    "Error saved: mean squared error of the forecast without the part, less that with it, in squared standard deviations of the return "
    "over the horizon, ± a standard error by blocks of time; above zero, the part helped."
)


def faculties(facts: Facts) -> Section:
    """Weights over time, errors saved, and what could have been earned."""
    title = "Faculties: learned weights, and forecast errors they saved"
    roles = [role for role in facts.context.team if facts.weights.heard(role)]
    finding = _finding(facts)
    shown: tuple[Html, ...] = (paragraph("No weight was above zero at any checkpoint: no faculty had earned to be heard."),)
    if roles:
        shown = (chart(draw_weights(facts, roles), "weights", finding, "Mean weights over a role's agents, at the run's checkpoints."),)
    if not any(parts.judged.any() for parts in facts.forecasts):
        return Section("faculties", title, (paragraph(_ABOUT), *shown))
    heads = ("Role", "Part", "Heard in", "Error saved", "Mean squared error", "Forecasts")
    rows = [row for parts in facts.forecasts for row in _rows(facts, parts)]
    caption = "Forecasts by role: how often each part was heard, and the squared error that it saved"
    told = table(caption, heads, rows, words=2)
    return Section("faculties", title, (paragraph(finding), paragraph(_ABOUT), *shown, told, paragraph(_CARE), *_perfect(facts)))


def _finding(facts: Facts) -> str:
    clear: dict[bool, list[str]] = {True: [], False: []}
    for parts in facts.forecasts:
        for place, name in enumerate(PARTS):
            saved = parts.saving(place)
            if abs(saved.value) > 2 * saved.error:
                clear[saved.value > 0].append(f"the {name} of {humanize(facts.context.team[parts.role])}s")
    verdicts = ((clear[True], "made forecasts better"), (clear[False], "made them worse"))
    helped = [f"{listing(names)} {verdict}" for names, verdict in verdicts if names]
    if not helped:
        return "No part changed the squared error of forecasts by more than two standard errors."
    return f"By more than two standard errors, {listing(helped)}."


def _rows(facts: Facts, parts: ForecastParts) -> Iterator[tuple[str, ...]]:
    for place, name in enumerate(PARTS):
        yield (
            facts.context.team[parts.role],
            name,
            percent(parts.share(place)),
            _with_error(parts.saving(place)),
            number(parts.error(), 4),
            count(int(parts.judged.sum())),
        )


def _with_error(saved: Estimate) -> str:
    value = number(saved.value, 4, signed=True)
    return value if isnan(saved.error) else f"{value} ± {number(saved.error, 4)}"


def _perfect(facts: Facts) -> tuple[Html, ...]:
    """Return of a perfect trader beside that of the desks, where pumps are planted."""
    context = facts.context
    scenario = context.record.lineage.at(1)
    if scenario.market.kind != "synthetic":
        return ()
    market = MadeMarket(scenario, np.ones(facts.prices.shape[1]))
    for closes in facts.prices:
        market.update(closes, None)
    perfect = market.perfect_return()
    if isnan(perfect):
        return ()
    _, matched = context.record.exposure_matched_return
    earned = float(facts.desks.final_equity.mean()) / context.scenario.market.cash - 1 - matched
    return (
        paragraph(
            f"A perfect trader of what is planted here, all in for {count(context.horizon, 'bar')} after each of its signals and in cash "
            f"otherwise, would have earned {percent(perfect)} after fees; the mean desk earned {percent(earned, signed=True)} over its "
            f"exposure-matched benchmark. What a single source adds is measured by leaving it out: freeagentics ablate."
        ),
    )
