"""Valid inputs of kernels of memory_block.c."""

from __future__ import annotations

import numpy as np
from draws import Draws
from input_registry import Argument, inputs_of, zeros

from freeagentics.arrays import U8, AnyArray
from freeagentics.mesa_memory.memory_block import entry_type


def _memories(draws: Draws, columns: int, *shape: int) -> AnyArray:
    """Memories of three actions and two sets of tags, some without outcome; a fifth of the places is empty."""
    memories = np.zeros(shape, entry_type(columns))
    memories["time"] = draws.whole(0, 200, *shape)
    memories["sequence"] = draws.whole(0, 9, *shape)
    memories["outcome"] = draws.some(draws.narrow(-1, 1, *shape), 0.3, np.nan)
    memories["importance"] = draws.narrow(0, 1, *shape)
    memories["levels"] = draws.whole(0, 256, *shape, columns) // draws.one(1, 99)
    for name, most in (("action", 3), ("tags", 2), ("uses", 4)):
        memories[name] = draws.whole(0, most, *shape)
    memories["evidence"] = np.where(draws.real(0, 1, *shape) < 0.2, 0, draws.whole(1, 65536, *shape))
    return memories


def _bytes(memories: AnyArray) -> U8:
    return memories.reshape(-1).view(np.uint8)


@inputs_of("block_remember", sizing=(0, 1, 2, 5))
def _block_remember(draws: Draws) -> list[Argument]:
    rows, n, columns, ring = draws.one(1, 5), draws.one(1, 40), draws.one(1, 11), draws.one(1, 4)
    memories = _memories(draws, columns, rows, ring + draws.one(1, 40))
    made, remembered = draws.whole(0, 9, rows).astype(np.int32), _memories(draws, columns, n)
    remembered["time"] += 200
    weights, scales = draws.narrow(0, 2 / columns, columns), draws.narrow(0.004, 0.25, columns)
    return [_bytes(memories), made, draws.whole(0, rows, n), _bytes(remembered), draws.bits(columns), weights, scales, ring, 60.0]


@inputs_of("block_find", sizing=(0, 3))
def _block_find(draws: Draws) -> list[Argument]:
    rows, n = draws.one(1, 5), draws.one(1, 9)
    memories = _memories(draws, 2, rows, draws.one(1, 9))
    return [_bytes(memories), memories.itemsize, rows, draws.whole(0, rows, n), draws.whole(0, 9, n), np.zeros(n, np.int64)]


@inputs_of("block_recall", sizing=(0, 2, 5, 7, 8))
def _block_recall(draws: Draws) -> list[Argument]:
    rows, n, columns, k = draws.one(1, 5), draws.one(1, 6), draws.one(1, 11), draws.one(1, 9)
    memories = _memories(draws, columns, rows, draws.one(1, 70))
    levels = draws.whole(0, 256, n, columns).astype(np.uint8)
    asked: list[Argument] = [levels, draws.bits(columns), draws.narrow(0, 2 / columns, columns), draws.narrow(0.004, 0.25, columns)]
    masks: list[Argument] = [draws.bits(3 * draws.one(0, 2)), draws.bits(2 * draws.one(0, 2))]
    found: list[Argument] = [np.zeros((n, k), np.int64), zeros(n, k)]
    return [_bytes(memories), rows, draws.whole(-1, rows, n), *asked, *masks, float(draws.one(0, 100)), 200.0, -2.0, 60.0, k, *found]
