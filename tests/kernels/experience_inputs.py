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


@inputs_of("experience_action", sizing=(3, 11, 12))
def _experience_action(draws: Draws) -> list[Argument]:
    rows, assets = draws.one(1, 6), draws.one(1, 4)
    bet: list[Argument] = [draws.whole(0, 4, rows).astype(np.uint8), draws.narrow(-2, 2, rows, assets), draws.whole(0, assets, rows)]
    told: list[Argument] = [draws.narrow(0, 1, rows), draws.narrow(0, 1, rows), draws.bits(rows), draws.whole(0, 4, rows).astype(np.int32)]
    recalled: list[Argument] = [draws.narrow(0, 1, rows), draws.narrow(-2, 2, rows)]
    states = draws.narrow(-1, 9, rows, FEATURES)
    return [np.arange(30, 38), 5, *bet, *told, *recalled, states, np.zeros(rows, dtype=np.uint8)]


@inputs_of("experience_sources", sizing=(0, 1, 2, 3, 6))
def _experience_sources(draws: Draws) -> list[Argument]:
    rows, assets, columns, sources, count = draws.one(1, 6), draws.one(1, 4), draws.one(1, 9), draws.one(1, 4), draws.one(1, 8)
    shown: list[Argument] = [draws.bits(rows, sources), draws.narrow(-2, 2, assets, columns), draws.whole(0, assets, rows)]
    places: list[Argument] = [draws.whole(-1, sources, count), draws.whole(-1, columns, count), np.arange(count) + 7]
    return [*shown, *places, zeros(rows, FEATURES), columns]


@inputs_of("history_record", sizing=(0, 2))
def _history_record(draws: Draws) -> list[Argument]:
    rows = draws.one(2, 7)
    bits = draws.whole(0, 1 << 18, rows if draws.one(0, 2) else 1)
    done: list[Argument] = [draws.whole(0, 4, rows).astype(np.uint8), draws.narrow(-1, 2, rows), bits]
    return [*done, draws.whole(0, 300, rows).astype(np.int32), 15, np.zeros((rows, 5), dtype=np.uint8)]
