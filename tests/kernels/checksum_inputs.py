"""Valid inputs of kernels of checksum.c."""

from __future__ import annotations

import numpy as np
from draws import Draws
from input_registry import Argument, inputs_of


@inputs_of("crc8", sizing=(0, 1))
def _crc8(draws: Draws) -> list[Argument]:
    codes, longest, before = draws.one(1, 6), draws.one(2, 20), draws.one(0, 2)
    length = draws.whole(0, longest + 5, codes)
    return [draws.whole(0, 256, codes, longest).astype(np.uint8), length, before, np.zeros(codes, dtype=np.uint8)]


@inputs_of("crc16", sizing=(0, 1))
def _crc16(draws: Draws) -> list[Argument]:
    codes, longest = draws.one(1, 6), draws.one(1, 20)
    return [draws.whole(0, 256, codes, longest).astype(np.uint8), np.zeros(codes, dtype=np.uint16)]


@inputs_of("codes_join", sizing=(0, 1))
def _codes_join(draws: Draws) -> list[Argument]:
    codes, longest = draws.one(1, 9), draws.one(1, 30)
    length = draws.whole(0, longest + 1, codes)
    halves = length.max() - min(length.min(), 254) <= 15
    room = (codes + 1) // 2 if halves else codes
    data = draws.whole(0, 256, codes, longest).astype(np.uint8)
    return [data, length, 15, np.zeros(room + int(length.sum()), dtype=np.uint8), np.zeros(2, dtype=np.int64)]
