"""Performance of series of returns, in the figures of a tear sheet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F64, I64
from freeagentics.clock import DAY_MS

YEAR_MS = 365.25 * DAY_MS


@dataclass(frozen=True, slots=True, eq=False)
class Performance:
    """Figures of K series of returns a bar, (K,) each; NaN where one is not defined.

    Defined as QuantStats defines them (https://github.com/ranaroussi/quantstats), without a risk-free rate.

    Attributes:
        total: compounded return, a share.
        annualised: the same a year.
        volatility: standard deviation a year.
        sharpe: mean over standard deviation, a year.
        sortino: mean over the root mean square of losses, a year.
        max_drawdown: largest fall from the highest worth so far, a share.
        drawdown_bars: bars from the high before that fall until it was made up for, or until the end.
        alpha: mean return, a year, that beta does not explain.
        beta: slope on the benchmark.
        hit_rate: share of gains among bars that gained or lost.
    """

    total: F64
    annualised: F64
    volatility: F64
    sharpe: F64
    sortino: F64
    max_drawdown: F64
    drawdown_bars: I64
    alpha: F64
    beta: F64
    hit_rate: F64

    @property
    def calmar(self) -> F64:
        """Annualised return over the largest drawdown."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.max_drawdown > 0, self.annualised / self.max_drawdown, np.nan)


class ReturnSums:
    """Sums over returns of K series, a bar at a time, beside those of a benchmark."""

    def __init__(self, series: int) -> None:
        self._bars = 0
        self._sum, self._squares, self._losses, self._joint = (np.zeros(series) for _ in range(4))
        self._gained, self._moved = (np.zeros(series, dtype=np.int64) for _ in range(2))
        self._benchmark, self._benchmark_squares = 0.0, 0.0
        self._worth, self._falls = np.ones(series), _Falls(series)

    def update(self, returns: F64, benchmark: float) -> None:
        """Take in the returns of a bar (K,), and that of the benchmark."""
        self._bars += 1
        self._sum += returns
        self._squares += np.square(returns)
        self._losses += np.square(np.minimum(returns, 0))
        self._joint += returns * benchmark
        self._gained += returns > 0
        self._moved += returns != 0
        self._benchmark, self._benchmark_squares = self._benchmark + benchmark, self._benchmark_squares + benchmark**2
        self._worth = self._worth * (1 + returns)
        self._falls.update(self._worth, self._bars)

    def performance(self, bars_a_year: float) -> Performance:
        """Figures of all bars so far."""
        bars, mean, root = self._bars, self._sum / self._bars, np.sqrt(bars_a_year)
        variance, across = self._spread(self._squares, self._sum), self._benchmark_spread()
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            beta = self._spread(self._joint, self._benchmark) / across
            deviation, downside = np.sqrt(_positive(variance)), np.sqrt(_positive(self._losses / bars))
            return Performance(
                total=self._worth - 1,
                annualised=_finite(self._worth ** (bars_a_year / bars) - 1),
                volatility=np.sqrt(np.maximum(variance, 0)) * root,
                sharpe=mean / deviation * root,
                sortino=mean / downside * root,
                max_drawdown=self._falls.deepest,
                drawdown_bars=self._falls.bars,
                alpha=(mean - beta * self._benchmark / bars) * bars_a_year,
                beta=beta,
                hit_rate=self._gained / _positive(self._moved.astype(np.float64)),
            )

    def _spread(self, products: F64, other: F64 | float) -> F64:
        """Sample covariance, from sums of products and of the other factor."""
        return (products - self._sum * other / self._bars) / (self._bars - 1 or np.nan)

    def _benchmark_spread(self) -> float:
        spread = self._benchmark_squares - self._benchmark**2 / self._bars
        return spread / (self._bars - 1) if self._bars > 1 and spread > 0 else float("nan")


class _Falls:
    """Falls from the highest worth so far."""

    def __init__(self, series: int) -> None:
        self.deepest, self._peak = np.zeros(series), np.ones(series)
        self.bars, self._since, self._of_deepest = (np.zeros(series, dtype=np.int64) for _ in range(3))

    def update(self, worth: F64, bar: int) -> None:
        """Take in what the series are worth at a bar."""
        back = worth >= self._peak
        # What has been made up for ends with this bar; the next fall begins with it.
        self.bars = np.where((self._since == self._of_deepest) & (self.deepest > 0), bar - self._since, self.bars)
        self._peak, self._since = np.where(back, worth, self._peak), np.where(back, bar, self._since)
        fall = 1 - worth / self._peak
        deeper = fall > self.deepest
        self.deepest = np.maximum(self.deepest, fall)
        self._of_deepest = np.where(deeper, self._since, self._of_deepest)
        self.bars = np.where(deeper, bar - self._since, self.bars)


def bars_a_year(timestamps: I64) -> float:
    """Bars a year, of a market whose bars closed at these times, ms (T,); NaN of a single one."""
    return float((len(timestamps) - 1) * YEAR_MS / (timestamps[-1] - timestamps[0])) if len(timestamps) > 1 else float("nan")


def performance(returns: F64, benchmark: F64, a_year: float) -> Performance:
    """Figures of series (T, K) beside a benchmark (T,)."""
    sums = ReturnSums(returns.shape[1])
    for row, other in zip(returns, benchmark.tolist(), strict=True):
        sums.update(row, other)
    return sums.performance(a_year)


def _finite(values: F64) -> F64:
    # What a minute's gain would be in a year is beyond all numbers.
    return np.where(np.isfinite(values), values, np.nan)


def _positive(values: F64) -> F64:
    return np.where(values > 0, values, np.nan)
