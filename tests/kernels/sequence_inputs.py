"""Valid inputs of kernels of sequences.c."""

from __future__ import annotations

import numpy as np
from draws import Draws
from input_registry import Argument, inputs_of, zeros


@inputs_of("sequences_find", sizing=(9, 10))
def _sequences_find(draws: Draws) -> list[Argument]:
    assets, length, horizon, k = draws.one(1, 4), draws.one(3, 6), draws.one(1, 6), draws.one(1, 9)
    capacity = draws.one(length, 120)
    move = draws.whole(0, 256, assets, capacity).astype(np.uint8)
    result = draws.some(draws.narrow(-3, 3, assets, capacity), 0.2, np.nan)
    now, loud = draws.one(0, 2 * capacity), draws.real(0, length * 8000, 1)[0]
    found: list[Argument] = [np.zeros((assets, k), dtype=np.int32), zeros(assets, k), zeros(assets, k), np.zeros((assets, k))]
    alike: list[Argument] = [float(draws.real(0, 0.9, 1)[0]), float(loud), draws.narrow(0, 1, draws.one(2, 20))]
    return [move, result, capacity, length, now, horizon, k, *alike, *found]


@inputs_of("sequences_words", sizing=(0, 3, 8))
def _sequences_words(draws: Draws) -> list[Argument]:
    rows, assets, k = draws.one(1, 6), draws.one(1, 4), draws.one(1, 17)
    step = draws.whole(-1, 50, assets, k).astype(np.int32)
    found: list[Argument] = [step, draws.narrow(-9, 9, assets, k), draws.real(0, 2, assets, k)]
    return [*found, draws.whole(0, 30, rows).astype(np.int32), 10, 0.5, 0.7, 4.0, zeros(rows, assets)]
