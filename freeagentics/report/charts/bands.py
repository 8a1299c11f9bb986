"""Bands over the desks: minimum to maximum, and interquartile range."""

from __future__ import annotations

from matplotlib.axes import Axes

from freeagentics.arrays import F64
from freeagentics.report.aggregates.desks import MAXIMUM, MINIMUM, QUARTILE_1, QUARTILE_3
from freeagentics.report.charts.axes import decimate
from freeagentics.report.charts.time_chart import Band


def spread(summary: F64, colour: str) -> tuple[Band, Band]:
    """Both bands of five-number summaries (T, 5)."""
    whole = Band(summary[:, MINIMUM], summary[:, MAXIMUM], colour, 0.16)
    return whole, Band(summary[:, QUARTILE_1], summary[:, QUARTILE_3], colour, 0.3)


def draw_line(axes: Axes, when: F64, values: F64, colour: str, dash: object = "-", width: float = 1.3) -> None:
    """Draw a line of values (T,), decimated to what can be seen."""
    rows = decimate(values, values)
    axes.plot(when[rows], values[rows], color=colour, linewidth=width, linestyle=dash)
