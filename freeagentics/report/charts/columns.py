"""Means of state over the steps of a Mesa model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from freeagentics.arrays import F64
from freeagentics.report.charts.axes import caption, decimate, minimal_axes
from freeagentics.report.charts.figure import BLUE, MUTED, new_figure

_ROW = 1.25
"""Inches of a chart."""


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """A number of all agents of a class over time: mean, and the middle half of them where it is of state; (T,) each."""

    name: str
    time: F64
    mean: F64
    low: F64
    high: F64


def draw_courses(courses: Sequence[Course]) -> Figure:
    """A row for each: its mean as a line, the middle half of agents as a band."""
    figure = new_figure(0.5 + _ROW * len(courses), right=0.98, top=0.3, bottom=0.5)
    figure.subplots_adjust(hspace=0.55)
    for axes, course in zip(figure.subplots(len(courses), sharex=True, squeeze=False)[:, 0], courses, strict=True):
        minimal_axes(axes)
        rows = decimate(course.low, course.high)
        axes.fill_between(course.time[rows], course.low[rows], course.high[rows], color=BLUE, alpha=0.25, linewidth=0)
        axes.plot(course.time[rows], course.mean[rows], color=BLUE, linewidth=1.3)
        caption(axes, course.name)
    axes.set_xlabel("time of the model", color=MUTED, fontsize=9)
    return figure
