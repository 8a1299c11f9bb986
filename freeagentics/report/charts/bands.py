"""Bands: how something spread over the desks, as an area from least to most, one for the middle half, and the median."""

from __future__ import annotations

from matplotlib.axes import Axes

from freeagentics.arrays import F64
from freeagentics.report.aggregates.desks import MAXIMUM, MEDIAN, MINIMUM, QUARTILE_1, QUARTILE_3
from freeagentics.report.charts.axes import decimate


def draw_band(axes: Axes, when: F64, spread: F64, colour: str) -> None:
    """A spread (T, 5) over *when* (T,)."""
    rows = decimate(spread[:, MINIMUM], spread[:, MAXIMUM])
    x = when[rows]
    axes.fill_between(x, spread[rows, MINIMUM], spread[rows, MAXIMUM], color=colour, alpha=0.16, linewidth=0)
    axes.fill_between(x, spread[rows, QUARTILE_1], spread[rows, QUARTILE_3], color=colour, alpha=0.3, linewidth=0)
    axes.plot(x, spread[rows, MEDIAN], color=colour, linewidth=1.2)


def draw_line(axes: Axes, when: F64, values: F64, colour: str, dash: object = "-", width: float = 1.3) -> None:
    """A line of values (T,), thinned to what can be seen."""
    rows = decimate(values, values)
    axes.plot(when[rows], values[rows], color=colour, linewidth=width, linestyle=dash)
