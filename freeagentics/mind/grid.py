"""The grid of market states that agents believe in: drift by volatility, with all tables that a filter over it needs.

A bar's return, in units of the running volatility, is Student t around drift * sigma with scale sigma. Drift is a Sharpe ratio per bar: it
lasts, and now and then is drawn anew; the log of sigma reverts to its mean (a discrete stochastic-volatility model; Taylor, "Modelling
financial time series", 1986). Both move independently, so that the transition over all cells is a Kronecker product, applied factor by
factor. The constants were fitted once, by the log score over hourly bitcoin bars; the tests of calibration hold them to other bars.
"""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F32, F64, contiguous
from freeagentics.sharing import parameters

DRIFTS = VOLATILITIES = 32
CELLS = DRIFTS * VOLATILITIES
LARGEST_DRIFT = 0.5
DRIFT_SPREAD = 0.12
VOLATILITY_RANGE = (0.1, 12.0)
VOLATILITY_CENTRE, VOLATILITY_KEPT, VOLATILITY_STEP = -0.12, 0.93, 0.2
"""Of the log of sigma: its mean, the share of its distance from there that is left after a bar, and its standard deviation per bar."""
DOF = 6
"""Degrees of freedom; the kernel of the filter has them written in."""
LEAST_TRANSITION = 1e-20
"""Less leaves no trace in a sum, but for numbers so small that processors take many times as long over each."""
USUAL_PERSISTENCE = 0.965

REGIMES = ("bull", "bear", "calm", "turbulent")
BULL, BEAR, CALM, TURBULENT = range(len(REGIMES))
REGIME_DRIFT, REGIME_VOLATILITY = 0.05, 1.5
"""A market is turbulent from this sigma on; else a bull or a bear from this drift on, up or down; else calm."""

