"""Courses: paths of several bars that are drawn once and come back."""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F64
from freeagentics.randomness import generator, normal


def courses(seed: int, purpose: str, count: int, bars: tuple[int, int], size: float) -> list[F64]:
    """So many paths (bars,) of between two numbers of *bars*, each with a mean of zero and a root mean square of *size*."""
    lengths = generator(seed, f"{purpose}/bars").integers(bars[0], bars[1] + 1, size=count)
    paths = normal(generator(seed, f"{purpose}/paths"), (count, bars[1]))
    return [_scaled(path[:length], size) for path, length in zip(paths, lengths.tolist(), strict=True)]


def _scaled(path: F64, size: float) -> F64:
    path = path - kernels.mean(path)
    return path * (size / np.sqrt(kernels.mean(np.square(path))))
