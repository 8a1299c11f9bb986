"""Valid inputs of kernels of numbers.c."""

from __future__ import annotations

import numpy as np
from draws import Draws
from input_registry import Argument, inputs_of, narrowed, zeros

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


@inputs_of("pick", sizing=(0, 2))
def _pick(draws: Draws) -> list[Argument]:
    n, columns = draws.one(1, 9), draws.one(1, 5)
    return [draws.narrow(-1, 1, n, columns), draws.whole(0, columns, n), zeros(n)]


@inputs_of("money_products", sizing=(0, 3))
def _money_products(draws: Draws) -> list[Argument]:
    desks, assets = draws.one(1, 5), draws.one(1, 4)
    price, quantity = draws.whole(0, 1 << 45, assets), draws.whole(-(1 << 45), 1 << 45, desks, assets)
    return [price, quantity, 10**14, np.zeros((desks, assets), dtype=np.int64)]


@inputs_of("uniform_draws", sizing=(2,))
def _uniform_draws(draws: Draws) -> list[Argument]:
    return [draws.whole(-(1 << 61), 1 << 61, 2), draws.one(0, 1 << 40), np.zeros(draws.one(1, 12))]
