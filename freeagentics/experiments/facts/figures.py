"""Figures of a series of bars, by the stylised facts of asset returns (Cont, 2001, doi:10.1080/713665670)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F64
from freeagentics.errors import BadInput
from freeagentics.market import Bars

LEAST_BARS = 500
"""Fewer bars say nothing of sixty-bar returns, or of what is left after fifty bars."""

_EWMA_BARS = 24
_COARSE_BARS = 24
_LEVERAGE_LAGS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A series of n bars of one asset.

    Attributes:
        returns: float64 (n,), log returns of closes.
        volume: float64 (n,), log volume, standing in for none the smallest there is.
    """

    returns: F64
    volume: F64

    @classmethod
    def of(cls, bars: Bars, asset: int = 0) -> Series:
        """The series of an asset. Raises BadInput where there are fewer than `LEAST_BARS` bars, or the price never moves."""
        if len(bars) <= LEAST_BARS:
            raise BadInput(f"{len(bars)} bars of {bars.symbols[asset]}: facts take more than {LEAST_BARS}")
        returns = np.diff(np.log(bars.close[:, asset]))
        if not returns.any():
            raise BadInput(f"{bars.symbols[asset]}: its price never moves, so there are no returns to judge")
        volume = bars.volume[1:, asset]
        least = volume[volume > 0].min() if (volume > 0).any() else 1.0
        return cls(returns, np.log(np.maximum(volume, least)))

    def take(self, rows: np.ndarray) -> Series:
        """The bars with these indexes, in that order."""
        return Series(self.returns[rows], self.volume[rows])

    def __len__(self) -> int:
        return len(self.returns)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes:
        name: short, as tables have it.
        fact: the stylised fact that it is about.
        of: what computes it.
    """

    name: str
    fact: str
    of: Callable[[Series], float]


def measure(series: Series) -> F64:
    """All of `FIGURES` of a series."""
    return np.array([figure.of(series) for figure in FIGURES])


def _autocorrelation(x: F64, lag: int) -> float:
    centred = x - x.mean()
    return float(centred[lag:] @ centred[:-lag] / max(centred @ centred, 1e-300))


def _correlation(x: F64, y: F64) -> float:
    a, b = x - x.mean(), y - y.mean()
    return float(a @ b / max(np.sqrt((a @ a) * (b @ b)), 1e-300))


def _summed(x: F64, bars: int) -> F64:
    whole = len(x) - len(x) % bars
    return x[:whole].reshape(-1, bars).sum(axis=1)


def _moment(x: F64, order: int) -> float:
    centred = x - x.mean()
    return float((centred**order).mean() / max(centred.std() ** order, 1e-300))


def _returns_at(lags: range) -> Callable[[Series], float]:
    return lambda series: float(np.mean([_autocorrelation(series.returns, lag) for lag in lags]))


def _sizes_at(lag: int) -> Callable[[Series], float]:
    return lambda series: _autocorrelation(np.abs(series.returns), lag)


def _volumes_at(lag: int) -> Callable[[Series], float]:
    return lambda series: _autocorrelation(series.volume, lag)


def _kurtosis_over(bars: int) -> Callable[[Series], float]:
    return lambda series: _moment(_summed(series.returns, bars), 4) - 3


def _hill(series: Series) -> float:
    """Tail index of the largest twentieth of absolute returns (Hill, 1975, doi:10.1214/aos/1176343247)."""
    sizes = np.sort(np.abs(series.returns))[::-1]
    count = max(len(sizes) // 20, 2)
    least = max(sizes[count], 1e-300)
    return float(1 / max(np.log(np.maximum(sizes[:count], least) / least).mean(), 1e-9))


def _gain_loss(series: Series) -> float:
    """Log of the largest hundredth of losses over that of gains."""
    low, high = np.quantile(series.returns, [0.01, 0.99])
    return float(np.log(max(-low, 1e-300) / max(high, 1e-300)))


def _fano(series: Series) -> float:
    """Variance over mean of the number of returns among the largest twentieth, in stretches of 50 bars."""
    sizes = np.abs(series.returns)
    counts = _summed((sizes > np.quantile(sizes, 0.95)).astype(np.float64), 50)
    return float(counts.var() / max(counts.mean(), 1e-300))


def _volatility(returns: F64) -> F64:
    """Exponentially weighted deviation up to the bar before, (n,)."""
    kept, level, found = 0.5 ** (1 / _EWMA_BARS), float(np.square(returns).mean()), np.empty(len(returns))
    for row, square in enumerate(np.square(returns).tolist()):
        found[row] = level
        level = kept * level + (1 - kept) * square
    return np.sqrt(np.maximum(found, 1e-300))


def _conditional_kurtosis(series: Series) -> float:
    return _moment(series.returns / _volatility(series.returns), 4) - 3


def _leverage(series: Series) -> float:
    """Mean correlation of a return with the sizes of the ten after it."""
    sizes = np.abs(series.returns)
    return float(np.mean([_correlation(series.returns[:-lag], sizes[lag:]) for lag in range(1, _LEVERAGE_LAGS + 1)]))


def _volume_volatility(series: Series) -> float:
    return _correlation(np.abs(series.returns), series.volume)


def _coarse_to_fine(series: Series) -> float:
    """Correlation of coarse volatility with the fine one after it, less the one before it (Müller et al., 1997,
    doi:10.1016/S0927-5398(97)00007-8): coarse is the absolute return of a day of bars, fine the sum of their absolute returns."""
    coarse = np.abs(_summed(series.returns, _COARSE_BARS))
    fine = _summed(np.abs(series.returns), _COARSE_BARS)
    return _correlation(coarse[:-1], fine[1:]) - _correlation(fine[:-1], coarse[1:])


FIGURES: tuple[Figure, ...] = (
    Figure("autocorrelation 1", "no autocorrelation", _returns_at(range(1, 2))),
    Figure("autocorrelation 2", "no autocorrelation", _returns_at(range(2, 3))),
    Figure("autocorrelation 3-5", "no autocorrelation", _returns_at(range(3, 6))),
    Figure("excess kurtosis", "heavy tails", _kurtosis_over(1)),
    Figure("tail index", "heavy tails", _hill),
    Figure("skewness", "gain/loss asymmetry", lambda series: _moment(series.returns, 3)),
    Figure("losses over gains", "gain/loss asymmetry", _gain_loss),
    Figure("excess kurtosis, 10 bars", "aggregational Gaussianity", _kurtosis_over(10)),
    Figure("excess kurtosis, 60 bars", "aggregational Gaussianity", _kurtosis_over(60)),
    Figure("Fano factor", "intermittency", _fano),
    Figure("size autocorrelation 1", "volatility clustering", _sizes_at(1)),
    Figure("conditional kurtosis", "conditional heavy tails", _conditional_kurtosis),
    Figure("size autocorrelation 10", "slow decay", _sizes_at(10)),
    Figure("size autocorrelation 50", "slow decay", _sizes_at(50)),
    Figure("leverage", "leverage effect", _leverage),
    Figure("size and volume", "volume and volatility", _volume_volatility),
    Figure("volume autocorrelation 1", "volume and volatility", _volumes_at(1)),
    Figure("volume autocorrelation 50", "volume and volatility", _volumes_at(50)),
    Figure("spread of log volume", "volume and volatility", lambda series: float(series.volume.std())),
    Figure("coarse to fine", "asymmetry of time scales", _coarse_to_fine),
)
"""Twenty figures, by fact."""
