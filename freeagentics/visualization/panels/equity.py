"""The equity panel: equity by desk beside buy and hold."""

from __future__ import annotations

import numpy as np
import solara
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from freeagentics.visualization.panels.drawing import (
    BLUE,
    GREEN,
    GREY,
    RED,
    TEXT,
    Chart,
    along_steps,
    in_full,
    legend,
    minimal_axes,
    new_figure,
)
from freeagentics.visualization.snapshot import Charts

MOST_LINES = 60
"""Desks that are drawn: more lines than that are a smear."""


@solara.component
def EquityPanel(charts: Charts, cash: float, desk: int) -> None:
    """Draw all desks, and name the best, the worst and that of the selected agent."""
    Chart(equity_figure(charts, cash, desk), f"Equity of {charts.equity.shape[1]} desks")


def equity_figure(charts: Charts, cash: float, desk: int) -> Figure:
    """Draw equity in USD of every desk, or of some where they are many; buy and hold of *cash*; and three desks by name."""
    figure = new_figure(4.3, 2.5)
    axes = figure.subplots()
    minimal_axes(axes)
    every = -(-charts.equity.shape[1] // MOST_LINES)
    lines = [np.column_stack([charts.step, equity]) for equity in charts.equity.T[::every]]
    axes.add_collection(LineCollection(lines, colors=GREY, linewidths=0.7, alpha=0.5), autolim=True)
    axes.plot(charts.step, cash * charts.basket, color=TEXT, linewidth=1, linestyle=(0, (4, 3)), label="buy & hold")
    last = charts.equity[-1]
    for color, label, which in ((GREEN, "best", int(last.argmax())), (RED, "worst", int(last.argmin())), (BLUE, "selected", desk)):
        axes.plot(charts.step, charts.equity[:, which], color=color, linewidth=1.4, label=f"{label} {which}")
    in_full(axes)
    # The cash and a little on either side are always in sight: before anybody trades, the axis would show cents.
    axes.update_datalim([(charts.step[0], cash * share) for share in (0.998, 1.002)])
    axes.autoscale_view()
    along_steps(axes, charts.step)
    legend(axes)
    return figure
