"""Equity of the desks against buying and holding."""

from __future__ import annotations

from matplotlib.figure import Figure

from freeagentics.report.charts.axes import bare, caption, days, end_labels, fitting, market_time, numbers
from freeagentics.report.charts.bands import draw_band, draw_line
from freeagentics.report.charts.figure import new_figure
from freeagentics.report.charts.palette import BLUE, GREEN, INK, RED
from freeagentics.report.facts import Facts
from freeagentics.report.gather.desks import MIDDLE


def draw_equity(facts: Facts) -> Figure:
    """All desks as a band, the best and the worst of them by name, and the holder."""
    desks, when = facts.desks, days(facts.ground.timestamps)
    figure = new_figure(3.4, top=0.25)
    axes = figure.subplots()
    bare(axes)
    draw_band(axes, when, desks.equity, BLUE)
    labels = [(desks.equity[-1, MIDDLE], "median desk" if facts.ground.desks > 1 else "the desk", BLUE)]
    if facts.ground.desks > 1:
        for curve, desk, ink, word in (
            (desks.best_equity, desks.best, GREEN, "best"),
            (desks.worst_equity, desks.worst, RED, "worst"),
        ):
            draw_line(axes, when, curve, ink, width=0.9)
            labels.append((curve[-1], f"{word}: desk {desk}", ink))
    draw_line(axes, when, facts.hold, INK, (0, (5, 2)))
    labels.append((facts.hold[-1], "buy and hold", INK))
    numbers(axes, fitting(desks.equity))
    caption(axes, "Equity of a desk, USD")
    market_time(axes, facts.ground.timestamps)
    end_labels(axes, labels)
    return figure
