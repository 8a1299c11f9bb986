"""Risk: drawdown, and exposure beside its limits."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F64
from freeagentics.report.aggregates.buckets import Buckets
from freeagentics.report.aggregates.desks import MAXIMUM, MEDIAN, MINIMUM, QUARTILE_1, QUARTILE_3
from freeagentics.report.charts.bands import spread
from freeagentics.report.charts.figure import BLUE, ORANGE, RED
from freeagentics.report.charts.time_chart import Band, Line, TimeChart
from freeagentics.report.facts import Facts

SPANS = 120
"""Spans of time in which exposure is averaged: what comes and goes within hours is a smear over months."""


def desk_drawdown_chart(facts: Facts) -> TimeChart:
    """Drawdown of the desks from their own highest closes."""
    fall = -facts.desks.drawdown[:, ::-1]
    lines = [Line("median desk", fall[:, MEDIAN], RED)]
    if facts.context.desks > 1:
        lines.insert(0, Line("worst desk", fall[:, MINIMUM], RED, 2, width=0.9))
    title = "Drawdown from the highest close so far"
    return TimeChart(title, facts.context.timestamps, lines, spread(fall, RED), height=2.3, span=(None, 0))


def exposure_chart(facts: Facts) -> TimeChart:
    """Exposure of the desks, averaged over spans of time, beside the median limit in force."""
    spans, exposure = exposure_spans(facts), facts.desks.exposure
    middle, low, high = (_means(exposure[:, place], spans) for place in (MEDIAN, QUARTILE_1, QUARTILE_3))
    limit = _means(facts.limits.allowed[:, MEDIAN], spans)
    lines = [Line("median desk", middle, BLUE, width=1.8)]
    if np.isfinite(limit).any():
        lines.insert(0, Line("median limit", limit, ORANGE, 1))
    top = max(1.0, float(exposure[:, MAXIMUM].max()))
    title = "Exposure, invested share of equity" + (", and the limit in force" if len(lines) > 1 else "")
    when = facts.context.timestamps[spans.middles]
    return TimeChart(title, when, lines, [Band(low, high, BLUE, 0.3)], span=(0, top))


def veto_chart(facts: Facts) -> TimeChart:
    """Share of desks under a veto, averaged over the same spans."""
    spans = exposure_spans(facts)
    vetoed = _means(facts.limits.vetoed, spans)
    bands = (Band(np.zeros(len(vetoed)), vetoed, RED, 0.4),)
    title = "Desks under a veto"
    return TimeChart(title, facts.context.timestamps[spans.middles], [Line("vetoed", vetoed, RED)], bands, height=1.4, span=(0, 1))


def exposure_spans(facts: Facts) -> Buckets:
    """Spans in which exposure is averaged."""
    return Buckets(facts.context.steps, SPANS)


def _means(values: F64, spans: Buckets) -> F64:
    """Means over each span of what is known of values (T,); NaN where nothing is."""
    known = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return spans.sums(np.where(known, values, 0)) / spans.sums(known.astype(np.float64))
