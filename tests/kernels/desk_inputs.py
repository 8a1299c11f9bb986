"""Valid inputs of kernels of desks.c, limits.c and plans.c."""

from __future__ import annotations

import numpy as np
from draws import Draws
from input_registry import Argument, inputs_of, zeros


def _seats(draws: Draws, rows: int, desks: int) -> Argument:
    return draws.whole(0, desks, rows).astype(np.int32)


@inputs_of("accounts_charge", sizing=(0, 2))
def _accounts_charge(draws: Draws) -> list[Argument]:
    charges, desks = draws.one(1, 12), draws.one(1, 4)
    owned: list[Argument] = [draws.whole(0, 900, desks), draws.whole(0, 900, desks)]
    return [_seats(draws, charges, desks), draws.whole(0, 400, charges), *owned, np.zeros(charges, dtype=np.int64)]


@inputs_of("books_close", sizing=(2, 13))
def _books_close(draws: Draws) -> list[Argument]:
    desks, assets = draws.one(1, 5), draws.one(1, 12)
    paid = draws.whole(0, 2, desks, assets) * draws.whole(0, 1 << 40, desks, assets)
    held: list[Argument] = [draws.whole(0, 1 << 40, desks, assets), paid]
    owned: list[Argument] = [draws.whole(0, 1 << 40, desks) for _ in range(8)]
    left: list[Argument] = [draws.narrow(0, 1, desks), zeros(desks, 10), zeros(desks, assets)]
    return [*held, *owned, 10_000_000, *left]


@inputs_of("trades_choose", sizing=(6, 8))
def _trades_choose(draws: Draws) -> list[Argument]:
    rows, assets = draws.one(1, 6), draws.one(1, 12)
    missing: list[Argument] = [draws.narrow(0, 1, rows, assets), draws.narrow(-0.1, 0.1, rows, assets), draws.bits(rows, assets)]
    kept: list[Argument] = [draws.narrow(0, 1, rows), draws.narrow(0, 0.1, rows)]
    who = [draws.whole(1, 3, rows).astype(np.int32), draws.whole(-1, 9, rows).astype(np.int32)]
    return [*missing, *kept, *who, 0.01, np.zeros((rows, assets), dtype=np.uint8)]


@inputs_of("trades_size", sizing=(3, 4, 6))
def _trades_size(draws: Draws) -> list[Argument]:
    rows, desks, assets = draws.one(1, 6), draws.one(1, 4), draws.one(1, 4)
    wanted = draws.some(draws.narrow(0, 1, rows, assets), 0.3)
    owned: list[Argument] = [draws.narrow(0, 1, desks, assets), draws.whole(0, 1 << 40, desks, assets), draws.whole(0, 1 << 40, desks)]
    who: list[Argument] = [_seats(draws, rows, desks), draws.whole(1, 3, rows).astype(np.int32)]
    units: list[Argument] = [draws.whole(1, 1 << 40, assets), np.full(assets, 1e8), np.full(assets, 1e8), 100]
    sized: list[Argument] = [np.zeros((rows, assets), dtype=np.uint8), np.zeros((rows, assets), dtype=np.int64)]
    return [wanted, *owned, *who, *units, *(zeros(rows, assets) for _ in range(3)), *sized]


@inputs_of("limits_find", sizing=(3, 5, 16))
def _limits_find(draws: Draws) -> list[Argument]:
    rows, desks, assets = draws.one(1, 6), draws.one(1, 4), draws.one(1, 12)
    losses: list[Argument] = [draws.narrow(0, 3, rows, assets) for _ in range(3)]
    desk: list[Argument] = [draws.whole(0, 1 << 40, desks), draws.narrow(0, 1, desks), _seats(draws, rows, desks)]
    drawn: list[Argument] = [draws.narrow(0, 0.1, assets), draws.narrow(0.8, 1.2, rows), *desk, draws.narrow(-1, 1, rows)]
    state: list[Argument] = [draws.real(0, 1 << 40, rows), draws.bits(rows), zeros(rows), zeros(6, rows)]
    return [*losses, *drawn, 0.99, 0.95, 0.06, 0.09, 0.2, *state]


@inputs_of("plans_move", sizing=(2, 4, 7))
def _plans_move(draws: Draws) -> list[Argument]:
    rows, assets = draws.one(1, 5), draws.one(1, 9)
    returns = draws.real(-0.1, 0.1, 4, assets)
    outer = sum((np.multiply.outer(row, row) for row in returns), np.eye(assets) * 1e-4)
    views: list[Argument] = [draws.narrow(-2, 2, rows, assets), draws.narrow(0, 0.1, assets)]
    neutral: list[Argument] = [draws.narrow(0, 0.2, rows, assets), draws.narrow(10, 30, rows)]
    room: list[Argument] = [np.zeros(2 * assets * (assets + 1)), zeros(2 * assets)]
    return [outer, *views, *neutral, 0.95, 0.0007, draws.narrow(0, 0.2, rows, assets), *room]


@inputs_of("weights_within", sizing=(1, 2))
def _weights_within(draws: Draws) -> list[Argument]:
    rows, assets = draws.one(1, 6), draws.one(1, 12)
    return [draws.narrow(0, 1, rows, assets), draws.narrow(0, 1, rows), zeros(rows, assets)]
