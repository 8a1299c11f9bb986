"""The grid of market states that agents believe in: drift by volatility, with all tables that a filter over it needs.

A bar's return, in units of the running volatility, is Student t around drift * sigma with scale sigma. Drift is a Sharpe ratio per bar: it
lasts, and now and then is drawn anew; the log of sigma reverts to its mean (a discrete stochastic-volatility model; Taylor, "Modelling
financial time series", 1986). Both move independently, so that the transition over all cells is a Kronecker product, applied factor by
factor. The constants were fitted once, by the log score over hourly bitcoin bars; the tests of calibration hold them to other bars.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln, stdtr

from freeagentics.arrays import F32, F64
from freeagentics.sharing import parameters

DRIFTS = VOLATILITIES = 32
CELLS = DRIFTS * VOLATILITIES
LARGEST_DRIFT = 0.5
DRIFT_SPREAD = 0.12
VOLATILITY_RANGE = (0.1, 12.0)
VOLATILITY_CENTRE, VOLATILITY_KEPT, VOLATILITY_STEP = -0.12, 0.93, 0.2
"""Of the log of sigma: its mean, the share of its distance from there that is left after a bar, and its standard deviation per bar."""
DOF = 6.0
USUAL_PERSISTENCE = 0.965

REGIMES = ("bull", "bear", "calm", "turbulent")
BULL, BEAR, CALM, TURBULENT = range(len(REGIMES))
REGIME_DRIFT, REGIME_VOLATILITY = 0.05, 1.5
"""A market is turbulent from this sigma on; else a bull or a bear from this drift on, up or down; else calm."""

_LOSSES = np.append(-np.geomspace(15.0, 0.02, 23), 0.0)
"""Returns over the horizon, in standard deviations, at which the predictive distribution is tabulated: its lower half."""


class MarketGrid:
    """The cells and their tables, shared by all cohorts of a run.

    Args:
        horizon: bars over which losses are foreseen.

    Attributes:
        drift: levels, (32,).
        sigma: levels, (32,).
        drift_prior: what a new drift is drawn from, (32,).
        prior: of a cell, (32, 32) as drift by sigma.
        transition: transition of sigma in a bar, (32, 32) from row to column.
        readings: what a belief is asked, one column a question, (1024, Q): `total`, `regime`, `moments`, `below` are its columns.
        losses: at which `below` gives the predictive distribution over the horizon, (24,).
        regime_transition: transition between regimes over the horizon, in the long run, (4, 4) from row to column.
        regime_returns: mean and variance of the standardised return over the horizon in each regime, (4, 2).
    """

    total, regime, moments, below = 0, slice(1, 5), slice(5, 7), slice(7, 7 + len(_LOSSES))

    def __init__(self, horizon: int) -> None:
        drift = np.linspace(-LARGEST_DRIFT, LARGEST_DRIFT, DRIFTS)
        level = np.log(np.geomspace(*VOLATILITY_RANGE, VOLATILITIES))
        prior = _normal(drift, 0, DRIFT_SPREAD)
        transition = _normal(level[None], VOLATILITY_CENTRE + VOLATILITY_KEPT * (level[:, None] - VOLATILITY_CENTRE), VOLATILITY_STEP)
        settled = np.linalg.matrix_power(transition, 500)[0]
        self.horizon = horizon
        self.losses = parameters.share(_LOSSES.astype(np.float32))
        self.drift, self.sigma = _shared(drift), _shared(np.exp(level))
        self.drift_prior, self.transition = _shared(prior), _shared(transition)
        self.prior = _shared(np.outer(prior, settled))
        self.readings = _shared(_readings(drift, np.exp(level), transition, horizon))
        self.regime_transition, self.regime_returns = _regimes(np.outer(prior, settled), self.readings, transition, horizon)
        self._location, self._log_sigma = _shared(np.outer(drift, np.exp(level))), _shared(level)
        self._constant = gammaln((DOF + 1) / 2) - gammaln(DOF / 2) - 0.5 * np.log(np.pi * DOF)

    def log_likelihood(self, zscore: F32) -> F32:
        """Log density of a bar's standardised return (assets,) in each cell: (assets, 32, 32), finite for all that is finite."""
        standard = (np.clip(zscore, -1e3, 1e3)[:, None, None] - self._location) / self.sigma
        return (self._constant - (DOF + 1) / 2 * np.log1p(standard * standard / DOF) - self._log_sigma).astype(np.float32)


