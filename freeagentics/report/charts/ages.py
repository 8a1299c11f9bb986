"""Histogram of the ages of memories."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from freeagentics.report.charts.axes import caption, minimal_axes, numbers
from freeagentics.report.charts.figure import BLUE, MUTED, new_figure
from freeagentics.report.facts import Facts

MOST_BARS = 90


def draw_ages(facts: Facts) -> Figure:
    """A bar for each day of age, or for as many days together as leaves no more than ninety bars."""
    by_age = facts.memories.by_age
    days = -(-len(by_age) // MOST_BARS)
    summed = np.pad(by_age, (0, -len(by_age) % days)).reshape(-1, days).sum(axis=1)
    figure = new_figure(2.2, right=0.995, top=0.25, bottom=0.5)
    axes = figure.subplots()
    minimal_axes(axes)
    axes.bar(np.arange(len(summed)) * days + days / 2, summed, width=days * 0.86, color=BLUE, linewidth=0)
    axes.set_xlim(0, len(summed) * days)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("age at the end of the run, days of market time", color=MUTED, fontsize=9)
    numbers(axes)
    caption(axes, "Memories" if days == 1 else f"Memories, per {days} days of age")
    return figure
