"""Real bars to hold others against: windows of those that ship, or of one's own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from freeagentics.arrays import F64
from freeagentics.errors import BadInput
from freeagentics.experiments.facts.figures import LEAST_BARS, Series, measure
from freeagentics.market import load_bars

SHIPPED = ("btcusdt-1h", "btcusdt-15m", "ten-pairs-4h")
LONGEST = 5000
"""Bars of a window, unless what is judged is shorter: figures depend on how many bars there are."""


def windows(names: Iterable[str | Path], bars: int) -> F64:
    """Figures (W, F) of all windows of so many *bars*, at most 5,000, that lie in files of bars side by side.

    Raises:
        BadInput: no file holds a whole window.
        BadBars: a file that cannot be read.
    """
    length = min(bars, LONGEST)
    found = [measure(series) for name in names for series in _windows(name, length)]
    if not found:
        raise BadInput(f"no window of {max(length, LEAST_BARS):,} bars in {', '.join(map(str, names))}; give bars that are longer")
    return np.array(found)


def _windows(name: str | Path, length: int) -> list[Series]:
    bars = load_bars(name)
    starts = range(0, len(bars) - length, length)
    return [Series.of(bars.rows(start, start + length + 1), asset) for asset in range(len(bars.symbols)) for start in starts]