_LOSSES = np.append(-kernels.exp(np.linspace(kernels.log(15.0), kernels.log(0.02), 23)), 0.0)
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
        readings: what a belief is asked, one column a question, (1024, 32): `total`, `regime`, `moments`, `below` are its columns; the last
            is padding.
        log_density: log of the density of a return of 0 where drift is 0 and sigma 1.
        losses: at which `below` gives the predictive distribution over the horizon, (24,).
        regime_transition: transition between regimes over the horizon, in the long run, (4, 4) from row to column.
        regime_returns: mean and variance of the standardised return over the horizon in each regime, (4, 2).
    """

    total, regime, moments, below = 0, slice(1, 5), slice(5, 7), slice(7, 7 + len(_LOSSES))

    def __init__(self, horizon: int) -> None:
        drift = np.linspace(-LARGEST_DRIFT, LARGEST_DRIFT, DRIFTS)
        lowest, highest = VOLATILITY_RANGE
        level = np.linspace(kernels.log(lowest), kernels.log(highest), VOLATILITIES)
        sigma, prior = kernels.exp(level), _normal(drift, 0, DRIFT_SPREAD)
        transition = _normal(level[None], VOLATILITY_CENTRE + VOLATILITY_KEPT * (level[:, None] - VOLATILITY_CENTRE), VOLATILITY_STEP)
        settled = prior[:, None] * _power(transition, 500)[0]
        self.horizon = horizon
        self.losses = parameters.share(_LOSSES.astype(np.float32))
        self.drift, self.sigma = _shared(drift), _shared(sigma)
        self.drift_prior = _shared(prior)
        self.transition = _shared(np.where(transition < LEAST_TRANSITION, 0, transition))
        self.prior = _shared(settled)
        self.readings = _shared(_readings(drift, sigma, transition, horizon))
        self.regime_transition, self.regime_returns = _regimes(settled, self.readings, transition, horizon)
        # Of gamma(7/2) / (gamma(3) sqrt(6 pi)) pi is gone.
        self.log_density = kernels.log(15 / (16 * np.sqrt(float(DOF))))
        self._last_likelihood = (b"", np.zeros((0, CELLS), dtype=np.float32), np.zeros(0))

    def likelihood(self, zscore: F32) -> tuple[F32, F64]:
        """Density of a bar's standardised returns (assets,) in each cell over the largest, (assets, 1024), and the log of that, (assets,).

        The last bar's are kept: all cohorts ask for the same.
        """
        given = contiguous(zscore, dtype=np.float32)
        key, likelihood, peak = self._last_likelihood
        if key != given.tobytes():
            likelihood, peak = np.empty((len(given), CELLS), dtype=np.float32), np.empty(len(given))
            kernels.compiled.belief_likelihood(given, self.drift, self.sigma, self.log_density, likelihood, peak)
            # One assignment: another thread sees the old one or the new one.
            self._last_likelihood = (given.tobytes(), likelihood, peak)
        return likelihood, peak


def _shared(table: F64) -> F32:
    return parameters.share(table.astype(np.float32))


def _normal(at: F64, mean: F64 | float, spread: float) -> F64:
    """Weights of a normal distribution on grid points, summing to one along the last axis."""
    weight = kernels.exp(-0.5 * np.square((at - mean) / spread))
    return weight / kernels.total(weight)[..., None]


def _power(matrix: F64, exponent: int) -> F64:
    """A square matrix to a whole power, by squaring."""
    result, square = np.eye(len(matrix)), matrix
    while exponent:
        if exponent & 1:
            result = kernels.product(result, square)
        square, exponent = kernels.product(square, square), exponent >> 1
    return result


def _readings(drift: F64, sigma: F64, transition: F64, horizon: int) -> F64:
    cells = (DRIFTS, VOLATILITIES)
    trending, turbulent = np.broadcast_to(drift[:, None], cells), np.broadcast_to(sigma >= REGIME_VOLATILITY, cells)
    bull, bear = (trending > REGIME_DRIFT) & ~turbulent, (trending < -REGIME_DRIFT) & ~turbulent
    regimes = [bull, bear, ~(bull | bear | turbulent), turbulent]
    variance = np.broadcast_to(np.square(sigma) * DOF / (DOF - 2), cells)
    predictive = np.moveaxis(_predictive(drift, sigma, transition, horizon), 2, 0)
    columns = [np.ones(cells), *regimes, drift[:, None] * sigma, variance, *predictive, np.zeros(cells)]
    return np.stack([np.asarray(column, dtype=np.float64).ravel() for column in columns], axis=1)


def _predictive(drift: F64, sigma: F64, transition: F64, horizon: int) -> F64:
    """Distribution of the return over the horizon, over its length's root, at `_LOSSES`, given today's cell: (32, 32, 24).

    Sigma is taken as it will be in the middle of the horizon. The sum of its returns is Student t again, with the degrees of freedom that
    give it the sum's variance and kurtosis.
    """
    dof = 4 + (DOF - 4) * horizon
    scale = np.sqrt(DOF / (DOF - 2) * (dof - 2) / dof)
    standard = (_LOSSES - drift[:, None, None] * lasting(USUAL_PERSISTENCE, horizon) * sigma[:, None]) / (sigma[:, None] * scale)
    ahead = _power(transition, max(horizon // 2, 1))
    below = _student_t(standard, dof)
    return np.stack([kernels.product(ahead, np.ascontiguousarray(here)) for here in below])


def _student_t(at: F64, dof: int) -> F64:
    """Distribution function of Student's t with an even number of degrees of freedom: a finite sum (Abramowitz & Stegun, 1964, 26.7.4)."""
    square = dof / (dof + np.square(at))
    term, series = np.ones_like(at), np.ones_like(at)
    for place in range(1, dof // 2):
        term = term * square * ((2 * place - 1) / (2 * place))
        series = series + term
    return 0.5 + 0.5 * (at / np.sqrt(dof + np.square(at))) * series


def _regimes(prior: F64, readings: F32, transition: F64, horizon: int) -> tuple[F64, F64]:
    """Statistics of regimes that the cells imply, in the long run: transitions (4, 4), and means and variances of returns (4, 2)."""
    regime = readings[:, MarketGrid.regime].astype(np.float64)
    within = prior.reshape(-1, 1) * regime
    within /= kernels.total(within, axis=0)
    cells = within.T.reshape(-1, VOLATILITIES)
    kept = _power(np.full((1, 1), USUAL_PERSISTENCE), horizon)[0, 0]
    moved = kernels.product(cells, _power(transition, horizon)).reshape(-1, DRIFTS, VOLATILITIES)
    drawn = kernels.total(prior)[:, None] * kernels.total(moved, axis=1)[:, None]
    moved = kept * moved + (1 - kept) * drawn
    mean, variance = kernels.product(readings[:, MarketGrid.moments].T.astype(np.float64), within)
    return kernels.product(moved.reshape(-1, CELLS), regime), np.stack([mean * lasting(USUAL_PERSISTENCE, horizon), variance], axis=1)


def lasting(persistence: F32 | float, horizon: int) -> F64:
    """The sum of a drift of one over the horizon, over the root of its length: bar by bar, less of it is left."""
    left = sum_ = np.asarray(persistence, dtype=np.float64)
    for _ in range(1, horizon):
        left = left * persistence
        sum_ = sum_ + left
    return sum_ / np.sqrt(horizon)
