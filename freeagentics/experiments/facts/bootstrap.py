"""Intervals of figures, by resampling blocks of bars."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F64
from freeagentics.experiments.facts.figures import Series, measure
from freeagentics.randomness import generator

BLOCK = 250
"""Bars in a block: long enough for what is left after fifty bars, up to where two blocks meet."""

COVERED = (0.025, 0.975)


def intervals(series: Series, times: int = 200, seed: int = 0) -> F64:
    """Interval of 95 % of each figure, (2, F), by the circular block bootstrap (Politis & Romano, 1992): percentiles over so many *times*,
    moved to lie around the figure itself, for what reaches from block to block is lost in resampling."""
    random, found = generator(seed, "experiments/facts"), np.empty((times, len(measure(series))))
    for row in range(times):
        starts = random.integers(0, len(series), -(-len(series) // BLOCK))
        rows = (starts[:, None] + np.arange(BLOCK)).ravel()[: len(series)] % len(series)
        found[row] = measure(series.take(rows))
    centre = np.median(found, axis=0)
    return measure(series) + np.quantile(found, COVERED, axis=0) - centre
