"""The exposure panel: exposure and limit of one desk over time, and of all desks now."""

from __future__ import annotations

import numpy as np
import solara
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from freeagentics.visualization.panels.drawing import BLUE, GREY, ORANGE, RED, TEXT, Chart, along_steps, legend, minimal_axes, new_figure
from freeagentics.visualization.snapshot import Charts

MOST_BARS = 25
"""Desks that are drawn side by side: those nearest to their limits, or over them."""


@solara.component
def ExposurePanel(charts: Charts, desk: int) -> None:
    """Draw one desk over time, and all desks now."""
    Chart(exposure_figure(charts, desk), f"Exposure of desk {desk} against its limit, and of all desks now")


def exposure_figure(charts: Charts, desk: int) -> Figure:
    """Draw invested shares of equity and the limits on them."""
    figure = new_figure(4.3, 2.5, left=0.5)
    over_time, now = figure.subplots(1, 2, sharey=True, width_ratios=(1.7, 1), gridspec_kw={"wspace": 0.06})
    for axes in (over_time, now):
        minimal_axes(axes)
    over_time.fill_between(charts.step, charts.exposure[:, desk], color=BLUE, step="pre", alpha=0.4, linewidth=0, label=f"desk {desk}")
    over_time.plot(charts.step, charts.limit[:, desk], color=ORANGE, linewidth=1.3, drawstyle="steps-pre", label="limit")
    over_time.set_ylim(0, 1.02)
    over_time.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    along_steps(over_time, charts.step)
    legend(over_time)
    _draw_now(now, charts)
    return figure


def _draw_now(axes: Axes, charts: Charts) -> None:
    exposure, limit = charts.exposure[-1], charts.limit[-1]
    nearest = np.argsort(np.nan_to_num(limit - exposure, nan=np.inf), kind="stable")[:MOST_BARS]
    shown = np.sort(nearest)
    place = np.arange(len(shown))
    over = exposure[shown] > limit[shown]
    axes.bar(place, exposure[shown], color=np.where(over, RED, GREY), width=0.7, alpha=0.7)
    axes.hlines(limit[shown], place - 0.42, place + 0.42, color=ORANGE, linewidth=1.6)
    # As many labels as there is room for: about a dozen digits.
    every = -(-len(shown) * len(str(shown[-1])) // 12)
    axes.set_xticks(place[::every], shown[::every].tolist())
    axes.set_xlabel("desks now; red: over limit", color=TEXT, fontsize=8)
