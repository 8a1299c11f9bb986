"""The book: what stands on it at the end of a bar."""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F32, F64
from freeagentics.market.bars import Bars
from freeagentics.market.daily import Daily
from freeagentics.market.running import RunningZscore
from freeagentics.market.source import Source, stack
from freeagentics.market.windows import ratio, trailing_zscore

DEPTH_BARS = 168

_NEEDED = ("spread", "bid_depth", "ask_depth")


class BookSource(Source):
    """Spread and depth of an order book, of bars that were made on one.

    Columns: ``spread``, between the best prices, over the close; ``imbalance`` (the direction: more bids than asks are believed to come
    before a rise), (bids - asks) / (bids + asks) of what stands within a hundredth of the middle; ``depth``, z-score of the log of both
    together over the trailing 168 bars, within 4.
    """

    name = "book"
    columns = ("book.spread", "book.imbalance", "book.depth")
    direction = "book.imbalance"
    default_cost_cents = 20

    def missing(self, bars: Bars, daily: Daily | None) -> tuple[str, ...]:
        """Of spread, bid_depth and ask_depth those that are not there: all, but in a book market."""
        return tuple(name for name in _NEEDED if name not in bars.extras)

    def compute(self, bars: Bars, daily: Daily | None) -> F32:
        """Float32 (T, A, 3)."""
        return stack(_told(bars, np.clip(trailing_zscore(_log_depth(bars), DEPTH_BARS), -4, 4)))


def _told(bars: Bars, score: F64) -> list[F64]:
    """All columns, by the scores of depths of the same bars (T, A)."""
    bids, asks = bars.extras["bid_depth"], bars.extras["ask_depth"]
    return [bars.extras["spread"] / bars.close, ratio(bids - asks, bids + asks), score]


def _log_depth(bars: Bars) -> F64:
    depth = bars.extras["bid_depth"] + bars.extras["ask_depth"]
    return kernels.log(np.where(depth > 0, depth, np.nan))


class BookFollower:
    """Figures of `BookSource`, bar by bar."""

    def __init__(self, assets: int) -> None:
        self._depth = RunningZscore(DEPTH_BARS, assets)

    def add(self, bars: Bars) -> F32:
        """The row of the last bar, float32 (A, 3)."""
        bar = bars.rows(len(bars) - 1, len(bars))
        score = np.clip(self._depth.add(_log_depth(bar)[0]), -4, 4)
        return stack(_told(bar, score[None]))[0]
