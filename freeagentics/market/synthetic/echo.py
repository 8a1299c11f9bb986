"""Echoes: motifs that come back, each with its sequel."""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F64
from freeagentics.market.synthetic.courses import courses
from freeagentics.market.synthetic.planted import Echo
from freeagentics.randomness import generator

EchoEvent = tuple[int, int, int, float, int]


def motifs_of(seed: int, purpose: str, rule: Echo) -> tuple[list[F64], F64]:
    """The motifs of a rule, each (bars,) in standard deviations, and the simple return after each, (motifs,)."""
    rising = generator(seed, f"{purpose}/rising").permutation(rule.motifs) % 2 == 0
    return courses(seed, purpose, rule.motifs, rule.bars, rule.size), np.where(rising, rule.rise, -rule.rise)


def plant_echoes(seed: int, purpose: str, rule: Echo, first: int, volatility: F64, drift: F64) -> list[EchoEvent]:
    """Add motifs and sequels to *drift* (T, A), in place, and list those that were complete; motifs are numbered from *first* on.

    Draws are made for every bar, needed or not, so that a longer market has the same echoes where it overlaps a shorter one.
    """
    motifs, rises = motifs_of(seed if rule.seed is None else rule.seed, purpose, rule)
    begins = generator(seed, f"{purpose}/begins").random(drift.shape) < 1 / rule.every
    which = generator(seed, f"{purpose}/which").integers(0, rule.motifs, size=drift.shape)
    events: list[EchoEvent] = []
    for asset in range(drift.shape[1]):
        free_from = 0
        for bar in np.flatnonzero(begins[:, asset]).tolist():
            if bar < free_from:
                continue
            motif = int(which[bar, asset])
            path, rise = motifs[motif], float(rises[motif])
            shown = slice(bar, min(bar + len(path), len(drift)))
            drift[shown, asset] += volatility[shown, asset] * path[: shown.stop - bar]
            end = bar + len(path)
            drift[end : end + rule.within, asset] += kernels.log1p(rise) / rule.within
            free_from = end + rule.within
            if end <= len(drift):
                events.append((end - 1, asset, first + motif, rise, rule.within))
    return events
