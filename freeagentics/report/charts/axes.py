"""What all charts share: bare axes, market time, labels at the ends of lines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.ticker import FuncFormatter, MaxNLocator

from freeagentics.arrays import F64, I64
from freeagentics.clock import DAY_MS, HOUR_MS
from freeagentics.report.charts.inks import INK, MUTED, RULE
from freeagentics.report.words import NO_BREAK, number

MOST_POINTS = 1500
"""Points of a line: more than a page is wide would only be slower to draw."""

LABEL_GAP = 12.0
"""Units between labels, so that they never lie over each other."""


def kept(low: F64, high: F64, most: int = MOST_POINTS) -> I64:
    """Places (n,), n <= *most*, that stand for all (T,): of each bucket the least of *low* and the most of *high*, and both ends."""
    steps = len(low)
    if steps <= most:
        return np.arange(steps)
    size = -(-steps // ((most - 2) // 2))
    padding = (0, -steps % size)
    starts = np.arange(0, steps, size)
    lowest = starts + np.pad(np.nan_to_num(low), padding, mode="edge").reshape(-1, size).argmin(axis=1)
    highest = starts + np.pad(np.nan_to_num(high), padding, mode="edge").reshape(-1, size).argmax(axis=1)
    return np.unique(np.minimum(np.concatenate([[0], lowest, highest, [steps - 1]]), steps - 1))


def bare(axes: Axes) -> None:
    """No box, a faint grid along y, small labels."""
    axes.set_facecolor("none")
    axes.spines[:].set_visible(False)
    axes.grid(axis="y", color=RULE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=MUTED, labelcolor=MUTED, labelsize=9, length=0)
    axes.yaxis.set_major_locator(MaxNLocator(5))


def days(timestamps: I64) -> F64:
    """Market time as matplotlib counts it: days since 1970."""
    return timestamps / DAY_MS


def market_time(axes: Axes, timestamps: I64) -> None:
    """Market time along x, from the first step to the last."""
    locator = AutoDateLocator(minticks=4, maxticks=9)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))
    first, last = days(timestamps[[0, -1]])
    axes.set_xlim(first, max(last, first + HOUR_MS / DAY_MS))


def percents(axes: Axes, digits: int = 0) -> None:
    """Shares along y, as per cent."""
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{number(100 * value, digits)}{NO_BREAK}%"))


def numbers(axes: Axes, digits: int = 0) -> None:
    """Numbers along y, thousands marked."""
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, digits)))


def fitting(values: F64) -> int:
    """Digits that ticks over *values* need."""
    span = float(np.ptp(values[np.isfinite(values)])) if np.isfinite(values).any() else 1.0
    return int(np.clip(1 - np.floor(np.log10(max(span, 1e-9))), 0, 8))


def end_labels(axes: Axes, labels: Sequence[tuple[float, str, str]]) -> None:
    """Names at the right of lines: (last value, name, ink) each, moved apart where they would meet."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    height = axes.get_position().height * figure.get_figheight() * 72
    low, high = axes.get_ylim()
    placed: list[float] = []
    ordered = sorted(labels, key=lambda label: label[0])
    for value, _, _ in ordered:
        wanted = (value - low) / (high - low) * height
        placed.append(max(wanted, placed[-1] + LABEL_GAP) if placed else wanted)
    over = max(0.0, placed[-1] - height) if placed else 0.0
    for place in range(len(placed) - 1, -1, -1):
        ceiling = placed[place + 1] - LABEL_GAP if place + 1 < len(placed) else height
        placed[place] = min(placed[place], ceiling) if over else placed[place]
    for (_, name, ink), place in zip(ordered, placed, strict=True):
        axes.annotate(name, (1.0, place / height), (6, 0), "axes fraction", textcoords="offset points", va="center", color=ink)


def caption(axes: Axes, text: str) -> None:
    """A short name above the axes, at their left."""
    axes.set_title(text, loc="left", color=INK, fontsize=9, pad=4)
