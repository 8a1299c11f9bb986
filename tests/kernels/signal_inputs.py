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
