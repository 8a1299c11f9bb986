"""Bands over the desks: minimum to maximum, interquartile range, and median."""

from __future__ import annotations

from matplotlib.axes import Axes

from freeagentics.arrays import F64
from freeagentics.report.aggregates.desks import MAXIMUM, MEDIAN, MINIMUM, QUARTILE_1, QUARTILE_3
from freeagentics.report.charts.axes import decimate


def draw_band(axes: Axes, when: F64, summary: F64, colour: str) -> None:
    """Draw five-number summaries (T, 5) over *when* (T,)."""
    rows = decimate(summary[:, MINIMUM], summary[:, MAXIMUM])
    x = when[rows]
    axes.fill_between(x, summary[rows, MINIMUM], summary[rows, MAXIMUM], color=colour, alpha=0.16, linewidth=0)
    axes.fill_between(x, summary[rows, QUARTILE_1], summary[rows, QUARTILE_3], color=colour, alpha=0.3, linewidth=0)
    axes.plot(x, summary[rows, MEDIAN], color=colour, linewidth=1.2)


def draw_line(axes: Axes, when: F64, values: F64, colour: str, dash: object = "-", width: float = 1.3) -> None:
    """Draw a line of values (T,), decimated to what can be seen."""
    rows = decimate(values, values)
    axes.plot(when[rows], values[rows], color=colour, linewidth=width, linestyle=dash)
