"""Frequency tables, one for every context of every feature."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from freeagentics.arrays import I64
from freeagentics.memory.codec.range_coder import PROB_SCALE, U64
from freeagentics.memory.codec.weights import CodecWeights

SPREADS, COMMONS = 6, 8
"""Contexts of a feature: by how far off its value may be, and by the odds of its most common value."""

EXTRA = 2
"""Symbols of a table beside the quantised differences: the escape, and the most common value."""


class Tables:
    """Frequency tables of a codec, numbered feature by feature and context by context.

    A table's symbols are the quanta -max_quantum to max_quantum, the escape (a bypass number follows), and its feature's
    most common value.

    Attributes:
        first: place of each table's first symbol among all symbols, (tables,).
        cdf: cumulative frequency before each symbol, table after table on one long scale, (symbols,).
        uncommon: share of each table that is not the most common value, (tables,).
    """

    def __init__(self, weights: CodecWeights) -> None:
        contexts = SPREADS * COMMONS
        size = np.repeat(2 * weights.max_quantum + 1 + EXTRA, contexts)
        self.first = np.cumsum(size) - size
        self._frequency = weights.frequency.astype(np.uint64)
        self.cdf = np.cumsum(weights.frequency, dtype=np.int64) - weights.frequency
        bounds = [*self.first[::contexts].tolist(), len(self.cdf)]
        self._here = [slice(start, end) for start, end in itertools.pairwise(bounds)]
        self.uncommon = 1 - weights.frequency[self.first + size - 1] / PROB_SCALE

    def lookup(self, symbols: I64, table: I64) -> tuple[U64, U64]:
        """Cumulative frequencies before symbols (k, n) of tables (k, n), and their own, (k, n)."""
        place = self.first[table] + symbols
        return (self.cdf[place] - table * PROB_SCALE).view(np.uint64), self._frequency[place]

    def search(self, feature: int, values: I64) -> tuple[I64, U64]:
        """Symbols at values (n,) of one feature: their places among all symbols, and their frequencies; both (n,).

        Table number t holds the values from 4096 t on.
        """
        here = self._here[feature]
        place = np.searchsorted(self.cdf[here], values, side="right") + (here.start - 1)
        return place, self._frequency[place]


def integer_frequencies(share: NDArray[np.float64]) -> NDArray[np.uint16]:
    """Shares (symbols,) as frequencies of at least 1 that sum to 4096."""
    spare = PROB_SCALE - len(share)
    exact = share / share.sum() * spare
    counts = np.floor(exact).astype(np.int64)
    missing = spare - int(counts.sum())
    counts[np.argsort(counts - exact, kind="stable")[:missing]] += 1
    return (counts + 1).astype(np.uint16)
