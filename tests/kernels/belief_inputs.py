"""Valid inputs of kernels of belief.c."""

from __future__ import annotations

import numpy as np
from draws import Draws
from input_registry import Argument, inputs_of, zeros

from freeagentics.arrays import F32

SIDE, CELLS, READINGS = 32, 1024, 32


def _readings() -> F32:
    """The same for all draws, and of few distinct rows: the table is large, and golden vectors are kept compressed."""
    rows = Draws(0).narrow(0, 1, 61, READINGS)
    rows[:, 0] = 1
    return np.resize(rows, (CELLS, READINGS))


def _transition(draws: Draws) -> F32:
    near = np.abs(np.subtract.outer(np.arange(SIDE), np.arange(SIDE)))
    return np.where(near < 7, np.ldexp(draws.real(0.5, 1, SIDE, SIDE), -2 * near), 0).astype(np.float32)


def _read(beliefs: int) -> list[Argument]:
    """What is read off so many beliefs: regimes, moments, distributions, entropy, and the box of cells that are possible."""
    return [zeros(beliefs, 4), zeros(beliefs, 2), zeros(beliefs, 24), zeros(beliefs), np.zeros(4, dtype=np.int64)]


@inputs_of("belief_likelihood", sizing=(0,))
def _belief_likelihood(draws: Draws) -> list[Argument]:
    assets = draws.one(1, 3)
    zscore = draws.scales(-6, 12, assets).astype(np.float32)
    return [zscore, draws.narrow(-1, 1, SIDE), draws.narrow(0.1, 4, SIDE), -0.98, zeros(assets, CELLS), np.zeros(assets)]


@inputs_of("belief_advance", sizing=(1, 2))
def _belief_advance(draws: Draws) -> list[Argument]:
    rows, assets = draws.one(1, 4), draws.one(1, 3)
    drifts, volatilities = draws.one(1, 9), draws.one(1, 9)
    lies, to = (np.array([draws.one(0, SIDE - drifts + 1), drifts, draws.one(0, SIDE - volatilities + 1), volatilities]) for _ in range(2))
    to = to if draws.one(0, 3) == 0 else np.array([0, SIDE, 0, SIDE])
    block = draws.some(draws.narrow(0.01, 1, rows * assets, drifts, volatilities), 0.5)
    block[:, 0, 0] = 1
    likelihood = draws.scales(-20, 0, assets, CELLS).astype(np.float32)
    changing: list[Argument] = [likelihood, draws.real(-4, 0, assets), draws.narrow(0.9, 1, rows), block, lies]
    tables: list[Argument] = [draws.narrow(0.01, 0.05, SIDE), _transition(draws), _readings()]
    *read, _ = _read(rows * assets)
    box = np.array([SIDE, -1, SIDE, -1, draws.one(0, 2)])
    return [*changing, *tables, 1e-6, to, zeros(rows * assets, to[1], to[3]), zeros(rows * assets), *read, box]


@inputs_of("belief_settle", sizing=(2,))
def _belief_settle(draws: Draws) -> list[Argument]:
    beliefs = draws.one(1, 4)
    cells = draws.some(draws.scales(-24, -3, beliefs, CELLS).astype(np.float32), 0.8)
    cells[:, -1] = 1
    return [_readings(), 1e-6, cells, *_read(beliefs)]


@inputs_of("tail_risk", sizing=(0, 3))
def _tail_risk(draws: Draws) -> list[Argument]:
    points, n = draws.one(2, 25), draws.one(1, 9)
    at = np.sort(draws.narrow(-0.2, 0.2, points))
    below = np.sort(draws.scales(-50, 0, n, points).astype(np.float32), axis=1)
    return [at, below, float(draws.real(0.005, 0.2, 1)[0]), zeros(n), zeros(n)]
