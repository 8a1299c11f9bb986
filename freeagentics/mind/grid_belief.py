"""The belief of a cohort in the state of the market: a distribution over the grid of its states, for each agent and asset."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from freeagentics.arrays import F32, F64, I64, AnyArray, ArrayState
from freeagentics.kernels import compiled
from freeagentics.mind.grid import DRIFTS, REGIMES, VOLATILITIES, MarketGrid, lasting
from freeagentics.mind.tail_risk import tail_risk
from freeagentics.sharing import scratch

Place = tuple[int, int, int, int]
"""Place of a block on the grid: first drift, drifts, first volatility, volatilities."""

_WHOLE: Place = (0, DRIFTS, 0, VOLATILITIES)

PRUNED = 1e-6
"""Cells of less belief are taken to be impossible until the market moves there: without that no belief would ever be sparse."""


class GridBelief(ArrayState):
    """Exact Bayesian filtering on a `MarketGrid`, by agents that differ in how long they think a drift lasts.

    At rest only the block of cells is kept that somebody in the cohort holds possible, and a cell around it; the whole grid exists for one
    agent at a time, while it is worked on. What roles ask of a belief is read off it cell by cell, and kept beside it (``c/belief.c``).

    Args:
        persistence: probability that a drift lasts another bar, within (0, 1), shape (rows,).
        assets: number of assets; each has a grid of its own.

    Attributes:
        regimes: belief in each regime, (rows, assets, 4), summing to one.
        surprise: minus the log of the density that the last bar's return was given, (rows, assets).
        moments: of the next bar's standardised return, mean and expected square around the drift, (rows, assets, 2).
        below: distribution of the return over the horizon at the grid's `losses`, (rows, assets, 24).
        entropy: of the belief in regimes over its maximum, 0 (sure) to 1 (no idea), (rows, assets).
        block, low: cells at rest, (rows * assets, drifts, volatilities), and where the block begins on the grid, (2,).
        box: bounds of the cells that somebody holds possible: first and last drift, first and last volatility, (4,).
    """

    def __init__(self, grid: MarketGrid, persistence: F32, assets: int) -> None:
        rows = len(persistence)
        self._grid = grid
        self._shape = (rows, assets, DRIFTS, VOLATILITIES)
        self._persistence = persistence.astype(np.float32)
        self._lasting = lasting(self._persistence[:, None], grid.horizon).astype(np.float32)
        # Not state: a checkpoint need not keep what the seed gives again.
        self._persistence.flags.writeable = self._lasting.flags.writeable = False
        self.regimes = np.zeros((rows, assets, len(REGIMES)), dtype=np.float32)
        self.surprise = np.zeros((rows, assets), dtype=np.float32)
        self.moments = np.zeros((rows, assets, 2), dtype=np.float32)
        self.below = np.zeros((rows, assets, len(grid.losses)), dtype=np.float32)
        self.entropy = np.zeros((rows, assets), dtype=np.float32)
        self.block = np.zeros((rows * assets, 0, 0), dtype=np.float32)
        self.low, self.box = np.zeros(2, dtype=np.int64), np.zeros(4, dtype=np.int64)
        self.forget(np.arange(rows))

    def advance(self, zscore: F32) -> None:
        """One bar passes: drift and volatility may move, then the bar's standardised returns (assets,) are evidence."""
        beliefs, likelihood = len(self.block), self._grid.likelihood(zscore)
        # A bar moves the block's edges by a cell or none; where it moves them further the whole grid is worked on.
        place = _wider(_place_of(self.box))
        box = np.array([DRIFTS, -1, VOLATILITIES, -1, 0], dtype=np.int64)
        block = _room(beliefs, place)
        self._advance(likelihood, place, block, box)
        if (done := int(box[4])) < beliefs:
            whole = _room(beliefs, _WHOLE)
            whole[:done] = 0
            _cut(whole, place)[:done] = block[:done]
            self._advance(likelihood, _WHOLE, whole, box)
            scratch.give_back(block)
            place = _place_of(box)
            block = _room(beliefs, place)
            block[:] = _cut(whole, place)
            scratch.give_back(whole)
        scratch.give_back(self.block)
        self.block, self.low, self.box = block, np.array(place[::2]), box[:4].copy()

    def _advance(self, likelihood: tuple[F32, F64], place: Place, block: F32, box: I64) -> None:
        """Advance beliefs into a *block* at this *place*, from the first that is not done: *box* has the bounds of what is possible (4),
        and how many beliefs are done before one leaves the block."""
        grid = self._grid
        compiled.belief_advance(
            *likelihood,
            self._persistence,
            self.block,
            np.array(self._place()),
            grid.drift_prior,
            grid.transition,
            grid.readings,
            PRUNED,
            np.array(place),
            block,
            self.surprise,
            self.regimes,
            self.moments,
            self.below,
            self.entropy,
            box,
        )

    def forget(self, rows: I64) -> None:
        """Rows (indexes) start afresh, for agents that arrive."""
        cells, prior, box = self.cells(), self._grid.prior[None].copy(), np.empty(4, dtype=np.int64)
        fresh = [np.empty_like(array[:1, :1]) for array in (self.regimes, self.moments, self.below, self.entropy)]
        compiled.belief_settle(self._grid.readings, PRUNED, prior, *fresh, box)
        for array, first in zip((self.regimes, self.moments, self.below, self.entropy), fresh, strict=True):
            array[rows] = first[0]
        self.surprise[rows] = 0
        cells[rows] = prior
        if self.block.size:
            box[::2], box[1::2] = np.minimum(box[::2], self.box[::2]), np.maximum(box[1::2], self.box[1::2])
        scratch.give_back(self.block)
        place = _place_of(box)
        self.low, self.box = np.array(place[::2]), box
        self.block = _room(len(self.block), place)
        self.block[:] = _cut(cells.reshape(-1, DRIFTS, VOLATILITIES), place)

    def cells(self) -> F32:
        """The whole belief, (rows, assets, 32, 32) as drift by volatility."""
        cells = np.zeros(self._shape, dtype=np.float32)
        _cut(cells.reshape(-1, DRIFTS, VOLATILITIES), self._place())[:] = self.block
        return cells

    def _place(self) -> Place:
        first_drift, first_volatility = self.low.tolist()
        _, drifts, volatilities = self.block.shape
        return first_drift, drifts, first_volatility, volatilities

    @property
    def persistence(self) -> F32:
        """Probability that a drift lasts another bar, (rows,)."""
        return self._persistence

    def trend(self) -> F32:
        """Expected return over the horizon, in its standard deviations, (rows, assets)."""
        return self.moments[:, :, 0] * self._lasting

    def spread(self) -> F32:
        """Expected standard deviation of the next bar's standardised return, (rows, assets)."""
        return np.sqrt(self.moments[:, :, 1])

    def tail_risk(self, probability: float) -> tuple[F32, F32]:
        """Value-at-risk and expected shortfall, both (rows, assets), in the running volatility over the horizon: the loss that is exceeded
        with this probability, and the mean loss where it is."""
        return tail_risk(self._grid.losses, self.below, probability)

    def load(self, state: Mapping[str, AnyArray]) -> None:
        """Take back what ``state()`` gave. Raises ValueError where it is of another cohort."""
        block, low = state.get("block", self.block), state.get("low", self.low)
        if block.ndim != 3 or len(block) != len(self.block) or low.shape != (2,) or (low < 0).any():
            raise ValueError(f"GridBelief: cells {block.shape} at {low.tolist()} are not of {len(self.block)} beliefs")
        if (low + block.shape[1:] > (DRIFTS, VOLATILITIES)).any():
            raise ValueError(f"GridBelief: cells {block.shape} at {low.tolist()} leave the grid")
        self.block = np.zeros(block.shape, dtype=np.float32)
        super().load(state)


