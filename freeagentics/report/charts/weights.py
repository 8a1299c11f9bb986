"""Weights of faculties over time, a panel for each role that gives one a weight."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from freeagentics.report.aggregates.weights import WeightCurves
from freeagentics.report.charts.axes import caption, days, decimate, end_labels, market_time, minimal_axes, numbers
from freeagentics.report.charts.figure import DASHES, ROLE_COLOURS, TEXT, new_figure
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import humanize


def weighing(facts: Facts) -> list[WeightCurves]:
    """Roles that gave a weight to a faculty."""
    return [curves for curves in facts.weights if curves.heard()]


def draw_weights(facts: Facts) -> Figure:
    """A line for each faculty that was heard: the mean over agents, in a band of a standard deviation between them."""
    roles = weighing(facts)
    figure = new_figure(0.4 + 1.5 * len(roles), top=0.25)
    grid = figure.subplots(len(roles), 1, sharex=True, squeeze=False)[:, 0]
    figure.subplots_adjust(hspace=0.3)
    for axes, curves in zip(grid, roles, strict=True):
        minimal_axes(axes)
        labels = [_draw(axes, facts, curves, place, number) for number, place in enumerate(curves.heard())]
        axes.set_ylim(min(axes.get_ylim()[0], 0), max(axes.get_ylim()[1], 1.1))
        axes.axhline(0, color=TEXT, linewidth=0.8)
        axes.yaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
        numbers(axes, 1)
        caption(axes, f"Weights that {humanize(facts.context.team[curves.role])}s give")
        end_labels(axes, labels)
    market_time(grid[-1], facts.context.timestamps)
    return figure


def _draw(axes: Axes, facts: Facts, curves: WeightCurves, place: int, number: int) -> tuple[float, str, str]:
    """Draw a faculty; returns its label at the end."""
    when, mean, spread = days(facts.context.timestamps), curves.mean[:, place], curves.spread[:, place]
    colour, dash = ROLE_COLOURS[number % len(ROLE_COLOURS)], DASHES[number % len(DASHES)]
    rows = decimate(mean - spread, mean + spread)
    axes.fill_between(when[rows], (mean - spread)[rows], (mean + spread)[rows], color=colour, alpha=0.2, linewidth=0)
    axes.plot(when[rows], mean[rows], color=colour, linestyle=dash, linewidth=1.3)
    return float(mean[-1]), curves.names[place], colour
