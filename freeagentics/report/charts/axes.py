"""Axes as all charts have them: no box, market time along x, labels at the ends of lines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.ticker import FuncFormatter, MaxNLocator

from freeagentics.amounts import decimals_apart
from freeagentics.arrays import F64, I64
from freeagentics.clock import DAY_MS
from freeagentics.report.charts.figure import MUTED, RULE, TEXT
from freeagentics.report.formatting import number, percent

MOST_POINTS = 1500
"""Points of a line: more than a page is wide would only be slower to draw."""

LABEL_GAP = 12.0
"""Units between labels, so that they never lie over each other."""

_TICKS = ["%Y", "%b", "%d %b", "%H:%M", "%H:%M", "%S.%f"]
_FIRST_TICKS = ["", "%Y", "%b %Y", "%d %b", "%H:%M", "%H:%M"]
"""Formats of ticks at years, months, days, hours, minutes and seconds; and of the first of a larger unit."""


def decimate(low: F64, high: F64, most: int = MOST_POINTS) -> I64:
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


def minimal_axes(axes: Axes) -> None:
    """Draw no box, a faint grid along y, and small labels."""
    axes.set_facecolor("none")
    axes.spines[:].set_visible(False)
    axes.grid(axis="y", color=RULE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=MUTED, labelcolor=MUTED, labelsize=9, length=0)
    axes.yaxis.set_major_locator(MaxNLocator(5))


def days(timestamps: I64) -> F64:
    """Market time as matplotlib counts it: days since 1970."""
    return timestamps / DAY_MS


def market_time(axes: Axes, timestamps: I64, fewest: int = 4) -> None:
    """Draw market time along x, from the first step to the last, with *fewest* ticks or up to twice as many."""
    # With less room than this between fewest and most, matplotlib finds no interval for some spans of time, and warns.
    locator = AutoDateLocator(minticks=fewest, maxticks=2 * fewest + 1)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    formatter = ConciseDateFormatter(locator, formats=_TICKS, zero_formats=_FIRST_TICKS, show_offset=False)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(formatter)
    first, last = timestamps[[0, -1]]
    # A single step: an empty axis would have no room for a tick.
    axes.set_xlim(*days(np.array([first, max(last, first + 1)])))


def percents(axes: Axes) -> None:
    """Draw shares along y as per cent, with the decimals that their ticks have: one at 1.5 that reads 2 would be a wrong scale."""

    def text(value: float, _: int) -> str:
        apart = 100 * np.diff(axes.yaxis.get_majorticklocs()[:2])
        digits = next((digits for digits in range(4) if np.allclose(apart, np.round(apart, digits), atol=1e-9)), 4)
        return percent(value, digits)

    axes.yaxis.set_major_formatter(FuncFormatter(text))


def numbers(axes: Axes, digits: int = 0) -> None:
    """Draw numbers along y, thousands marked."""
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, digits)))


def prices_in(axes: Axes, prices: F64) -> str:
    """Draw prices (T,) along y, and return their unit for a caption: USD per thousand or more where one costs next to nothing."""
    many = 1
    while prices.max() * many < 0.01:
        many *= 1000
    digits = fitting(prices * many)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value * many, digits)))
    return "USD" if many == 1 else f"USD per {many:,}"


def fitting(values: F64) -> int:
    """Digits that ticks over *values* need."""
    known = values[np.isfinite(values)]
    return decimals_apart(float(np.ptp(known))) if known.size else 0


def end_labels(axes: Axes, labels: Sequence[tuple[float, str, str]]) -> None:
    """Names at the right of lines: (last value, name, colour) each, moved apart where they would meet."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    height = axes.get_position().height * figure.get_figheight() * 72
    low, high = axes.get_ylim()
    ordered = sorted(labels, key=lambda label: label[0])
    places = _apart([(value - low) / (high - low) * height for value, _, _ in ordered], height)
    for (_, name, colour), place in zip(ordered, places, strict=True):
        at = (1.0, place / height)
        # A $ in a name is no formula.
        axes.annotate(name, at, (6, 0), "axes fraction", textcoords="offset points", va="center", color=colour, parse_math=False)


def _apart(wanted: list[float], height: float) -> list[float]:
    """Rising places moved up until none is closer than a label to the one below, and then down where the last stands above *height*."""
    placed: list[float] = []
    for place in wanted:
        placed.append(max(place, placed[-1] + LABEL_GAP) if placed else place)
    ceiling = height
    for index in reversed(range(len(placed))):
        placed[index] = min(placed[index], ceiling)
        ceiling = placed[index] - LABEL_GAP
    return placed


def caption(axes: Axes, text: str) -> None:
    """A short name above the axes, at their left."""
    axes.set_title(text, loc="left", color=TEXT, fontsize=9, pad=5, parse_math=False)
