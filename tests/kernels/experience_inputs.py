"""Valid inputs of kernels of experience.c."""

from __future__ import annotations

import numpy as np
from draws import Draws
from input_registry import Argument, inputs_of, zeros

KINDS, PLACES, FEATURES = 7, 23, 48


@inputs_of("experience_situation", sizing=(0, 1, 2, 4, 23))
def _experience_situation(draws: Draws) -> list[Argument]:
    rows, assets, desks, books = draws.one(1, 5), draws.one(1, 4), draws.one(1, 4), draws.one(1, 6)
    n = rows * assets
    below = np.sort(draws.scales(-50, 0, n, 24).astype(np.float32), axis=1)
    seat: list[Argument] = [draws.whole(0, desks, rows).astype(np.int32), draws.whole(0, assets, rows)]
    market: list[Argument] = [draws.narrow(0, 1, assets) for _ in range(4)]
    belief: list[Argument] = [draws.narrow(0, 1, n, 4), draws.narrow(0, 1, n), draws.narrow(-1, 9, n), draws.narrow(0, 2, n, 2), below]
    heard: list[Argument] = [draws.narrow(-1, 1, rows, KINDS, assets), draws.whole(150, 250, rows, KINDS)]
    heard += [draws.whole(0, 9, rows).astype(np.int32), draws.whole(0, 4, rows).astype(np.uint8), draws.narrow(0, 1, rows)]
    known: list[Argument] = [np.arange(FEATURES - PLACES, FEATURES), 200, 2.83, 0.05]
    told: list[Argument] = [draws.narrow(-1, 1, desks, books), np.arange(books)]
    return [*told, *seat, *market, *belief, np.sort(draws.narrow(-5, 0, 24)), *heard, *known, zeros(rows, FEATURES)]
