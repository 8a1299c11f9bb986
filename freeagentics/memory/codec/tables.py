"""Frequency tables, one for every context of every feature."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from freeagentics import kernels
from freeagentics.arrays import F64, I64

PROB_BITS = 12
"""Frequencies of a table sum to 2**12."""

PROB_SCALE = 1 << PROB_BITS

SPREADS, COMMONS = 6, 8
"""Contexts of a feature: by how far off its value may be, and by the odds of its most common value."""

CONTEXTS = SPREADS * COMMONS


def table_sizes(max_quantum: I64) -> I64:
    """Symbols of each feature's tables, (F,): the quanta -max_quantum to max_quantum, the escape (a bypass number follows), and the most
    common value."""
    return 2 * max_quantum + 3


def integer_frequencies(share: F64) -> NDArray[np.uint16]:
    """Shares (symbols,) as frequencies of at least 1 that sum to 4096."""
    spare = PROB_SCALE - len(share)
    exact = share / kernels.total(share) * spare
    counts = np.floor(exact).astype(np.int64)
    missing = spare - int(counts.sum())
    counts[np.argsort(counts - exact, kind="stable")[:missing]] += 1
    return (counts + 1).astype(np.uint16)
