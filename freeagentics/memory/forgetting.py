"""Forgetting: how much is kept of each long-term memory, so that all of them fit into a budget.

A memory has a *strength*: its importance, what came of it, and how often it was recalled. Its *priority* is the logarithm of that, less
three quarters of the logarithm of its age: need falls as a power of age, and rises with use (Anderson & Schooler, "Reflections of the
environment in memory", 1991, doi:10.1111/j.1467-9280.1991.tb00174.x). A *threshold* then says what each keeps: below it a memory is
dropped, above it the more of its code is kept the higher its priority is, and all of it where it is worth twice as much. With one
threshold for all, the last byte is worth about the same wherever it is spent, as in the best division of a budget (Shoham & Gersho, 1988,
doi:10.1109/29.90373).

All in whole numbers: what is kept is the same on every machine.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from freeagentics.arrays import F64, I64, U8, AnyArray
from freeagentics.kernels import exp2, log

HEAD = 3
"""Bytes that a memory is charged beside its code: importance, strength, length and place. Pages compress them, and take less."""

OCTAVE = 32
"""Priority that says twice the worth. The head of a memory, and what all share, tell about a half of its variance; the error falls with the
bytes of its code, evenly (measured on five scenarios). So these are worth about half as much as the head, and a memory is whole an octave
above where it is dropped."""

LEAST, MOST = -1024, 1023
"""Priorities are between these."""

LOWEST, HIGHEST = LEAST - 255 * OCTAVE, MOST + 1
"""Thresholds that keep everything, and nothing."""

PER_RECALL = 0.25
"""Strength that a recall adds, where importance and outcome add at most one each."""

FADING = 0.75
"""Exponent of age in steps. A memory of yesterday has had no time to be recalled: where age counted less, it was dropped for older ones
that had, and at two thirds of the bytes 95 % of decisions stayed the same instead of 99 %; with one, nothing old lasts."""

_CELLS = (MOST + 1 - LEAST) * 256


def log2(values: AnyArray) -> F64:
    """Binary logarithms, the same bits everywhere."""
    found: F64 = log(np.asarray(values, dtype=np.float64)) / log(2.0)
    return found


def to_strength(worth: F64) -> U8:
    """Worth (n,), from 0 on, as a byte on a logarithmic scale."""
    return np.minimum(np.rint(20 * log2(1 + 255 * worth)), 255).astype(np.uint8)


def worth_of(strength: U8) -> F64:
    """Inverse of `to_strength`, to about 2 %."""
    found: F64 = (exp2(strength.astype(np.float64) / 20) - 1) / 255
    return found


def priorities(strength: U8, age: I64, need: I64) -> I64:
    """Priorities (n,) of memories, from their strength, age in steps, and the *need* of their agents, a priority as well."""
    fading = np.rint(OCTAVE * FADING * log2(1.0 + age)).astype(np.int64)
    return np.clip(strength.astype(np.int64) * OCTAVE // 20 - fading + need, LEAST, MOST)


class CodeSizes(NamedTuple):
    """Sizes of the codes of a cohort, in bytes: the shortest that can be read, and a whole one as they are of late."""

    shortest: int
    whole: int


def kept_lengths(priority: I64, threshold: I64 | int, length: I64, sizes: CodeSizes) -> I64:
    """Bytes that are kept of codes of lengths (n,); 0 where a memory is dropped. To do so again changes nothing."""
    above = priority - threshold
    wanted = np.maximum(sizes.shortest, 1 + above * sizes.whole // OCTAVE)
    return np.where(above < 0, 0, np.minimum(length, wanted))


def charges(length: I64) -> I64:
    """Bytes that memories with codes of lengths (n,) are charged; nothing for those that are dropped."""
    return np.where(length > 0, length + HEAD, 0)


def agent_thresholds(owner: I64, priority: I64, length: I64, sizes: CodeSizes, budget: I64) -> I64:
    """The lowest threshold of each agent (a,) with which its memories take no more than its budget (a,), by bisection.

    Args:
        owner: place of the agent of each memory, (n,).
    """
    low, high = np.full(len(budget), LOWEST), np.full(len(budget), HIGHEST)
    while (high > low).any():
        middle = (low + high) // 2
        cost = charges(kept_lengths(priority, middle[owner], length, sizes))
        fits = np.bincount(owner, cost, len(budget)) <= budget
        low, high = np.where(fits, low, middle + 1), np.where(fits, middle, high)
    return low


class Demand:
    """Memories of a population by priority and length: all that one threshold for them has to know."""

    def __init__(self) -> None:
        self._counts: dict[CodeSizes, I64] = {}

    def add(self, priority: I64, length: I64, sizes: CodeSizes) -> None:
        """Add memories (n,) with codes of these lengths."""
        counts = np.bincount((priority - LEAST) * 256 + length, minlength=_CELLS)
        self._counts[sizes] = self._counts.get(sizes, np.zeros(_CELLS, dtype=np.int64)) + counts

    def bytes(self, threshold: int) -> int:
        """Bytes that all are charged with a threshold."""
        charged = 0
        for sizes, counts in self._counts.items():
            cell = np.flatnonzero(counts)
            kept = kept_lengths(cell // 256 + LEAST, threshold, cell % 256, sizes)
            charged += int(np.cumsum(np.append(0, charges(kept) * counts[cell]))[-1])
        return charged

    def threshold(self, budget: int) -> int:
        """The lowest threshold with which all memories together take no more than a budget, by bisection."""
        low, high = LOWEST, HIGHEST
        while high > low:
            middle = (low + high) // 2
            low, high = (low, middle) if self.bytes(middle) <= budget else (middle + 1, high)
        return low
