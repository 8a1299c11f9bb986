"""Whales: large traders, seen in the size of trades."""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F32, F64
from freeagentics.market.bars import Bars
from freeagentics.market.daily import Daily
from freeagentics.market.running import RunningReturn, RunningZscore
from freeagentics.market.source import Source, stack
from freeagentics.market.windows import log_return, ratio, trailing_zscore

SIZE_BARS = 168
TREND_BARS = 24
MANY_WHALES = 5
WHALES_PER_DEVIATION = 2.5


class WhaleSource(Source):
    """Sizes of trades, their initiators, and the number of whales that makes.

    Columns: ``size_score``, z-score of the log mean trade size (volume / trades) over the trailing 168 bars, within 4; ``imbalance``,
    2 * taker_buy_volume / volume - 1; ``count``, the bars' own whale_count where they have one, otherwise a proxy, max(0, round(2.5 *
    size_score)), so that two standard deviations are five whales; ``drive`` (the direction: many whales are believed to carry a trend on),
    the sign of the 24-bar return times min(1, count / 10) where count is at least 5, otherwise 0.
    """

    name = "whales"
    columns = ("whales.size_score", "whales.imbalance", "whales.count", "whales.drive")
    direction = "whales.drive"
    default_cost_cents = 50

    def missing(self, bars: Bars, daily: Daily | None) -> tuple[str, ...]:
        """Of trades and taker_buy_volume those that are not there, unless there is a whale_count."""
        if "whale_count" in bars.extras:
            return ()
        return tuple(name for name in ("trades", "taker_buy_volume") if name not in bars.extras)

    def compute(self, bars: Bars, daily: Daily | None) -> F32:
        """Float32 (T, A, 4)."""
        if "trades" in bars.extras:
            score = np.clip(trailing_zscore(_log_size(bars), SIZE_BARS), -4, 4)
        else:
            score = np.full(bars.volume.shape, np.nan)
        return stack(_told(score, bars, log_return(bars.close, TREND_BARS)))


def _told(score: F64, bars: Bars, trend: F64) -> list[F64]:
    """All columns, by the scores of sizes and the returns so far of the same bars (T, A)."""
    count = bars.extras.get("whale_count", np.maximum(0, np.round(WHALES_PER_DEVIATION * score)))
    strength = np.where(count >= MANY_WHALES, np.minimum(1, count / 10), 0.0)
    return [score, _imbalance(bars), count, np.sign(trend) * strength]


def _log_size(bars: Bars) -> F64:
    size = ratio(bars.volume, bars.extras["trades"])
    return kernels.log(np.where(size > 0, size, np.nan))


def _imbalance(bars: Bars) -> F64:
    if "taker_buy_volume" not in bars.extras:
        return np.full(bars.volume.shape, np.nan)
    return np.clip(2 * ratio(bars.extras["taker_buy_volume"], bars.volume) - 1, -1, 1)


class WhaleFollower:
    """Figures of `WhaleSource`, bar by bar."""

    def __init__(self, assets: int) -> None:
        self._size, self._trend = RunningZscore(SIZE_BARS, assets), RunningReturn(TREND_BARS, assets)

    def add(self, bars: Bars) -> F32:
        """The row of the last bar, float32 (A, 4)."""
        bar = bars.rows(len(bars) - 1, len(bars))
        trend = self._trend.add(kernels.log(bar.close)[0])
        known = "trades" in bar.extras
        score = np.clip(self._size.add(_log_size(bar)[0]), -4, 4) if known else np.full(len(trend), np.nan)
        return stack(_told(score[None], bar, trend[None]))[0]