def _place_of(box: I64) -> Place:
    """The place from the first to the last drift and volatility of a box (4 or more)."""
    first_drift, last_drift, first_volatility, last_volatility, *_ = box.tolist()
    return first_drift, last_drift - first_drift + 1, first_volatility, last_volatility - first_volatility + 1


def _wider(place: Place) -> Place:
    """The place with a cell more on each side, as far as the grid goes."""
    first_drift, drifts, first_volatility, volatilities = place
    drift, volatility = max(first_drift - 1, 0), max(first_volatility - 1, 0)
    last_drift, last_volatility = min(first_drift + drifts + 1, DRIFTS), min(first_volatility + volatilities + 1, VOLATILITIES)
    return drift, last_drift - drift, volatility, last_volatility - volatility


def _room(beliefs: int, place: Place) -> F32:
    """A block for this place, its contents undefined."""
    _, drifts, _, volatilities = place
    # All buffers have room for whole grids, so that any block may take the place of any other: pages that nobody touches take no RAM.
    room = scratch.lend(beliefs * DRIFTS * VOLATILITIES)
    return room[: beliefs * drifts * volatilities].reshape(beliefs, drifts, volatilities)


def _cut(cells: F32, place: Place) -> F32:
    """The part of *cells* (n, 32, 32) at this place."""
    drift, drifts, volatility, volatilities = place
    return cells[:, drift : drift + drifts, volatility : volatility + volatilities]
