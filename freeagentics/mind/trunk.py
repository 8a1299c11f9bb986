"""The trunk: evidence of many agents as one, which no few of them can spoil."""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F32, Mask

TRIMMED = 8
"""One agent in so many, rounded up, is left out at either end."""

FEWEST = 3
"""Agents that have a trunk: of two nobody can say which is wrong."""

LOUDEST = np.float32(2)
"""Weight of an agent in the mean, in typical ones, at most."""


def trunk_of(information: F32, moment: F32) -> tuple[F32, F32]:
    """Information and moment of each component that are typical of agents whose own are (agents, C), both (C,); zeros where fewer than
    three know anything of it.

    The update that an agent brings is its slope, moment / information. Slopes are averaged, weighed by information (federated averaging;
    McMahan et al., 2017, arXiv:1602.05629), after the largest and the smallest eighth of them were left out, component by component (a
    trimmed mean; Yin et al., 2018, arXiv:1803.01498), and no information counts for more than twice the trimmed mean of all. So as long as
    no more agents are wrong than are left out at one end, a slope and an information of the trunk lie within the range of the others',
    whatever those say.
    """
    known = np.isfinite(information) & np.isfinite(moment) & (information > 0)
    slope = np.where(known, moment, np.float32(0)) / np.where(known, information, np.float32(1))
    typical = _trimmed_mean(information, np.ones_like(information), known)
    weight = np.minimum(np.where(known, information, np.float32(0)), LOUDEST * typical)
    return typical, typical * _trimmed_mean(slope, weight, known)


def _trimmed_mean(values: F32, weight: F32, known: Mask) -> F32:
    """Mean by *weight* of the *known* values (agents, C) without those at either end, (C,); 0 where too few are known."""
    order = np.argsort(np.where(known, values, np.float32(np.inf)), axis=0, kind="stable")
    count = np.count_nonzero(known, axis=0)
    left_out, place = -(-count // TRIMMED), np.arange(len(values))[:, None]
    taken = (place >= left_out) & (place < count - left_out) & (count >= FEWEST)
    values, weight = (np.where(taken, np.take_along_axis(array, order, axis=0), np.float32(0)) for array in (values, weight))
    whole = kernels.total(weight, axis=0)
    return kernels.total(weight * values, axis=0) / np.where(whole > 0, whole, np.float32(1))
