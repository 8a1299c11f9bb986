"""Histograms: of the returns of desks, and of probability integral transforms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from freeagentics.report.charts.axes import caption, minimal_axes, numbers, percents
from freeagentics.report.charts.figure import BLUE, MUTED, ORANGE, TEXT, new_figure
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import humanize, percent

MOST_BARS = 30


def draw_distribution(facts: Facts) -> Figure:
    """Returns of all desks in bars, with lines at buy and hold and at the mean of desks' exposure-matched benchmarks."""
    total = facts.returns.of_desks.total
    figure = new_figure(2.2, right=0.98, top=0.42, bottom=0.5)
    axes = figure.subplots()
    minimal_axes(axes)
    axes.hist(total, bins=min(MOST_BARS, max(5, int(np.sqrt(len(total)) * 2))), color=BLUE, rwidth=0.9)
    hold = float(facts.hold[-1] / facts.context.scenario.market.cash - 1)
    for value, name, colour, height in (
        (hold, "buy and hold", TEXT, 1.02),
        (float(facts.returns.matched.mean()), "exposure-matched", ORANGE, 1.12),
    ):
        axes.axvline(value, color=colour, linewidth=1.3, linestyle=(0, (4, 2)))
        axes.annotate(name, (value, height), (0, 0), ("data", "axes fraction"), textcoords="offset points", ha="center", color=colour)
    axes.xaxis.set_major_locator(MaxNLocator(7))
    digits = 0 if np.ptp(axes.get_xlim()) > 0.1 else 1
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value, digits, signed=True)))
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    numbers(axes)
    axes.set_xlabel("return of a desk, net of all costs", color=MUTED, fontsize=9)
    return figure


def draw_transforms(counts: Sequence[tuple[str, np.ndarray]]) -> Figure:
    """A panel for each role: shares of outcomes by the probability that forecasts gave to as much or less, beside what is right."""
    figure = new_figure(1.9, right=0.98, top=0.3, bottom=0.5)
    figure.subplots_adjust(wspace=0.25)
    for axes, (role, bins) in zip(figure.subplots(1, len(counts), squeeze=False, sharey=True)[0], counts, strict=True):
        minimal_axes(axes)
        share = bins / max(int(bins.sum()), 1)
        axes.bar((np.arange(len(bins)) + 0.5) / len(bins), share, width=0.9 / len(bins), color=BLUE, linewidth=0)
        axes.axhline(1 / len(bins), color=ORANGE, linewidth=1.2, linestyle=(0, (4, 2)))
        axes.set_xlim(0, 1)
        axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
        axes.yaxis.set_major_locator(MaxNLocator(4))
        percents(axes)
        caption(axes, f"{humanize(role)}s".capitalize())
        axes.set_xlabel("probability of as much or less", color=MUTED, fontsize=9)
    return figure
