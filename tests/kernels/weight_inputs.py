"""Valid inputs of kernels of weights.c and effects.c."""

from __future__ import annotations

import numpy as np
from draws import Draws
from input_registry import Argument, inputs_of, zeros

from freeagentics.arrays import F32


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


@inputs_of("effects_learn", sizing=(0, 3, 7))
def _effects_learn(draws: Draws) -> list[Argument]:
    rows, slots, size, bins = draws.one(1, 6), draws.one(1, 4), draws.one(1, 9), draws.one(1, 9)
    keys = draws.whole(0, 256, rows, slots, size).astype(np.uint8)
    told: list[Argument] = [keys, draws.one(0, slots), draws.narrow(-6, 6, rows), draws.bits(rows), bins]
    return [*told, 0.125, 4.0, draws.narrow(0, 9, rows, size, bins), draws.narrow(-2, 2, rows, size, bins)]


@inputs_of("effects_judge", sizing=(2, 6))
def _effects_judge(draws: Draws) -> list[Argument]:
    rows, size, bins = draws.one(1, 6), draws.one(1, 9), draws.one(1, 9)
    count = draws.some(draws.narrow(0, 50, rows, size, bins), 0.2)
    known: list[Argument] = [count, count * draws.narrow(-1, 1, rows, size, bins), _noise(draws, rows), bins]
    return [*known, -4.0, 0.02, zeros(rows, size)]
