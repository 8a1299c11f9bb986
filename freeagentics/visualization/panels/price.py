"""The price panel: close, fills, and signals by kind."""

from __future__ import annotations

import numpy as np
import solara
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from freeagentics.visualization.panels.drawing import BLUE, GREEN, RED, TEXT, Chart, along_steps, in_full, legend, minimal_axes, new_figure
from freeagentics.visualization.signal_text import kind_name
from freeagentics.visualization.snapshot import Charts

SMALLEST, LARGEST = 14, 90
"""Areas of a fill's mark, in square points: from no value to the largest fill in sight."""


@solara.component
def PricePanel(charts: Charts, symbols: tuple[str, ...]) -> None:
    """Draw one symbol, with a choice where the market has several."""
    symbol, choose = solara.use_state(symbols[0])
    if len(symbols) > 1:
        solara.v.Select(label="Symbol", items=list(symbols), v_model=symbol, on_v_model=choose, dense=True, hide_details=True)
    Chart(price_figure(charts, symbols.index(symbol)), f"Price of {symbol} with fills and signals")


def price_figure(charts: Charts, asset: int) -> Figure:
    """Draw price and fills of an asset above, signals of all kinds below."""
    figure = new_figure(7.2, 3.2, left=0.98)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(2.1, 1.2), gridspec_kw={"hspace": 0.08})
    for axes in (above, below):
        minimal_axes(axes)
    above.plot(charts.step, charts.price[:, asset], color=BLUE, linewidth=1.3, label="close, USD")
    in_full(above)
    _draw_fills(above, charts, asset)
    legend(above)
    _draw_signals(below, charts)
    along_steps(below, charts.step)
    return figure


def _draw_fills(axes: Axes, charts: Charts, asset: int) -> None:
    mine = charts.fill_asset == asset
    step, price, traded = charts.fill_step[mine], charts.fill_price[mine], charts.fill_value[mine]
    largest = np.abs(traded).max(initial=1)
    for label, side, marker, color in (("bought", traded > 0, "^", GREEN), ("sold", traded < 0, "v", RED)):
        size = SMALLEST + (LARGEST - SMALLEST) * np.abs(traded[side]) / largest
        axes.scatter(step[side], price[side], s=size, marker=marker, color=color, alpha=0.65, linewidths=0, label=label, zorder=3)


def _draw_signals(axes: Axes, charts: Charts) -> None:
    kinds = charts.signals.shape[1]
    step, kind = np.nonzero(charts.signals)
    size = 6 + 6 * np.sqrt(charts.signals[step, kind])
    axes.scatter(charts.step[step], kind, s=size, color=TEXT, alpha=0.55, linewidths=0)
    axes.set_yticks(range(kinds), [kind_name(kind) for kind in range(kinds)], fontsize=7.5)
    axes.set_ylim(kinds - 0.4, -0.6)
