"""The trunk: evidence of many agents as one, which no few of them can spoil."""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F32, I64, Mask

TRIMMED = 8
"""One agent in so many, rounded up, is left out at either end."""

FEWEST = 3
"""Agents that have a trunk: of two nobody can say which is wrong."""

LOUDEST = np.float32(2)
"""Weight of an agent in the mean, in typical ones, at most."""

DEVIATION = np.float32(1.4826)
"""Standard deviations in a median absolute deviation, of a normal distribution."""

APART = np.float32(2)
"""Spread of slopes, in what chance makes, up to which agents may be of one kind."""


def trunk_of(information: F32, moment: F32, noise: F32) -> tuple[F32, F32]:
    """Information and moment of each component that an agent has from its peers beside its own, (C,) both; zeros where fewer than three
    know anything of it.

    The update that an agent brings is its slope, moment / information. Slopes are averaged, weighed by information (federated averaging;
    McMahan et al., 2017, arXiv:1602.05629), after the largest and the smallest eighth of them were left out, component by component (a
    trimmed mean; Yin et al., 2018, arXiv:1803.01498), and no information counts for more than twice the trimmed mean of all. So as long as
    no more agents are wrong than are left out at one end, the trunk's slopes lie within the range of the others', whatever those say.

    It counts for 1 / (1 / n + alike + apart) of its n agents, less the one that is told. Both go by the spread of slopes: a median absolute
    deviation, squared, times the typical information over the variance of outcomes, which is 1 by chance. Where it is less, in the mean
    over components, agents saw the same outcomes, and a thousand of them know no more than one: *alike* is by how much. Where it is above
    `APART` agents are of different kinds, and *apart* is by how much (heterogeneity as in DerSimonian & Laird, 1986,
    doi:10.1016/0197-2456(86)90046-2).

    Args:
        information, moment: every agent's own, (agents, C).
        noise: sum of its squared outcomes, and their number, (agents, 2).
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        slope = moment / information
    known = np.isfinite(slope) & np.isfinite(information) & (information > 0)
    mine, slope = (np.where(known, values, np.float32(0)) for values in (information, slope))
    typical = _trimmed_mean(mine, np.ones_like(mine), known)
    mean = _trimmed_mean(slope, np.minimum(mine, LOUDEST * typical), known)
    peers = typical * _peers(slope, typical, noise, known)
    return peers, peers * mean


def _peers(slope: F32, typical: F32, noise: F32, known: Mask) -> F32:
    """Agents for which a trunk counts beside one's own evidence, (C,)."""
    away = np.abs(slope - _median(slope, known)) * DEVIATION
    deviation, variance = _median(away, known), _median(noise[:, :1] / noise[:, 1:], np.isfinite(noise[:, :1]))
    spread = typical * deviation * deviation / variance
    usual = kernels.total(np.minimum(spread, APART)) / np.float32(max(np.count_nonzero(typical), 1))
    alike, apart = np.maximum(1 - usual, np.float32(0)), np.maximum(spread - APART, np.float32(0))
    agents = np.maximum(_count(known), 1).astype(np.float32)
    return np.maximum(1 / (1 / agents + alike + apart) - 1, np.float32(0))


def _count(known: Mask) -> I64:
    return np.count_nonzero(known, axis=0)


def _in_order(values: F32, known: Mask) -> I64:
    """Order of the *known* values of each column, then the others, (agents, C)."""
    return np.argsort(np.where(known, values, np.float32(np.inf)), axis=0, kind="stable")


def _median(values: F32, known: Mask) -> F32:
    """The median of the *known* values (agents, C), (C,); of any where none is."""
    order, last = _in_order(values, known), np.maximum(_count(known) - 1, 0)
    lower, upper = (
        np.take_along_axis(values, np.take_along_axis(order, at[None], axis=0), axis=0)[0] for at in (last // 2, (last + 1) // 2)
    )
    return (lower + upper) / 2


def _trimmed_mean(values: F32, weight: F32, known: Mask) -> F32:
    """Mean by *weight* of the *known* values (agents, C) without those at either end, (C,); 0 where too few are known."""
    order, count, place = _in_order(values, known), _count(known), np.arange(len(values))[:, None]
    left_out = -(-count // TRIMMED)
    taken = (place >= left_out) & (place < count - left_out) & (count >= FEWEST)
    values, weight = (np.where(taken, np.take_along_axis(array, order, axis=0), np.float32(0)) for array in (values, weight))
    whole = kernels.total(weight, axis=0)
    return kernels.total(weight * values, axis=0) / np.where(whole > 0, whole, np.float32(1))
