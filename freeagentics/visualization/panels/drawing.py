"""Drawing of charts: colours, axes without a box, and a figure as an image that needs nothing from outside."""

from __future__ import annotations

import base64
import io

import numpy as np
import solara
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from freeagentics.amounts import decimals_apart
from freeagentics.arrays import I64

BLUE, ORANGE, GREEN, RED, GREY = "#3d85e0", "#d9822b", "#1f9d6b", "#d64545", "#8a94a0"
TEXT, RULE = "#7d8791", "#80808040"
"""Colours that are readable on light and on dark alike: the browser does not always tell which of them it shows."""

DOTS_PER_INCH = 150
"""Resolution: sharp at twice the panel's size, for screens with dense pixels."""

FEWEST_STEPS = 20
"""Steps that a chart has room for when it begins."""


def new_figure(width: float, height: float, *, left: float = 0.62) -> Figure:
    """An empty, see-through figure, sizes and the left margin in inches. Not of pyplot, which keeps every figure in a global list."""
    figure = Figure(figsize=(width, height), facecolor="none")
    # Fixed margins: fitting them anew takes as long as drawing, and the axes would jump about as numbers grow.
    figure.subplots_adjust(left / width, 0.4 / height, 1 - 0.08 / width, 1 - 0.28 / height)
    return figure


def minimal_axes(axes: Axes) -> None:
    """Draw no box, a faint grid along y, and small labels."""
    axes.set_facecolor("none")
    axes.spines[:].set_visible(False)
    axes.grid(axis="y", color=RULE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=TEXT, labelsize=8, length=0)


def along_steps(axes: Axes, step: I64) -> None:
    """Draw steps (T,) along x, whole ones, with room for the first few: one alone would be stretched over all the width."""
    first, width = int(step[0]), max(int(step[-1] - step[0]), FEWEST_STEPS)
    axes.set_xlim(first - width / 60, first + width + width / 60)
    axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
    axes.set_xlabel("step", color=TEXT, fontsize=8)


def in_full(axes: Axes) -> None:
    """Draw prices or money along y, with as many digits as tell its ticks from each other."""
    formatter = FuncFormatter(lambda value, _: f"{value:,.{decimals_apart(float(np.ptp(axes.get_ylim())))}f}")
    axes.yaxis.set_major_formatter(formatter)


def legend(axes: Axes) -> None:
    """Draw the legend in a row above the axes."""
    looks = {"frameon": False, "fontsize": 8, "labelcolor": TEXT, "handlelength": 1.2, "borderaxespad": 0.2, "columnspacing": 1.1}
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4, **looks)


@solara.component
def Chart(figure: Figure, alt: str) -> None:
    """A figure as wide as its panel; *alt* is its text for those who do not see it."""
    png = io.BytesIO()
    # PNG, not SVG: hundreds of fills would be hundreds of kilobytes of paths. Little compression: it travels within the machine.
    figure.savefig(png, format="png", dpi=DOTS_PER_INCH, pil_kwargs={"compress_level": 1})
    source = f"data:image/png;base64,{base64.b64encode(png.getvalue()).decode()}"
    solara.HTML(tag="img", attributes={"src": source, "alt": alt}, style="width: 100%; display: block")
