"""Random numbers with tails, by inversion, alike on every machine."""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F64


def exponential(random: np.random.Generator, shape: int | tuple[int, ...]) -> F64:
    """Exponential variates of mean 1."""
    return -kernels.log(1 - random.random(shape))


def pareto(random: np.random.Generator, tail: float, largest: float, shape: int | tuple[int, ...]) -> F64:
    """Pareto variates from 1 on of tail index *tail*, cut at *largest*."""
    return np.minimum(kernels.exp(exponential(random, shape) / tail), largest)
