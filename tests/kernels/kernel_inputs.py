"""Valid inputs of every kernel: what golden vectors are recorded of, and what the tests of calls spoil.

A new kernel needs one small function here, which draws its arguments in their order; arrays that it fills hold zeros, or anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from draws import Draws

from freeagentics.arrays import F32, AnyArray

Argument = AnyArray | int | float
Draw = Callable[[Draws], list[Argument]]


@dataclass(frozen=True)
class KernelInputs:
    """Inputs of a kernel.

    Attributes:
        draw: the arguments of a call, drawn anew.
        sizing: places, from 0 on, of arrays that say by their number of items how much there is to do, so that none is too short.
    """

    draw: Draw
    sizing: frozenset[int]


INPUTS: dict[str, KernelInputs] = {}
"""By the kernel's name."""


def inputs_of(*kernels: str, sizing: tuple[int, ...]) -> Callable[[Draw], Draw]:
    """Declare a function that draws inputs of these *kernels*."""

    def declared(draw: Draw) -> Draw:
        INPUTS.update(dict.fromkeys(kernels, KernelInputs(draw, frozenset(sizing))))
        return draw

    return declared


def narrowed(draw: Draw) -> Draw:
    """The same inputs with arrays in float32."""
    return lambda draws: [value.astype(np.float32) if isinstance(value, np.ndarray) else value for value in draw(draws)]


def zeros(*shape: int) -> F32:
    return np.zeros(shape, dtype=np.float32)


EDGES = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    2.0,
    5e-324,
    -5e-324,
    2.3e-308,
    1.8e308,
    -1.8e308,
    np.inf,
    -np.inf,
    708.5,
    709.5,
    -708.5,
    -745.0,
    1023.5,
    -1021.5,
]
"""Numbers at the ends of formats, functions and their branches. float32 takes the largest for infinite, the smallest for zero."""


@inputs_of("exp", "exp2", "log", "log1p", "tanh", sizing=(0,))
def _elementary(draws: Draws) -> list[Argument]:
    signs = 1.0 - 2.0 * draws.bits(50)
    x = np.concatenate(
        [EDGES, [np.nan], draws.real(-30, 30, 50), draws.real(-1, 1, 50), signs * draws.scales(-60, 10, 50), draws.scales(-1022, 1023, 37)]
    )
    return [x, np.zeros(len(x))]


@inputs_of("exp_f", "exp2_f", "log_f", "log1p_f", "tanh_f", sizing=(0,))
def _elementary_f(draws: Draws) -> list[Argument]:
    with np.errstate(over="ignore"):
        return narrowed(_elementary)(draws)


@inputs_of("normal_quantiles", sizing=(0,))
def _normal_quantiles(draws: Draws) -> list[Argument]:
    lower = draws.scales(-900, -1, 60)
    p = np.concatenate([[0.0, 5e-324, 0.075, 0.5, 0.925, 1.0, -0.5, 1.5, np.nan], draws.real(0, 1, 60), lower, 1 - lower[lower > 2.0**-53]])
    return [p, np.zeros(len(p))]


@inputs_of("sum_rows", sizing=(1,))
def _sum_rows(draws: Draws) -> list[Argument]:
    rows, width = draws.one(1, 6), draws.one(1, 40)
    return [draws.real(-1, 1, rows, width) * draws.scales(-20, 20, rows, width), np.zeros(rows), width]


inputs_of("sum_rows_f", sizing=(1,))(narrowed(_sum_rows))


@inputs_of("sum_middle", sizing=(1,))
def _sum_middle(draws: Draws) -> list[Argument]:
    outer, width, inner = draws.one(1, 4), draws.one(1, 9), draws.one(1, 20)
    return [draws.real(-1, 1, outer, width, inner), np.zeros((outer, inner)), width, inner]


inputs_of("sum_middle_f", sizing=(1,))(narrowed(_sum_middle))


@inputs_of("product", sizing=())
def _product(draws: Draws) -> list[Argument]:
    n, k, m = draws.one(1, 6), draws.one(1, 9), draws.one(1, 20)
    return [draws.real(-1, 1, n, k), draws.real(-1, 1, k, m), np.zeros((n, m)), n, k, m]


@inputs_of("product_f", sizing=())
def _product_f(draws: Draws) -> list[Argument]:
    n, k, m = draws.one(1, 6), draws.one(1, 9), draws.one(1, 40)
    return [draws.narrow(-1, 1, n, k), draws.narrow(-1, 1, k, m), zeros(n, m), n, k, m]


