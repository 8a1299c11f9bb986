"""Price paths without any drift."""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F64
from freeagentics.market.synthetic.noise import persistent
from freeagentics.randomness import generator, normal

SUBSTEPS = 4

_DEGREES_OF_FREEDOM = 4
_LOG_VOLATILITY_SD = 0.45
_HALF_LIFE = 30
_SHARED = 0.6
_LARGEST_MOVE = 0.08


def volatility_path(seed: int, level: F64, assets: int) -> F64:
    """Standard deviation of each bar's return, (T, A): *level* (T, 1) times a persistent log-normal factor of mean square 1.

    This is stochastic volatility (Taylor, "Modelling Financial Time Series", 1986): it clusters, and does not depend on past returns.
    """
    wobble = persistent(seed, "volatility", (len(level), assets), _HALF_LIFE)
    return np.asarray(level * kernels.exp(_LOG_VOLATILITY_SD * wobble - _LOG_VOLATILITY_SD * _LOG_VOLATILITY_SD))


def log_paths(seed: int, volatility: F64) -> F64:
    """Log price relative to the bar's open after each of its 4 sub-steps, (T, 4, A).

    A bar's return is Student t with 4 degrees of freedom, as a normal one whose variance is drawn per bar and asset. Sub-steps are simple
    returns, symmetric around zero whatever came before, so the price is a martingale: the mean *simple* return is zero given the past
    (the mean log return is then a little below). Assets share 60 % of the normal part's variance.
    """
    bars, assets = volatility.shape
    own = normal(generator(seed, "market/returns"), (bars, SUBSTEPS, assets))
    common = normal(generator(seed, "market/common-returns"), (bars, SUBSTEPS, 1))
    # Chi-square with four degrees of freedom is twice the sum of two exponential variates.
    uniform = 1 - generator(seed, "market/tails").random((bars, assets, _DEGREES_OF_FREEDOM // 2))
    tails = -2 * kernels.log(uniform[:, :, 0] * uniform[:, :, 1])
    scale = volatility * np.sqrt((_DEGREES_OF_FREEDOM - 2) / tails / SUBSTEPS)
    moves = scale[:, None, :] * (np.sqrt(_SHARED) * common + np.sqrt(1 - _SHARED) * own)
    return np.cumsum(kernels.log1p(np.clip(moves, -_LARGEST_MOVE, _LARGEST_MOVE)), axis=1)
