"""A strip under a price: when signals of each kind were sent."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba

from freeagentics.agents import SIGNAL_KINDS
from freeagentics.arrays import F64
from freeagentics.report.aggregates.context import RunContext
from freeagentics.report.aggregates.signals import SignalMatrix
from freeagentics.report.charts.axes import caption, days, market_time, minimal_axes
from freeagentics.report.charts.figure import BLUE, TEXT
from freeagentics.report.formatting import humanize

FAINTEST = 0.3
ROW = 0.2
"""Inches of a row."""


def kinds_sent(matrix: SignalMatrix) -> list[int]:
    """Kinds of which there was at least one signal."""
    return np.flatnonzero(matrix.sent.sum(axis=0)).tolist()


def draw_strip(axes: Axes, context: RunContext, matrix: SignalMatrix) -> None:
    """A row for each kind that was sent; the more signals in a span of time, the stronger its mark."""
    kinds, when = kinds_sent(matrix), days(context.timestamps)[matrix.buckets.middles]
    minimal_axes(axes)
    axes.grid(visible=False)
    for row, kind in enumerate(kinds):
        sent = matrix.over_time[:, kind]
        there = np.flatnonzero(sent)
        axes.scatter(when[there], np.full(len(there), row), s=18, marker="s", linewidths=0, color=_shades(sent[there] / sent.max()))
    axes.set_ylim(len(kinds) - 0.4, -0.6)
    axes.set_yticks(range(len(kinds)), [""] * len(kinds))
    for row, kind in enumerate(kinds):
        label = humanize(SIGNAL_KINDS[kind])
        axes.annotate(label, (1.0, row), (6, 0), ("axes fraction", "data"), textcoords="offset points", va="center", color=TEXT)
    caption(axes, "Signals sent, by kind")
    market_time(axes, context.timestamps)


def _shades(strength: F64) -> list[tuple[float, float, float, float]]:
    return [to_rgba(BLUE, FAINTEST + (1 - FAINTEST) * share) for share in strength.tolist()]
