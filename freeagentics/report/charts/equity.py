"""Equity of the desks beside buy and hold."""

from __future__ import annotations

from matplotlib.figure import Figure

from freeagentics.report.aggregates.desks import MEDIAN
from freeagentics.report.charts.axes import caption, days, end_labels, fitting, market_time, minimal_axes, numbers
from freeagentics.report.charts.bands import draw_band, draw_line
from freeagentics.report.charts.figure import BLUE, GREEN, RED, TEXT, new_figure
from freeagentics.report.facts import Facts


def draw_equity(facts: Facts) -> Figure:
    """A band of all desks, lines of the best and the worst, and buy and hold."""
    desks, when = facts.desks, days(facts.context.timestamps)
    figure = new_figure(3.4, top=0.25)
    axes = figure.subplots()
    minimal_axes(axes)
    draw_band(axes, when, desks.equity, BLUE)
    labels = [(desks.equity[-1, MEDIAN], "median desk" if facts.context.desks > 1 else "the desk", BLUE)]
    if facts.context.desks > 1:
        for curve, desk, colour, word in (
            (desks.best_equity, desks.best, GREEN, "best"),
            (desks.worst_equity, desks.worst, RED, "worst"),
        ):
            draw_line(axes, when, curve, colour, width=0.9)
            labels.append((curve[-1], f"{word}: desk {desk}", colour))
    draw_line(axes, when, facts.hold, TEXT, (0, (5, 2)))
    labels.append((facts.hold[-1], "buy and hold", TEXT))
    numbers(axes, fitting(desks.equity))
    caption(axes, "Equity of a desk, USD")
    market_time(axes, facts.context.timestamps)
    end_labels(axes, labels)
    return figure