@inputs_of("ewma", sizing=())
def _ewma(draws: Draws) -> list[Argument]:
    bars, assets = draws.one(1, 40), draws.one(1, 4)
    x = np.where(draws.real(0, 1, bars, assets) < 0.2, np.nan, draws.real(-1, 1, bars, assets))
    return [x, np.zeros((bars, assets)), bars, assets, draws.one(0, 2), float(draws.real(0.5, 1, 1)[0])]


@inputs_of("solve", sizing=())
def _solve(draws: Draws) -> list[Argument]:
    n, k = draws.one(1, 4), draws.one(1, 9)
    factor = draws.real(-1, 1, k, k)
    # Not numpy's product, whose last bits depend on the machine.
    gram = sum((np.multiply.outer(column, column) for column in factor), np.eye(k))
    return [gram, draws.real(-1, 1, n, k), n, k, 1e-18]


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
    lies = np.array([draws.one(0, SIDE - drifts + 1), drifts, draws.one(0, SIDE - volatilities + 1), volatilities])
    block = draws.some(draws.narrow(0.01, 1, rows * assets, drifts, volatilities), 0.5)
    block[:, 0, 0] = 1
    likelihood = draws.scales(-20, 0, assets, CELLS).astype(np.float32)
    changing: list[Argument] = [likelihood, draws.real(-4, 0, assets), draws.narrow(0.9, 1, rows), block, lies]
    tables: list[Argument] = [draws.narrow(0.01, 0.05, SIDE), _transition(draws), _readings()]
    return [*changing, *tables, 1e-6, zeros(rows * assets, CELLS), zeros(rows * assets), *_read(rows * assets)]


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


def _evidence(draws: Draws, rows: int, components: int) -> list[F32]:
    """Information, moment, squares and reads (rows, C), some of them of faculties that were never read."""
    shape = rows, components
    squares = draws.some(draws.narrow(0, 50, *shape), 0.2)
    return [squares * draws.narrow(0.01, 0.1, *shape), draws.narrow(-2, 2, *shape) * squares, squares, squares * draws.narrow(1, 3, *shape)]


def _noise(draws: Draws, rows: int) -> F32:
    return draws.narrow(1, 100, rows, 2)


@inputs_of("weights_learn", sizing=(3, 5))
def _weights_learn(draws: Draws) -> list[Argument]:
    rows, components, assets, horizon = draws.one(1, 6), draws.one(1, 5), draws.one(1, 4), draws.one(1, 6)
    said = draws.some(draws.narrow(-3, 3, rows, components, assets), 0.3)
    alike = bool(draws.one(0, 2))
    residual = draws.narrow(-6, 6, rows, assets) if alike else draws.narrow(-6, 6, rows, components, assets)
    told: list[Argument] = [said, residual, draws.narrow(-2, 2, rows, assets)]
    marks: list[Argument] = [draws.bits(rows), draws.bits(rows, components)]
    recent = draws.narrow(0, 2, horizon, rows, components)
    words = draws.narrow(0, 9, rows, components)
    sums: list[Argument] = [recent, *_evidence(draws, rows, components), words, _noise(draws, rows)]
    return [*told, *marks, *sums, components, assets, draws.one(0, horizon), 0.01, 4.0]


@inputs_of("weights_conclude", sizing=(5, 6))
def _weights_conclude(draws: Draws) -> list[Argument]:
    rows, components = draws.one(1, 6), draws.one(1, 5)
    read: list[Argument] = [*_evidence(draws, rows, components), _noise(draws, rows), draws.narrow(-4, 2, components)]
    return [*read, zeros(rows, components), zeros(rows, components), draws.one(0, 2), 0.02, 0.5, 10.0, 0.5]


@inputs_of("weights_around", sizing=(3,))
def _weights_around(draws: Draws) -> list[Argument]:
    rows, components = draws.one(1, 6), draws.one(1, 5)
    information, moment, *_ = _evidence(draws, rows, components)
    return [information, moment, _noise(draws, rows), zeros(rows, components), 1.0, components]


