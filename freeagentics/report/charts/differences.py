"""Paired differences of a measure with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from freeagentics.arrays import F64
from freeagentics.report.charts.axes import fitting
from freeagentics.report.charts.figure import BLUE, MUTED, RULE, TEXT, new_figure
from freeagentics.report.formatting import number, percent

_ROW = 0.34
"""Inches that a contrast takes."""

_BELOW = 0.24
"""Distance of the dots below the interval, as a share of that."""


@dataclass(frozen=True, slots=True, eq=False)
class Interval:
    """The mean difference of a contrast, the ends of its interval where it has one, and the differences by seed (n,)."""

    name: str
    mean: float
    low: float | None
    high: float | None
    pairs: F64


def draw_differences(intervals: Sequence[Interval], *, share: bool) -> Figure:
    """A row for each contrast: its pairs as dots, their mean as a diamond on its interval; in per cent where it is a *share*."""
    figure = new_figure(0.55 + _ROW * len(intervals), left=0.3, right=0.97)
    axes = figure.subplots()
    axes.set_facecolor("none")
    axes.spines[:].set_visible(False)
    axes.grid(axis="x", color=RULE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=MUTED, labelcolor=MUTED, labelsize=9, length=0)
    axes.axvline(0, color=TEXT, linewidth=0.8)
    for place, interval in enumerate(intervals):
        axes.scatter(interval.pairs, np.full(len(interval.pairs), place + _BELOW), s=11, color=MUTED, linewidths=0)
        if interval.low is not None and interval.high is not None:
            axes.plot([interval.low, interval.high], [place, place], color=BLUE, linewidth=2)
        axes.plot([interval.mean], [place], color=BLUE, marker="D", markersize=5, linestyle="none")
    axes.set_yticks(range(len(intervals)), [interval.name for interval in intervals], color=TEXT, parse_math=False)
    axes.set_ylim(len(intervals) - 0.5, -0.5)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    digits = fitting(np.array(axes.get_xticks()[:2]) * (100 if share else 1))
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: percent(value, digits, signed=True) if share else number(value, digits, signed=True))
    )
    return figure
