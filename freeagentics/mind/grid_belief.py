"""The belief of a cohort in the state of the market: a distribution over the grid of its states, for each agent and asset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np

from freeagentics.arrays import F32, I64, AnyArray, ArrayState, Mask
from freeagentics.mind.grid import CELLS, DRIFTS, REGIMES, VOLATILITIES, MarketGrid, lasting
from freeagentics.mind.tail_risk import expected_shortfall, value_at_risk
from freeagentics.sharing import scratch

PRUNED = np.float32(1e-6)
"""Cells of less belief are taken to be impossible until the market moves there: without that no belief would ever be sparse."""

_LEAST = np.float32(1e-20)
"""Evidence counts at least this much, relative to where it is strongest: from none at all no belief could lead back."""


class GridBelief(ArrayState):
    """Exact Bayesian filtering on a `MarketGrid`, by agents that differ in how long they think a drift lasts.

    At rest only the block of cells is kept that somebody in the cohort holds possible; the whole grid exists while it is worked on, in
    pooled buffers. What roles ask of a belief is read off in one product and kept beside it.

    Args:
        persistence: probability that a drift lasts another bar, within (0, 1), shape (rows,).
        assets: number of assets; each has a grid of its own.

    Attributes:
        regimes: belief in each regime, (rows, assets, 4), summing to one.
        surprise: minus the log of the density that the last bar's return was given, (rows, assets).
        moments: of the next bar's standardised return, mean and expected square around the drift, (rows, assets, 2).
        below: distribution of the return over the horizon at the grid's `losses`, (rows, assets, 24).
        block, low: cells at rest, (rows * assets, drifts, volatilities), and where the block begins on the grid, (2,).
    """

    def __init__(self, grid: MarketGrid, persistence: F32, assets: int) -> None:
        rows = len(persistence)
        self._grid = grid
        self._shape = (rows, assets, DRIFTS, VOLATILITIES)
        self._persistence = persistence.astype(np.float32)[:, None]
        self._lasting = lasting(self._persistence, grid.horizon).astype(np.float32)
        # Not state: a checkpoint need not keep what the seed gives again.
        self._persistence.flags.writeable = self._lasting.flags.writeable = False
        self.regimes = np.zeros((rows, assets, len(REGIMES)), dtype=np.float32)
        self.surprise = np.zeros((rows, assets), dtype=np.float32)
        self.moments = np.zeros((rows, assets, 2), dtype=np.float32)
        self.below = np.zeros((rows, assets, len(grid.losses)), dtype=np.float32)
        self._take(np.tile(grid.prior, (rows * assets, 1, 1)))

    def advance(self, zscore: F32) -> None:
        """One bar passes: drift and volatility may move, then the bar's standardised returns (assets,) are evidence."""
        log_likelihood = self._grid.log_likelihood(zscore)
        peak = log_likelihood.max(axis=(1, 2), keepdims=True)
        likelihood = np.maximum(np.exp(log_likelihood - peak), _LEAST)
        with self._whole() as cells, scratch.take(cells.shape, np.float32) as moved:
            np.matmul(cells.reshape(-1, VOLATILITIES), self._grid.transition, out=moved.reshape(-1, VOLATILITIES))
            joint, drawn = moved.reshape(self._shape), cells.reshape(self._shape)
            # Of the total only shares count, so what lasts is left as it is, and what is drawn anew is weighed against it.
            share = (1 / self._persistence - 1)[:, :, None] * joint.sum(axis=2)
            np.multiply(share[:, :, None], likelihood * self._grid.drift_prior[:, None], out=drawn)
            joint *= likelihood
            joint += drawn
            density = self._take(moved).reshape(self.surprise.shape) * self._persistence
        self.surprise = -(np.log(density) + peak[:, 0, 0])

    @contextmanager
    def _whole(self) -> Iterator[F32]:
        """All cells, (rows * assets, 32, 32), in a pooled buffer."""
        with scratch.take((len(self.block), DRIFTS, VOLATILITIES), np.float32) as cells:
            cells.fill(0)
            self._of(cells)[:] = self.block
            yield cells

    def _of(self, cells: F32) -> F32:
        """The part of *cells* (n, 32, 32) that the block stands for."""
        (drift, volatility), (_, drifts, volatilities) = self.low, self.block.shape
        return cells[:, drift : drift + drifts, volatility : volatility + volatilities]

    def _take(self, joint: F32, changed: Mask | None = None) -> F32:
        """Prune, normalise, read and keep *joint* (n, 32, 32), overwriting it; returns its totals (n,)."""
        flat = joint.reshape(-1, CELLS)
        total = flat.sum(axis=1)
        possible = flat >= (PRUNED * total)[:, None]
        flat *= possible
        readings = flat @ self._grid.readings
        norm = 1 / readings[:, self._grid.total]
        readings *= norm[:, None]
        flat *= norm[:, None]
        self._read(readings, changed)
        self._pack(joint, possible)
        return total

    def _read(self, readings: F32, changed: Mask | None) -> None:
        grid = self._grid
        by_asset = readings.reshape(*self._shape[:2], -1)
        rows = slice(None) if changed is None else changed
        self.regimes[rows] = by_asset[rows][..., grid.regime]
        self.moments[rows] = by_asset[rows][..., grid.moments]
        self.below[rows] = by_asset[rows][..., grid.below]

    def _pack(self, cells: F32, possible: Mask) -> None:
        anywhere = possible.any(axis=0).reshape(DRIFTS, VOLATILITIES)
        drifts, volatilities = np.flatnonzero(anywhere.any(axis=1)), np.flatnonzero(anywhere.any(axis=0))
        self.low = np.array([drifts[0], volatilities[0]], dtype=np.int64)
        self.block = cells[:, drifts[0] : drifts[-1] + 1, volatilities[0] : volatilities[-1] + 1].copy()

    def forget(self, rows: I64) -> None:
        """Rows (indexes) start afresh, for agents that arrive."""
        fresh = np.zeros(self._shape[0], dtype=np.bool_)
        fresh[rows] = True
        self.surprise[rows] = 0
        with self._whole() as cells:
            cells.reshape(self._shape)[rows] = self._grid.prior
            self._take(cells, fresh)

    def cells(self) -> F32:
        """The whole belief, (rows, assets, 32, 32) as drift by volatility."""
        cells = np.zeros(self._shape, dtype=np.float32)
        self._of(cells.reshape(-1, DRIFTS, VOLATILITIES))[:] = self.block
        return cells

    @property
    def persistence(self) -> F32:
        """Probability that a drift lasts another bar, (rows,)."""
        return self._persistence[:, 0]

    def trend(self) -> F32:
        """Expected return over the horizon, in its standard deviations, (rows, assets)."""
        return self.moments[:, :, 0] * self._lasting

    def spread(self) -> F32:
        """Expected standard deviation of the next bar's standardised return, (rows, assets)."""
        return np.sqrt(self.moments[:, :, 1])

    def entropy(self) -> F32:
        """Entropy of the belief in regimes over its maximum, 0 (sure) to 1 (no idea), (rows, assets)."""
        safe = np.maximum(self.regimes, np.float32(1e-12))
        return -(self.regimes * np.log(safe)).sum(axis=-1) / np.float32(np.log(len(REGIMES)))

    def value_at_risk(self, probability: float) -> F32:
        """Loss over the horizon that is exceeded with this probability, in the running volatility over the horizon, (rows, assets)."""
        return value_at_risk(self._grid.losses, self.below, probability)

    def expected_shortfall(self, probability: float) -> F32:
        """Mean loss over the horizon where value-at-risk is exceeded, in the same unit, (rows, assets)."""
        return expected_shortfall(self._grid.losses, self.below, probability)

    def load(self, state: Mapping[str, AnyArray]) -> None:
        """Take back what ``state()`` gave. Raises ValueError where it is of another cohort."""
        block, low = state.get("block", self.block), state.get("low", self.low)
        if block.ndim != 3 or len(block) != len(self.block) or low.shape != (2,) or (low < 0).any():
            raise ValueError(f"GridBelief: cells {block.shape} at {low.tolist()} are not of {len(self.block)} beliefs")
        if (low + block.shape[1:] > (DRIFTS, VOLATILITIES)).any():
            raise ValueError(f"GridBelief: cells {block.shape} at {low.tolist()} leave the grid")
        self.block = np.zeros(block.shape, dtype=np.float32)
        super().load(state)