@inputs_of("weights_worth", sizing=(7,))
def _weights_worth(draws: Draws) -> list[Argument]:
    rows, components = draws.one(1, 6), draws.one(1, 5)
    evidence = _evidence(draws, rows, components)
    read: list[Argument] = [*evidence, evidence[3] / 2, draws.narrow(0, 1, rows, components), _noise(draws, rows)]
    return [*read, zeros(rows, components), components, 0.01, 100.0, 0.02, 0.5, 10.0, 0.5, 5.0]


def _memories(draws: Draws, rows: int, slots: int, size: int) -> tuple[AnyArray, AnyArray]:
    """Keys (rows, slots, size) and steps (rows, slots), -1 where there is no memory."""
    step = draws.whole(0, 200, rows, slots)
    step[draws.real(0, 1, rows, slots) < 0.2] = -1
    return draws.whole(0, 256, rows, slots, size).astype(np.uint8), step.astype(np.int32)


@inputs_of("recall_find", sizing=(1, 4, 12))
def _recall_find(draws: Draws) -> list[Argument]:
    rows, slots, size, k = draws.one(1, 5), draws.one(1, 20), draws.one(2, 9), draws.one(1, 4)
    key, step = _memories(draws, rows, slots, size)
    result = draws.some(draws.narrow(-1, 1, rows, slots), 0.2, np.nan)
    result[step < 0] = np.nan
    query = draws.whole(0, 256, rows, size).astype(np.uint8)
    metric = draws.whole(0, 30, draws.one(0, 2) * (rows - 1) + 1, size).astype(np.int32)
    asked: list[Argument] = [key, step, result, draws.narrow(-1, 1, rows, slots), query, metric, k, 200, draws.one(1, 20), 3e-4, 60.0]
    found = [zeros(rows, k) for _ in range(4)]
    return [*asked, zeros(rows, slots), np.zeros((rows, k), dtype=np.int32), *found]


@inputs_of("recall_keep", sizing=(0, 1))
def _recall_keep(draws: Draws) -> list[Argument]:
    rows, ring, size = draws.one(1, 9), draws.one(1, 6), draws.one(1, 9)
    slots = ring + draws.one(1, 6)
    key, step = _memories(draws, rows, slots, size)
    known: list[Argument] = [draws.narrow(0, 2, rows, slots) for _ in range(3)]
    return [key, step, *known, rows, draws.one(0, ring), ring, 200, draws.one(1, 20), 60.0]


@inputs_of("recall_keys", sizing=(0, 1, 4))
def _recall_keys(draws: Draws) -> list[Argument]:
    rows, features, size = draws.one(1, 6), draws.one(1, 9), draws.one(1, 6)
    vectors = draws.some(draws.narrow(-2, 2, rows, features), 0.2, np.nan)
    read: list[Argument] = [draws.whole(0, features, size), draws.narrow(-2, 0, size), draws.narrow(1, 3, size)]
    return [vectors, *read, np.zeros((rows, size), dtype=np.uint8)]


@inputs_of("signals_take", sizing=(0, 2, 9))
def _signals_take(draws: Draws) -> list[Argument]:
    signals, rows, kinds, assets = draws.one(1, 20), draws.one(1, 5), draws.one(3, 5), draws.one(1, 4)

    def state(*shape: int) -> list[Argument]:
        """Data, confidence, number, when it expires, source and step of signals, or of what was heard."""
        whole = [draws.whole(0, 100, *shape), draws.whole(150, 250, *shape)]
        small = [draws.whole(0, 3, *shape).astype(np.int32), draws.whole(0, 100, *shape).astype(np.int32)]
        return [draws.narrow(-1, 1, *shape, assets), draws.narrow(0, 1, *shape), *whole, *small]

    to: list[Argument] = [draws.whole(0, rows, signals), draws.whole(0, kinds, signals).astype(np.uint8)]
    return [*to, *state(signals), *state(rows, kinds), kinds, 0, 1, 200]


@inputs_of("signals_count", sizing=(0, 3))
def _signals_count(draws: Draws) -> list[Argument]:
    signals, rows = draws.one(1, 20), draws.one(1, 5)
    heard: list[Argument] = [draws.whole(0, rows, signals), draws.whole(0, 5, signals).astype(np.uint8), draws.narrow(0, 1, signals)]
    return [*heard, np.zeros(rows, dtype=np.int32), np.zeros(rows, dtype=np.uint8), zeros(rows)]


def drawn(kernel: str, seed: int) -> list[Argument]:
    """Arguments of a call of *kernel*, the same for the same *seed* everywhere."""
    return INPUTS[kernel].draw(Draws(seed))
