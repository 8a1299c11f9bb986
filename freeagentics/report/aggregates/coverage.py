"""Coverage of value-at-risk: tests of losses exceeding it as often as they should, and independently of each other."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.special import chdtrc, xlogy

from freeagentics.arrays import Mask


@dataclass(frozen=True, slots=True)
class LikelihoodRatio:
    """A likelihood ratio, and the probability of one as large where the hypothesis holds (chi-squared, asymptotic)."""

    statistic: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """Exceedances of a value-at-risk, and three tests of them.

    Attributes:
        level: probability with which it should be exceeded.
        count: forecasts judged.
        exceeded: how many losses were larger than forecast.
        unconditional: of as many exceedances as the level says (Kupiec, 1995, doi:10.3905/jod.1995.407942), one degree of freedom.
        independence: of an exceedance being as likely after one as after none, against a Markov chain of first order (Christoffersen, 1998,
            doi:10.2307/2527341), one degree of freedom.
        conditional: of both, two degrees of freedom.
    """

    level: float
    count: int
    exceeded: int
    unconditional: LikelihoodRatio
    independence: LikelihoodRatio
    conditional: LikelihoodRatio


def coverage(exceeded: Mask, level: float) -> Coverage:
    """Test exceedances (n,), in order of time and of forecasts whose horizons do not overlap, against a *level*.

    Raises:
        ValueError: there are fewer than two forecasts, or the level is not between 0 and 1.
    """
    if len(exceeded) < 2 or not 0 < level < 1:
        raise ValueError(f"{len(exceeded)} forecasts at level {level}: two are needed, and a level between 0 and 1")
    count, hits, after = len(exceeded), int(exceeded.sum()), exceeded[1:]
    unconditional = 2 * (_likelihood(exceeded) - _log_likelihood(hits, count, level))
    independence = 2 * (_likelihood(after[exceeded[:-1]]) + _likelihood(after[~exceeded[:-1]]) - _likelihood(after))
    both = _tested(unconditional + independence, 2)
    return Coverage(level, count, hits, _tested(unconditional, 1), _tested(independence, 1), both)


def _likelihood(exceeded: Mask) -> float:
    """Log likelihood of exceedances at the level that fits them best."""
    hits, count = int(exceeded.sum()), len(exceeded)
    return _log_likelihood(hits, count, hits / max(count, 1))


def _log_likelihood(hits: int, count: int, chance: float) -> float:
    return float(xlogy(hits, chance) + xlogy(count - hits, 1 - chance))


def _tested(statistic: float, freedom: int) -> LikelihoodRatio:
    statistic = max(statistic, 0.0)
    return LikelihoodRatio(statistic, float(chdtrc(freedom, statistic)))
