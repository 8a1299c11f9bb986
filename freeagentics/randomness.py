"""Random numbers that depend on what they are for, never on what was drawn before.

Generators are counter-based (Philox 4x64, Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011; numpy's `Philox`): the key
is made of the seed, the purpose and the cohort, the counter's top word is the step. A resumed run restores no generator state.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F64, I64
from freeagentics.kernels import compiled

_MOST_EVENTS = 40
"""Poisson variates stop here: of a mean of 2 more come with a chance of 1e-36."""


@lru_cache(maxsize=4096)
def _key(seed: int, purpose: str, cohort: int) -> I64:
    digest = hashlib.sha256(f"{seed}/{purpose}/{cohort}".encode()).digest()
    return np.frombuffer(digest, dtype="<i8", count=2).astype(np.int64)


def generator(seed: int, purpose: str, *, cohort: int = 0, step: int = 0) -> np.random.Generator:
    """The generator of one purpose, cohort and step: the same draws whenever and wherever it is built.

    A generator of one step has 2**192 counter values before it would meet that of the next.
    """
    key = _key(seed, purpose, cohort).view(np.uint64)
    counter = np.array([0, 0, 0, step], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=counter))


def draws(seed: int, purpose: str, shape: tuple[int, ...], *, cohort: int = 0, step: int = 0) -> F64:
    """Uniform variates within [0, 1), the first that `generator` gives of this purpose, cohort and step (``c/random.c``)."""
    drawn = np.empty(shape)
    compiled.uniform_draws(_key(seed, purpose, cohort), step, drawn)
    return drawn


def uniform(random: np.random.Generator, low: float, high: float, shape: int | tuple[int, ...]) -> F64:
    """Uniform variates within [low, high). numpy's own are scaled in one operation on processors that have it, and in two on others."""
    return low + (high - low) * random.random(shape)


def normal(random: np.random.Generator, shape: int | tuple[int, ...]) -> F64:
    """Standard normal variates, by inversion: numpy's own go through logarithms that differ between machines."""
    return kernels.normal_quantiles(random.random(shape) * (1 - 2.0**-52) + 2.0**-53)


def poisson(random: np.random.Generator, mean: float, shape: int | tuple[int, ...]) -> I64:
    """Poisson variates of a small mean, by inversion."""
    count = np.arange(1, _MOST_EVENTS)
    terms = np.cumprod(np.append(kernels.exp(-mean), mean / count))
    found: I64 = np.searchsorted(np.cumsum(terms), random.random(shape), side="right")
    return found
