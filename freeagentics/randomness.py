"""Random numbers that depend on what they are for, never on what was drawn before.

Generators are counter-based (Philox 4x64, Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011; numpy's `Philox`): the key
is made of the seed, the purpose and the cohort, the counter's top word is the step. A resumed run restores no generator state.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np


@lru_cache(maxsize=4096)
def _key(seed: int, purpose: str, cohort: int) -> tuple[int, int]:
    digest = hashlib.sha256(f"{seed}/{purpose}/{cohort}".encode()).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:16], "little")


def generator(seed: int, purpose: str, *, cohort: int = 0, step: int = 0) -> np.random.Generator:
    """The generator of one purpose, cohort and step: the same draws whenever and wherever it is built.

    A generator of one step has 2**192 counter values before it would meet that of the next.
    """
    key = np.array(_key(seed, purpose, cohort), dtype=np.uint64)
    counter = np.array([0, 0, 0, step], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=counter))