def _shared(table: F64) -> F32:
    return parameters.share(table.astype(np.float32))


def _normal(at: F64, mean: F64 | float, spread: float) -> F64:
    """Weights of a normal distribution on grid points, summing to one along the last axis."""
    weight = np.exp(-0.5 * np.square((at - mean) / spread))
    return weight / weight.sum(axis=-1, keepdims=True)


def _readings(drift: F64, sigma: F64, transition: F64, horizon: int) -> F64:
    cells = (DRIFTS, VOLATILITIES)
    trending, turbulent = np.broadcast_to(drift[:, None], cells), np.broadcast_to(sigma >= REGIME_VOLATILITY, cells)
    bull, bear = (trending > REGIME_DRIFT) & ~turbulent, (trending < -REGIME_DRIFT) & ~turbulent
    regimes = [bull, bear, ~(bull | bear | turbulent), turbulent]
    variance = np.broadcast_to(np.square(sigma) * DOF / (DOF - 2), cells)
    predictive = np.moveaxis(_predictive(drift, sigma, transition, horizon), 2, 0)
    columns = [np.ones(cells), *regimes, np.outer(drift, sigma), variance, *predictive]
    return np.stack([np.asarray(column, dtype=np.float64).ravel() for column in columns], axis=1)


def _predictive(drift: F64, sigma: F64, transition: F64, horizon: int) -> F64:
    """Distribution of the return over the horizon, over its length's root, at `_LOSSES`, given today's cell: (32, 32, 24).

    Sigma is taken as it will be in the middle of the horizon. The sum of its returns is Student t again, with the degrees of freedom that
    give it the sum's variance and kurtosis.
    """
    dof = 4 + (DOF - 4) * horizon
    scale = np.sqrt(DOF / (DOF - 2) * (dof - 2) / dof)
    standard = (_LOSSES - drift[:, None, None] * lasting(USUAL_PERSISTENCE, horizon) * sigma[:, None]) / (sigma[:, None] * scale)
    return np.einsum("vw,dwk->dvk", np.linalg.matrix_power(transition, max(horizon // 2, 1)), stdtr(dof, standard))


def _regimes(prior: F64, readings: F32, transition: F64, horizon: int) -> tuple[F64, F64]:
    """Statistics of regimes that the cells imply, in the long run: transitions (4, 4), and means and variances of returns (4, 2)."""
    within = prior.reshape(-1, 1) * readings[:, MarketGrid.regime]
    within /= within.sum(axis=0)
    cells = within.T.reshape(-1, DRIFTS, VOLATILITIES)
    kept = USUAL_PERSISTENCE**horizon
    moved = cells @ np.linalg.matrix_power(transition, horizon)
    moved = kept * moved + (1 - kept) * prior.sum(axis=1)[:, None] * moved.sum(axis=1, keepdims=True)
    mean, variance = (readings[:, MarketGrid.moments].astype(np.float64).T @ within).reshape(2, -1)
    return moved.reshape(len(cells), -1) @ readings[:, MarketGrid.regime], np.stack(
        [mean * lasting(USUAL_PERSISTENCE, horizon), variance], axis=1
    )


def lasting(persistence: F32 | float, horizon: int) -> F64:
    """The sum of a drift of one over the horizon, over the root of its length: bar by bar, less of it is left."""
    bars = np.arange(1, horizon + 1)
    return (np.asarray(persistence, dtype=np.float64)[..., None] ** bars).sum(axis=-1) / np.sqrt(horizon)
