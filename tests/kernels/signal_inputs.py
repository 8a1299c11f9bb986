"""Valid inputs of kernels of signals.c."""

from __future__ import annotations

import numpy as np
from draws import Draws
from input_registry import Argument, inputs_of, zeros


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


@inputs_of("signals_causes", sizing=(4, 8, 9))
def _signals_causes(draws: Draws) -> list[Argument]:
    rows, kinds, asked, count = draws.one(1, 5), draws.one(3, 6), draws.one(1, 5), draws.one(1, 4)
    who = [draws.whole(0, 100, rows, kinds).astype(np.int32) for _ in range(2)]
    heard: list[Argument] = [draws.whole(150, 250, rows, kinds), draws.whole(0, 100, rows, kinds), *who]
    causes: list[Argument] = [np.zeros((rows, count), np.int64), np.zeros(rows, np.int32), np.zeros(rows, np.int32)]
    return [*heard, draws.whole(0, kinds, asked).astype(np.uint8), draws.bits(asked, rows), kinds, 200, *causes]


@inputs_of("signals_due", sizing=(1, 2))
def _signals_due(draws: Draws) -> list[Argument]:
    rows, width = draws.one(1, 9), draws.one(1, 4)
    sent: list[Argument] = [draws.narrow(-1, 1, rows, width), draws.whole(-1, 12, rows).astype(np.int32), draws.whole(-1, 250, rows)]
    return [draws.narrow(-1, 1, rows, width), *sent, 0.5, 12, 14, 100, np.zeros(rows, dtype=np.uint8)]


@inputs_of("signals_latest", sizing=(1, 2))
def _signals_latest(draws: Draws) -> list[Argument]:
    rows, kinds, assets, asked = draws.one(1, 5), draws.one(3, 6), draws.one(1, 4), draws.one(1, 4)
    heard: list[Argument] = [draws.narrow(-1, 1, rows, kinds, assets), draws.whole(150, 250, rows, kinds)]
    return [*heard, draws.whole(0, kinds, asked).astype(np.uint8), kinds, 200, zeros(rows, asked, assets)]
