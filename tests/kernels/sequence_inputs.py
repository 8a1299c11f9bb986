"""Valid inputs of kernels of sequences.c."""

from __future__ import annotations

import numpy as np
from draws import Draws
from input_registry import Argument, inputs_of, zeros


@inputs_of("sequences_find", sizing=(11,))
def _sequences_find(draws: Draws) -> list[Argument]:
    assets, length, horizon, k = draws.one(1, 4), draws.one(3, 6), draws.one(1, 6), draws.one(1, 9)
    capacity = draws.one(length, 120)
    move = draws.whole(0, 256, assets, capacity).astype(np.uint8)
    result = draws.some(draws.narrow(-3, 3, assets, capacity), 0.2, np.nan)
    now, loud = draws.one(0, 2 * capacity), draws.real(0, length * 8000, 1)[0]
    found = [np.zeros((assets, k), dtype=np.int32), zeros(assets, k), np.zeros(assets, dtype=np.int32)]
    return [move, result, capacity, length, now, horizon, k, float(draws.real(0, 0.9, 1)[0]), float(loud), *found]
