"""Bands: how something spread over the desks, as an area from least to most, one for the middle half, and the median."""

from __future__ import annotations

from matplotlib.axes import Axes

from freeagentics.arrays import F64
from freeagentics.report.charts.axes import kept
from freeagentics.report.gather.desks import HIGHEST, LOWER, LOWEST, MIDDLE, UPPER


def draw_band(axes: Axes, when: F64, spread: F64, ink: str) -> None:
    """A spread (T, 5) over *when* (T,)."""
    rows = kept(spread[:, LOWEST], spread[:, HIGHEST])
    x = when[rows]
    axes.fill_between(x, spread[rows, LOWEST], spread[rows, HIGHEST], color=ink, alpha=0.16, linewidth=0)
    axes.fill_between(x, spread[rows, LOWER], spread[rows, UPPER], color=ink, alpha=0.3, linewidth=0)
    axes.plot(x, spread[rows, MIDDLE], color=ink, linewidth=1.2)


def draw_line(axes: Axes, when: F64, values: F64, ink: str, dash: object = "-", width: float = 1.3) -> None:
    """A line of values (T,), thinned to what can be seen."""
    rows = kept(values, values)
    axes.plot(when[rows], values[rows], color=ink, linewidth=width, linestyle=dash)
