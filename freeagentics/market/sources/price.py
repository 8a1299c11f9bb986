"""Price: what the chart itself tells, free of charge."""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F32, F64
from freeagentics.market.bars import Bars
from freeagentics.market.daily import Daily
from freeagentics.market.running import RunningLag, RunningReturn, RunningVolatility, RunningVolatilityRatio, RunningZscore
from freeagentics.market.source import Source, spread, stack
from freeagentics.market.windows import lagged, log_return, ratio, trailing_zscore, volatility

TREND_BARS = 24
VOLUME_BARS = 168


class PriceSource(Source):
    """Returns, volatility, trend and volume.

    Columns: ``return_1`` and ``return_24``, log returns of the close over 1 and 24 bars; ``volatility``, exponentially weighted standard
    deviation of ``return_1`` per bar, half-life 24 bars; ``volatility_ratio``, that of half-life 12 over that of 168; ``trend`` (the
    direction: trends are believed to go on), tanh(return_24 / (volatility * sqrt(24))); ``range``, (high - low) / close; ``volume_score``,
    z-score of log volume over the trailing 168 bars, within 4; ``gap``, bars missing just before this one; ``zscore``, return_1 over the
    volatility of the bar before, within 8.
    """

    name = "price"
    columns = (
        "price.return_1",
        "price.return_24",
        "price.volatility",
        "price.volatility_ratio",
        "price.trend",
        "price.range",
        "price.volume_score",
        "price.gap",
        "price.zscore",
    )
    direction = "price.trend"

    def missing(self, bars: Bars, daily: Daily | None) -> tuple[str, ...]:
        """Nothing ever: every file of bars has what it takes."""
        return ()

    def compute(self, bars: Bars, daily: Daily | None) -> F32:
        """Float32 (T, A, 9)."""
        last, long = log_return(bars.close, 1), log_return(bars.close, TREND_BARS)
        usual = volatility(last, 24)
        return stack(
            [
                last,
                long,
                usual,
                ratio(volatility(last, 12), volatility(last, 168)),
                _trend(long, usual),
                _range(bars),
                np.clip(trailing_zscore(_log_volume(bars), VOLUME_BARS), -4, 4),
                spread(np.diff(bars.timestamps, prepend=bars.timestamps[0] - bars.interval_ms) / bars.interval_ms - 1, bars),
                _zscore(last, lagged(usual, 1)),
            ]
        )


def _log_volume(bars: Bars) -> F64:
    return kernels.log(np.where(bars.volume > 0, bars.volume, np.nan))


def _trend(long: F64, usual: F64) -> F64:
    return kernels.tanh(ratio(long, usual * np.sqrt(TREND_BARS)))


def _range(bars: Bars) -> F64:
    return (bars.high - bars.low) / bars.close


def _zscore(last: F64, usual_before: F64) -> F64:
    return np.clip(ratio(last, usual_before), -8, 8)


class PriceFollower:
    """Figures of `PriceSource`, bar by bar."""

    def __init__(self, assets: int) -> None:
        self._last, self._long = RunningReturn(1, assets), RunningReturn(TREND_BARS, assets)
        self._usual, self._usual_before = RunningVolatility(24, assets), RunningLag(1, assets)
        self._ratio = RunningVolatilityRatio(12, 168, assets)
        self._volume = RunningZscore(VOLUME_BARS, assets)

    def add(self, bars: Bars) -> F32:
        """The row of the last bar, float32 (A, 9)."""
        bar = bars.rows(len(bars) - 1, len(bars))
        gap = np.diff(bars.timestamps[-2:], prepend=bars.timestamps[-1] - bars.interval_ms)[-1] / bars.interval_ms - 1
        logs = kernels.log(bar.close)[0]
        last, long = self._last.add(logs), self._long.add(logs)
        usual = self._usual.add(last)
        return stack(
            [
                last,
                long,
                usual,
                self._ratio.add(last),
                _trend(long, usual),
                _range(bar)[0],
                np.clip(self._volume.add(_log_volume(bar)[0]), -4, 4),
                np.full(len(logs), gap),
                _zscore(last, self._usual_before.add(usual)),
            ]
        )
