"""Charts over market time, described once: drawn as a figure for every reader, and handed as data to the page's script."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from matplotlib.figure import Figure

from freeagentics.arrays import F64, I64
from freeagentics.report.charts.axes import caption, days, decimate, end_labels, fitting, market_time, minimal_axes, numbers, percents
from freeagentics.report.charts.figure import DASHES, MUTED, PALETTE, WIDTH, new_figure
from freeagentics.report.page.html import Html

MOST_ROWS = 1200
"""Rows of data that a chart hands to the page."""

_DIGITS = 5
_LEFT, _RIGHT = 0.68, 1.53
"""Inches beside the axes, for numbers and names."""

_NAMES = {placeholder: name for name, placeholder in PALETTE.items()}


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line of values (T,), NaN where it has none; *dash* is a place in `DASHES`."""

    name: str
    values: F64
    colour: str
    dash: int = 0
    width: float = 1.3


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """An area between two lines of values (T,)."""

    low: F64
    high: F64
    colour: str
    opacity: float = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class TimeChart:
    """A chart of lines, over bands, over market time.

    Attributes:
        title: what its values are.
        timestamps: of the values, ms (T,).
        lines: the first drawn lowest.
        bands: below them.
        unit: of the values.
        height: inches.
        width: likewise.
        span: ends of the axis of values, each None where it follows the values.
        zero: whether a line is drawn at zero.
    """

    title: str
    timestamps: I64
    lines: Sequence[Line]
    bands: Sequence[Band] = ()
    unit: Literal["share", "number"] = "share"
    height: float = 2.8
    width: float = WIDTH
    span: tuple[float | None, float | None] = (None, None)
    zero: bool = False

    def figure(self) -> Figure:
        """The chart as a figure."""
        figure = new_figure(self.height, width=self.width, left=_LEFT / self.width, right=1 - _RIGHT / self.width, top=0.25)
        axes, when = figure.subplots(), days(self.timestamps)
        minimal_axes(axes)
        rows = self._rows()
        for band in self.bands:
            axes.fill_between(when[rows], band.low[rows], band.high[rows], color=band.colour, alpha=band.opacity, linewidth=0)
        if self.zero:
            axes.axhline(0, color=MUTED, linewidth=0.8)
        for line in self.lines:
            axes.plot(when[rows], line.values[rows], color=line.colour, linewidth=line.width, linestyle=DASHES[line.dash])
        low, high = axes.get_ylim()
        axes.set_ylim(low if self.span[0] is None else self.span[0], high if self.span[1] is None else self.span[1])
        if self.unit == "share":
            percents(axes)
        else:
            numbers(axes, fitting(np.array(axes.get_ylim())))
        caption(axes, self.title)
        market_time(axes, self.timestamps)
        end_labels(axes, [(_last(line.values), line.name, line.colour) for line in self.lines if np.isfinite(line.values).any()])
        return figure

    def data(self) -> Html:
        """The chart as the page's script reads it: an element that no browser shows."""
        rows = self._rows()
        told: dict[str, Any] = {
            "title": self.title,
            "unit": self.unit,
            "height": round(self.height * 90),
            "span": self.span,
            "zero": self.zero,
            "time": (self.timestamps[rows] // 1000).tolist(),
            "lines": [
                {
                    "name": line.name,
                    "colour": _NAMES[line.colour],
                    "dash": line.dash,
                    "width": line.width,
                    "values": _told(line.values[rows]),
                }
                for line in self.lines
            ],
            "bands": [
                {"colour": _NAMES[band.colour], "opacity": band.opacity, "low": _told(band.low[rows]), "high": _told(band.high[rows])}
                for band in self.bands
            ],
        }
        # No name in a run can end the element.
        text = json.dumps(told, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
        return Html(f'<script type="application/json" class="chart-data">{text}</script>')

    def _rows(self) -> I64:
        """Places that stand for all, (n,)."""
        drawn = [line.values for line in self.lines] + [side for band in self.bands for side in (band.low, band.high)]
        least, most = drawn[0], drawn[0]
        for values in drawn[1:]:
            least, most = np.fmin(least, values), np.fmax(most, values)
        return decimate(least, most, MOST_ROWS)


def _last(values: F64) -> float:
    return float(values[np.isfinite(values)][-1])


def _told(values: F64) -> list[float | None]:
    return [float(f"{value:.{_DIGITS}g}") if np.isfinite(value) else None for value in values.tolist()]
