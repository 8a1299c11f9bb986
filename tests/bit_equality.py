"""Equality to the bit."""

from __future__ import annotations

from typing import Any

import numpy as np


def identical(one: Any, other: Any) -> bool:
    """Equal to the bit, and of the same types all the way down."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(identical, one, other))
    if isinstance(one, dict):
        return identical(list(one.items()), list(other.items()))
    if isinstance(one, np.ndarray | np.generic):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    return bool(one == other) if not isinstance(one, float) else np.float64(one).tobytes() == np.float64(other).tobytes()
