"""The trunk: evidence of many agents as one, which no few of them can spoil."""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F32, I64, AnyArray, Mask

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
    if len(information) < FEWEST:
        nothing = np.zeros(information.shape[1], dtype=np.float32)
        return nothing, nothing
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        slopes, knowing = (np.ascontiguousarray(values.T) for values in (moment / information, information))
    known = np.isfinite(slopes) & np.isfinite(knowing) & (knowing > 0)
    slopes, knowing = (np.where(known, values, np.float32(0)) for values in (slopes, knowing))
    typical = _trimmed_mean(_Sorted(knowing, known), known.astype(np.float32))
    by_slope = _Sorted(slopes, known)
    mean = _trimmed_mean(by_slope, np.minimum(knowing, LOUDEST * typical[:, None]))
    peers = typical * _peers(by_slope, typical, noise)
    return peers, peers * mean


class _Sorted:
    """The *known* of *values* (C, agents) in rising order, and their *count*, (C,)."""

    def __init__(self, values: F32, known: Mask) -> None:
        self.values, self.known = values, known
        self.count = np.count_nonzero(known, axis=1)
        self._rising = np.sort(np.where(known, values, np.float32(np.inf)), axis=1)

    def at(self, place: I64) -> F32:
        """The value at a place (C,) in the order of each component, (C,)."""
        return np.take_along_axis(self._rising, np.clip(place, 0, self.values.shape[1] - 1)[:, None], axis=1)[:, 0]

    def middle(self) -> F32:
        """Their median, (C,); 0 where there is none."""
        last = self.count - 1
        return np.where(self.count > 0, (self.at(last // 2) + self.at((last + 1) // 2)) / 2, np.float32(0))


def _peers(slopes: _Sorted, typical: F32, noise: F32) -> F32:
    """Agents for which a trunk counts beside one's own evidence, (C,)."""
    deviation = _Sorted(np.abs(slopes.values - slopes.middle()[:, None]), slopes.known).middle() * DEVIATION
    variance = np.ascontiguousarray(noise[:, 0] / noise[:, 1])[None]
    spread = typical * deviation * deviation / _Sorted(variance, np.isfinite(variance)).middle()
    usual = kernels.total(np.minimum(spread, APART)) / np.float32(max(int(np.count_nonzero(typical)), 1))
    alike, apart = np.maximum(1 - usual, np.float32(0)), np.maximum(spread - APART, np.float32(0))
    return np.maximum(1 / (1 / np.maximum(slopes.count, 1).astype(np.float32) + alike + apart) - 1, np.float32(0))


def _trimmed_mean(found: _Sorted, weight: F32) -> F32:
    """Mean by *weight* (C, agents) of the values that are not at either end, (C,); 0 where too few are known."""
    left_out = -(-found.count // TRIMMED)
    low, high = found.at(left_out), found.at(found.count - 1 - left_out)
    taken = found.known & (found.values >= low[:, None]) & (found.values <= high[:, None]) & (found.count >= FEWEST)[:, None]
    weight = np.where(taken, weight, np.float32(0))
    whole = kernels.total(weight)
    mean: AnyArray = kernels.total(weight * found.values) / np.where(whole > 0, whole, np.float32(1))
    return mean
