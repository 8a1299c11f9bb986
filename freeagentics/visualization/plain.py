"""Arrays as plain data that JSON can say: what is not finite is None, and no number has more digits than a chart shows."""

from __future__ import annotations

from typing import SupportsFloat

import numpy as np

from freeagentics.arrays import AnyArray

DIGITS = 6
"""Significant digits that are sent."""


def plain(values: AnyArray) -> list[object]:
    """Numbers (...) as nested lists, floats rounded to `DIGITS` significant digits, None for what is not finite."""
    if values.dtype.kind != "f":
        return values.tolist()
    exact = values.astype(np.float64)
    finite = np.isfinite(exact)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        size = np.floor(np.log10(np.abs(exact)))
        scale = 10.0 ** (DIGITS - 1 - np.where(np.isfinite(size), size, 0))
        rounded = np.round(exact * scale) / scale
    sent = np.where(np.isfinite(rounded), rounded, exact).astype(object)
    sent[~finite] = None
    return sent.tolist()


def number(value: SupportsFloat) -> float | None:
    """One number, None where it is not finite."""
    exact = float(value)
    return exact if np.isfinite(exact) else None
