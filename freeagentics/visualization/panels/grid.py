"""The belief grid: one agent's probabilities of drift and volatility."""

from __future__ import annotations

import numpy as np
import solara
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import FixedLocator, NullLocator

from freeagentics.mind.grid import LARGEST_DRIFT, VOLATILITY_RANGE
from freeagentics.visualization.panels.drawing import BLUE, RULE, TEXT, Chart, new_figure

_SHADES = LinearSegmentedColormap.from_list("belief", [f"{BLUE}00", BLUE])
_LEVELS = (0.1, 0.3, 1, 3, 10)


@solara.component
def GridPanel(cells: tuple[tuple[float, ...], ...]) -> None:
    """Draw the probability of every drift (rows) and volatility (columns) of the first asset, darker where it is larger."""
    figure = new_figure(3.4, 1.9, left=0.5)
    axes = figure.add_axes((0.15, 0.24, 0.83, 0.72))
    belief = np.array(cells)
    low, high = np.log(VOLATILITY_RANGE)
    axes.imshow(
        np.sqrt(belief),
        origin="lower",
        aspect="auto",
        cmap=_SHADES,
        extent=(low, high, -LARGEST_DRIFT, LARGEST_DRIFT),
        interpolation="nearest",
    )
    axes.set_facecolor("none")
    axes.spines[:].set_color(RULE)
    axes.axhline(0, color=RULE, linewidth=0.8)
    axes.axvline(0, color=RULE, linewidth=0.8)
    axes.xaxis.set_major_locator(FixedLocator(np.log(_LEVELS).tolist()))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels([f"{level:g}" for level in _LEVELS])
    axes.tick_params(colors=TEXT, labelsize=7, length=0)
    axes.set_xlabel("volatility / running volatility", color=TEXT, fontsize=7)
    axes.set_ylabel("drift per bar", color=TEXT, fontsize=7)
    drift, volatility = np.unravel_index(belief.argmax(), belief.shape)
    Chart(
        figure, f"Belief over drift and volatility; the most likely cell is {drift}, {volatility} of {belief.shape[0]} by {belief.shape[1]}"
    )
