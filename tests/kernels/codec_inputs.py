"""Valid inputs of kernels of codec.c, for small nets that know nothing."""

from __future__ import annotations

import numpy as np
from draws import Draws
from input_registry import Argument, inputs_of, zeros

from freeagentics.arrays import F64, AnyArray

FEATURES, CONTEXTS, BLOCK, OUTPUTS, PROB_SCALE = 48, 48, 8, 3, 4096
PREDICTED = np.array([3, 10, 7, 40, 11])
"""Features with a prediction, in their order."""

STAGES, HIDDEN, QUANTA = [2, 1, 2], 5, 3
MARKET, BOOKS, COLUMNS = 6, 3, 7
"""Columns of the observation and of the book, and how many of them the nets see."""

SYMBOLS = 2 * QUANTA + 3


def _padded(count: int) -> int:
    return count + -count % BLOCK


def _features(draws: Draws) -> list[Argument]:
    """Constants of all features: ranges, scales, steps; where they are copied from, on a lattice, coded."""
    low, high, center = draws.whole(-4, 0, FEATURES), draws.whole(1, 5, FEATURES), draws.whole(-2, 2, FEATURES) / 4
    scale, step = np.full(FEATURES, 256.0), np.ldexp(1.0, draws.whole(2, 6, FEATURES))
    allowed = draws.whole(100, 900, FEATURES)
    numbers = np.stack([low, high, center, scale, step, (low - center) * scale, (high - center) * scale, allowed])
    coded = np.isin(np.arange(FEATURES), PREDICTED).astype(np.int64)
    copied_from = np.where(coded == 1, -1, draws.whole(-1, MARKET + BOOKS, FEATURES))
    return [numbers.astype(np.float64), np.stack([copied_from, draws.bits(FEATURES).astype(np.int64), coded])]


def _nets(draws: Draws) -> F64:
    """Rows (inputs and a bias) of units and outputs, then rows (hidden) of outputs, for each stage; all whole numbers."""
    sizes, first = [], 0
    for count in STAGES:
        outputs = _padded(OUTPUTS * count)
        sizes.append((COLUMNS + first + 1) * (_padded(HIDDEN) + outputs) + HIDDEN * outputs)
        first += count
    return draws.whole(-900, 900, sum(sizes)).astype(np.float64)


def _before(draws: Draws) -> AnyArray:
    """For each symbol of each context of each feature, frequencies of those before it."""
    share = draws.whole(1, 50, len(PREDICTED), CONTEXTS, SYMBOLS)
    frequency = 1 + share * (PROB_SCALE - SYMBOLS) // share.sum(axis=-1, keepdims=True)
    return (np.cumsum(frequency, axis=-1) - frequency).astype(np.uint16)


def _constants(draws: Draws) -> list[Argument]:
    """The first arguments of all kernels of codecs, as `CodecConstants` has them."""
    side = np.stack([draws.whole(-2, 3, COLUMNS), draws.whole(50, 300, COLUMNS)]).astype(np.float64)
    contexts = np.stack([draws.whole(low, high, len(PREDICTED)) for low, high in [(-200, 0), (50, 200)] * 2]).astype(np.float64)
    deterministic = np.array([0, 0, 0, 1, 0])
    places = [PREDICTED, deterministic, np.full(len(PREDICTED), QUANTA), np.arange(len(PREDICTED)) * CONTEXTS * SYMBOLS]
    seen = [side, draws.whole(-1, MARKET + BOOKS, COLUMNS), contexts, np.stack(places), np.array(STAGES)]
    return [*_features(draws), *seen, _nets(draws), _before(draws), HIDDEN, PROB_SCALE - 50]


def _scratch(values: AnyArray) -> list[Argument]:
    """Room to work in: with sums of every asset where all rows see the same, else of one."""
    assets = values.shape[1] if values.ndim == 3 and len(values) == 1 else 1
    inputs, sums = COLUMNS + len(PREDICTED), sum(_padded(HIDDEN) + _padded(OUTPUTS * count) for count in STAGES)
    width = _padded(HIDDEN) + _padded(OUTPUTS * FEATURES)
    return [np.zeros(inputs + width + assets * sums), np.zeros(inputs + HIDDEN + assets, dtype=np.int64)]


def _vectors(draws: Draws, rows: int) -> AnyArray:
    """Feature vectors, some numbers of which are the most common ones, beyond their ranges, or none."""
    quarters = (draws.whole(-20, 20, rows, FEATURES) / 4).astype(np.float32)
    return np.where(draws.bits(rows, FEATURES) == 1, draws.some(quarters, 0.05, np.nan), draws.narrow(-2, 2, rows, FEATURES))


def _shared(draws: Draws, rows: int, assets: int) -> tuple[AnyArray, AnyArray]:
    """Observations (assets, columns), of all rows or of each, and books (rows, books)."""
    alike = [1, rows][draws.one(0, 2)]
    return draws.narrow(-3, 3, alike, assets, MARKET), draws.narrow(-3, 3, rows, BOOKS)


@inputs_of("codec_encode", sizing=(3, 5, 6, 14, 18))
def _codec_encode(draws: Draws) -> list[Argument]:
    rows, assets, longest = draws.one(2, 6), draws.one(1, 4), draws.one(4, 40)
    values, book = _shared(draws, rows, assets)
    given: list[Argument] = [_vectors(draws, rows), values, book, draws.whole(0, assets, rows), assets, MARKET, BOOKS]
    codes, length = np.zeros((rows, longest), dtype=np.uint8), np.zeros(rows, dtype=np.int64)
    found: list[Argument] = [codes, length, zeros(rows, FEATURES), np.zeros((rows, len(PREDICTED)), dtype=np.uint16)]
    return [*_constants(draws), *given, *found, *_scratch(values)]


@inputs_of("codec_decode", sizing=(3, 5, 6, 11, 12))
def _codec_decode(draws: Draws) -> list[Argument]:
    rows, assets, longest = draws.one(2, 6), draws.one(1, 4), draws.one(4, 40)
    codes, length = draws.whole(0, 256, rows, longest).astype(np.uint8), draws.whole(1, longest + 1, rows)
    values, book = _shared(draws, rows, assets)
    given: list[Argument] = [codes, length, values, book, assets, MARKET, BOOKS]
    return [*_constants(draws), *given, zeros(rows, FEATURES), *_scratch(values)]


@inputs_of("codec_quantise", sizing=(3, 5, 6, 21))
def _codec_quantise(draws: Draws) -> list[Argument]:
    rows, predicted = draws.one(1, 6), len(PREDICTED)
    side = draws.narrow(-3, 3, rows, MARKET + BOOKS)
    given: list[Argument] = [_vectors(draws, rows), side, MARKET + BOOKS]
    found: list[Argument] = [np.zeros((rows, width)) for width in (FEATURES, COLUMNS + predicted, *[predicted] * 4)]
    return [*_constants(draws), *given, *found, zeros(rows, FEATURES), np.zeros(rows, dtype=np.uint8), *_scratch(side)]
