"""Prices, with net buying and selling of the desks, and signals by kind."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import offset_copy

from freeagentics.arrays import F64
from freeagentics.report.charts.axes import caption, days, decimate, end_labels, fitting, market_time, minimal_axes, numbers, prices_in
from freeagentics.report.charts.figure import BLUE, GREEN, MUTED, ORANGE, RED, TEXT, new_figure
from freeagentics.report.charts.strip import ROW, draw_strip, kinds_sent
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import percent, price

MOST_LINES = 40
"""Assets that get a line of their own: more are a smear."""

MOST_PANELS = 12
COLUMNS = 4
_LARGEST, _SMALLEST = 60.0, 9.0
"""Area of the marks, square units."""

_AWAY = 8
"""Units between a mark and the price."""


def draw_price(facts: Facts) -> Figure:
    """The price of the only asset with its trades, and the signals below."""
    axes, figure = _over_strip(facts)
    _draw_line(axes, facts, 0, 1500)
    draw_trades(axes, facts, 0)
    caption(axes, f"{facts.context.symbols[0]}, {prices_in(axes, facts.prices[:, 0])}")
    last = float(facts.prices[-1, 0])
    end_labels(axes, [(last, price(last), TEXT)])
    _key(axes)
    return figure


def draw_indexed(facts: Facts) -> Figure:
    """Indexed prices, first close 1, with the equal-weight basket, and the signals below."""
    axes, figure = _over_strip(facts)
    when, indexed = days(facts.context.timestamps), facts.prices / facts.prices[0]
    last, symbols = indexed[-1], facts.context.symbols
    best, worst = int(last.argmax()), int(last.argmin())
    most = max(100, 6000 // indexed.shape[1])
    if len(symbols) <= MOST_LINES:
        for asset in set(range(len(symbols))) - {best, worst}:
            rows = decimate(indexed[:, asset], indexed[:, asset], most)
            axes.plot(when[rows], indexed[rows, asset], color=MUTED, linewidth=0.7, alpha=0.6)
    else:
        rows = decimate(indexed.min(axis=1), indexed.max(axis=1))
        axes.fill_between(when[rows], indexed[rows].min(axis=1), indexed[rows].max(axis=1), color=MUTED, alpha=0.25, linewidth=0)
    for asset, colour in ((best, GREEN), (worst, RED)):
        rows = decimate(indexed[:, asset], indexed[:, asset], 600)
        axes.plot(when[rows], indexed[rows, asset], color=colour, linewidth=1.2)
    rows = decimate(facts.basket, facts.basket)
    axes.plot(when[rows], facts.basket[rows], color=TEXT, linewidth=1.8)
    numbers(axes, fitting(indexed))
    caption(axes, "Prices, first close = 1")
    end_labels(
        axes, [(last[best], symbols[best], GREEN), (last[worst], symbols[worst], RED), (facts.basket[-1], "equal-weight basket", TEXT)]
    )
    return figure


def draw_panels(facts: Facts) -> Figure:
    """A small panel for each of the most traded assets, with its trades."""
    assets = most_traded(facts)
    rows = -(-len(assets) // COLUMNS)
    figure = new_figure(0.4 + 1.25 * rows, left=0.05, right=0.995, top=0.28, bottom=0.3)
    figure.subplots_adjust(hspace=0.5, wspace=0.28)
    grid = figure.subplots(rows, COLUMNS, squeeze=False, sharex=True)
    for place, axes in enumerate(grid.flat):
        axes.set_visible(place < len(assets))
    for axes, asset in zip(grid.flat, assets, strict=False):
        _draw_line(axes, facts, asset, 300)
        draw_trades(axes, facts, asset, scale=0.6)
        minimal_axes(axes)
        axes.tick_params(labelsize=7.5)
        axes.locator_params(axis="y", nbins=3)
        unit = prices_in(axes, facts.prices[:, asset]).removeprefix("USD")
        moved = percent(facts.prices[-1, asset] / facts.prices[0, asset] - 1, signed=True)
        caption(axes, f"{facts.context.symbols[asset]}{unit}  {moved}")
        market_time(axes, facts.context.timestamps, 2)
    return figure


def most_traded(facts: Facts) -> list[int]:
    """The assets with the largest turnover, at most twelve, in the order of the market."""
    turnover = (facts.trades.bought + facts.trades.sold).sum(axis=0)
    return sorted(np.argsort(-turnover, kind="stable")[:MOST_PANELS].tolist())


def draw_trades(axes: Axes, facts: Facts, asset: int, scale: float = 1.0) -> None:
    """A mark for each span of time in which more was bought than sold (up, below the price) or less (down,
    above it); its area grows with the difference."""
    trades = facts.trades
    net = trades.bought[:, asset] - trades.sold[:, asset]
    largest = max(float(np.abs(net).max()), 1e-9)
    place = trades.buckets.middles
    for side, marker, colour, away in ((net > 0, "^", BLUE, -1), (net < 0, "v", ORANGE, 1)):
        area = scale * (_SMALLEST + (_LARGEST - _SMALLEST) * np.abs(net[side]) / largest)
        when = days(facts.context.timestamps)[place[side]]
        beside = offset_copy(axes.transData, axes.get_figure(root=True), y=away * _AWAY, units="points")
        at = facts.prices[place[side], asset]
        axes.scatter(when, at, s=area, marker=marker, color=colour, linewidths=0, zorder=3, transform=beside)


def _draw_line(axes: Axes, facts: Facts, asset: int, most: int) -> None:
    closes: F64 = facts.prices[:, asset]
    rows = decimate(closes, closes, most)
    axes.plot(days(facts.context.timestamps)[rows], closes[rows], color=TEXT, linewidth=1)
    # Room for the marks beside the highest and the lowest price.
    axes.margins(y=0.12)


def _over_strip(facts: Facts) -> tuple[Axes, Figure]:
    kinds = len(kinds_sent(facts.signals))
    below = ROW * kinds + 0.1
    figure = new_figure(3.1 + (below if kinds else 0), top=0.25)
    if not kinds:
        axes = figure.subplots()
        minimal_axes(axes)
        market_time(axes, facts.context.timestamps)
        return axes, figure
    axes, strip = figure.subplots(2, 1, sharex=True, height_ratios=[2.8, below])
    figure.subplots_adjust(hspace=0.24)
    minimal_axes(axes)
    draw_strip(strip, facts.context, facts.signals)
    return axes, figure


def _key(axes: Axes) -> None:
    for place, (mark, text, colour) in enumerate((("▲", "net buying", BLUE), ("▼", "net selling", ORANGE))):
        axes.annotate(
            f"{mark} {text}",
            (1.0, 1.0),
            (-90 * place, 6),
            "axes fraction",
            textcoords="offset points",
            ha="right",
            color=colour,
            fontsize=9,
        )
