"""Valid inputs of kernels of forecasts.c."""

from __future__ import annotations

import numpy as np
from draws import Draws
from input_registry import Argument, inputs_of, zeros


@inputs_of("directions_take", sizing=(0, 1, 4))
def _directions_take(draws: Draws) -> list[Argument]:
    rows, sources, assets, horizon = draws.one(1, 5), draws.one(1, 4), draws.one(1, 4), draws.one(1, 9)
    left = draws.whole(0, horizon + 1, rows, sources, assets).astype(np.uint16)
    said = draws.some(draws.narrow(-1, 1, sources, assets), 0.3)
    return [said, draws.bits(rows, sources), horizon, left, draws.narrow(-1, 1, rows, sources, assets)]


@inputs_of("directions_now", sizing=(3,))
def _directions_now(draws: Draws) -> list[Argument]:
    n, horizon = draws.one(1, 20), draws.one(1, 9)
    return [draws.whole(0, horizon + 1, n).astype(np.uint16), draws.narrow(-1, 1, n), horizon, zeros(n)]


@inputs_of("directions_faded", sizing=(0, 2))
def _directions_faded(draws: Draws) -> list[Argument]:
    rows, assets, horizon = draws.one(1, 9), draws.one(1, 12), draws.one(1, 9)
    return [draws.whole(0, horizon + 1, rows, assets).astype(np.uint16), horizon, zeros(rows)]


@inputs_of("sources_choose", sizing=(2, 4, 6))
def _sources_choose(draws: Draws) -> list[Argument]:
    rows, sources = draws.one(1, 6), draws.one(1, 4)
    drawn = sources + draws.one(0, 3)
    worth: list[Argument] = [draws.narrow(0, 1, rows, 1 + 2 * sources), draws.narrow(0, 1, rows, sources)]
    cost: list[Argument] = [draws.whole(0, 3, sources), draws.real(0, 10, rows)]
    chance: list[Argument] = [draws.real(0, 1, rows, drawn), draws.whole(0, drawn, sources), draws.narrow(0, 1, rows)]
    return [*worth, *cost, *chance, zeros(rows, sources), np.zeros((rows, sources), dtype=np.uint8), np.zeros(rows, dtype=np.uint8)]


@inputs_of("forecasts_add", sizing=(1, 3, 4, 8))
def _forecasts_add(draws: Draws) -> list[Argument]:
    rows, sources, patterns, assets = draws.one(1, 5), draws.one(1, 4), draws.one(1, 4), draws.one(1, 4)
    components = 1 + 2 * sources
    shift = draws.narrow(-1, 1, rows, assets) if draws.one(0, 5) else np.zeros(0, dtype=np.float32)
    heard: list[Argument] = [draws.narrow(-1, 1, rows, assets), draws.narrow(-1, 1, rows, sources, assets)]
    return [
        *heard,
        draws.narrow(-2, 2, rows, components),
        draws.narrow(-1, 1, rows, patterns, assets),
        shift,
        2.0,
        zeros(rows, components + patterns, assets),
        zeros(rows, 2, assets),
        zeros(rows, assets),
        assets,
    ]


@inputs_of("forecasts_left", sizing=(1, 4, 6))
def _forecasts_left(draws: Draws) -> list[Argument]:
    rows, sources, assets = draws.one(1, 5), draws.one(1, 4), draws.one(1, 4)
    components = 1 + 2 * sources
    said: list[Argument] = [draws.narrow(-1, 1, rows, assets), draws.narrow(-1, 1, sources, assets), draws.bits(rows, sources)]
    left: list[Argument] = [zeros(rows, components, assets), zeros(rows, assets), zeros(rows, components, assets)]
    known = np.zeros((rows, components), dtype=np.uint8)
    return [*said, draws.narrow(-1, 1, rows, components), draws.narrow(-3, 3, assets), *left, known]


@inputs_of("forecasts_tell", sizing=(0, 6, 9))
def _forecasts_tell(draws: Draws) -> list[Argument]:
    rows, sources, assets = draws.one(1, 5), draws.one(1, 4), draws.one(1, 4)
    forecast: list[Argument] = [draws.narrow(-2, 2, rows, assets), draws.narrow(-1, 1, rows), draws.whole(0, assets, rows)]
    read: list[Argument] = [draws.narrow(-1, 1, rows, 2, assets), draws.bits(rows, sources), draws.narrow(0, 1, rows, sources)]
    cost: list[Argument] = [draws.whole(0, 300, sources), draws.whole(1, 9, sources), 2.0]
    told: list[Argument] = [zeros(rows), zeros(rows), zeros(6, rows), np.zeros(rows, dtype=np.int64)]
    return [*forecast, *read, *cost, *told, draws.narrow(0, 1, rows, assets)]


@inputs_of("advice_add", sizing=(0, 4, 5))
def _advice_add(draws: Draws) -> list[Argument]:
    rows, advisers, assets = draws.one(1, 5), draws.one(1, 4), draws.one(1, 4)
    heard: list[Argument] = [draws.narrow(-1, 3, rows, advisers), draws.narrow(-2, 2, rows, advisers, assets)]
    return [*heard, 1.5, 2.0, zeros(rows, advisers, assets), zeros(rows, assets)]


@inputs_of("advice_left", sizing=(0, 3, 4, 5))
def _advice_left(draws: Draws) -> list[Argument]:
    rows, advisers, assets = draws.one(1, 5), draws.one(1, 4), draws.one(1, 4)
    said: list[Argument] = [draws.narrow(-1, 3, rows, advisers), 1.5, draws.narrow(-2, 2, rows, advisers, assets)]
    return [*said, draws.narrow(-3, 3, assets), zeros(rows, advisers, assets), zeros(rows, assets)]
