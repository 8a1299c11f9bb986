"""Valid inputs of kernels of recall.c."""

from __future__ import annotations

import numpy as np
from draws import Draws
from input_registry import Argument, inputs_of, zeros

from freeagentics.arrays import AnyArray


def _memories(draws: Draws, rows: int, slots: int, size: int) -> tuple[AnyArray, AnyArray]:
    """Keys (rows, slots, size) and steps (rows, slots), -1 where there is no memory."""
    step = draws.whole(0, 200, rows, slots)
    step[draws.real(0, 1, rows, slots) < 0.2] = -1
    return draws.whole(0, 256, rows, slots, size).astype(np.uint8), step.astype(np.int32)


@inputs_of("recall_find", sizing=(1, 5, 18))
def _recall_find(draws: Draws) -> list[Argument]:
    many = draws.one(0, 4) == 0
    rows, slots, size, k = draws.one(1, 5), draws.one(257, 400) if many else draws.one(1, 20), draws.one(2, 9), draws.one(1, 4)
    key, step = _memories(draws, rows, slots, size)
    result = draws.some(draws.narrow(-1, 1, rows, slots), 0.2, np.nan)
    result[step < 0] = np.nan
    query = draws.whole(0, 256, rows, size).astype(np.uint8)
    metric = draws.whole(0, 30, draws.one(0, 2) * (rows - 1) + 1, size).astype(np.int32)
    known: list[Argument] = [key, step, draws.narrow(0, 2, rows, slots), result, draws.narrow(-1, 1, rows, slots)]
    by: list[Argument] = [3e-4, 60.0, draws.one(0, 2) * 0.7, draws.one(0, 2) * 1.3]
    uses = draws.whole(0, 5, rows, slots).astype(np.uint16)
    scratch = [zeros(slots + -(-slots // 32)), np.zeros(-(-slots // 32), dtype=np.int32)]
    found = [np.zeros((rows, k), dtype=np.int32), *(zeros(rows, k) for _ in range(4))]
    return [*known, query, metric, k, 200, draws.one(1, 20), *by, draws.one(0, 3), uses, *scratch, *found]


@inputs_of("recall_metric", sizing=(3,))
def _recall_metric(draws: Draws) -> list[Argument]:
    rows, size = draws.one(1, 5), draws.one(1, 30)
    return [draws.narrow(0.1, 2, rows, size), size, 256.0, np.zeros((rows, size), dtype=np.int32)]


@inputs_of("recall_means", sizing=(0, 4))
def _recall_means(draws: Draws) -> list[Argument]:
    rows, k = draws.one(1, 5), draws.one(1, 13)
    recalled: list[Argument] = [draws.some(draws.narrow(0, 1, rows, k), 0.3), draws.narrow(0, 1, rows, k), draws.narrow(-2, 2, rows, k)]
    return [*recalled, 10.0, zeros(rows), zeros(rows)]


@inputs_of("recall_attach", sizing=(0, 5))
def _recall_attach(draws: Draws) -> list[Argument]:
    rows, slots = draws.one(1, 6), draws.one(1, 6)
    outcome: list[Argument] = [draws.narrow(-6, 6, rows), draws.narrow(-2, 2, rows)]
    held: list[Argument] = [draws.narrow(-1, 1, rows, slots) for _ in range(3)]
    return [*outcome, 7, draws.one(0, slots), 4.0, draws.whole(6, 8, rows, slots).astype(np.int32), *held]


@inputs_of("recall_remember", sizing=(0, 1, 3))
def _recall_remember(draws: Draws) -> list[Argument]:
    rows, ring, size = draws.one(1, 9), draws.one(1, 6), draws.one(1, 9)
    slots = ring + draws.one(1, 6)
    key, step = _memories(draws, rows, slots, size)
    known: list[Argument] = [draws.narrow(0, 2, rows, slots) for _ in range(3)]
    uses = draws.whole(0, 5, rows, slots).astype(np.uint16)
    new: list[Argument] = [draws.whole(0, 256, rows, size).astype(np.uint8), draws.narrow(0, 2, rows)]
    return [*new, key, step, *known, uses, draws.one(0, ring), ring, 200, draws.one(1, 20), 60.0]


@inputs_of("recall_keys", sizing=(0, 1, 4))
def _recall_keys(draws: Draws) -> list[Argument]:
    rows, features, size = draws.one(1, 6), draws.one(1, 9), draws.one(1, 6)
    vectors = draws.some(draws.narrow(-2, 2, rows, features), 0.2, np.nan)
    read: list[Argument] = [draws.whole(0, features, size), draws.narrow(-2, 0, size), draws.narrow(1, 3, size)]
    return [vectors, *read, np.zeros((rows, size), dtype=np.uint8)]
