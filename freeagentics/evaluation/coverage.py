"""Coverage of value-at-risk: whether losses exceed a forecast as often as it says, and no more often after an exceedance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, xlog1py, xlogy

from freeagentics.arrays import Mask
from freeagentics.errors import BadInput


@dataclass(frozen=True, slots=True)
class LikelihoodRatio:
    """A likelihood-ratio statistic, -2 times the log of the ratio of likelihoods, and its degrees of freedom."""

    statistic: float
    freedom: int

    @property
    def p_value(self) -> float:
        """Probability of as large a statistic where the hypothesis holds, from the chi-square distribution that many forecasts lead to."""
        return float(chdtrc(self.freedom, self.statistic))

    @classmethod
    def between(cls, hypothesis: float, alternative: float, freedom: int) -> LikelihoodRatio:
        """Compare the log-likelihoods of a hypothesis and of the alternative that it is a case of."""
        # Where both are the same, rounding may leave a difference below zero.
        return cls(max(2 * (alternative - hypothesis), 0.0), freedom)

    def __add__(self, other: LikelihoodRatio) -> LikelihoodRatio:
        return LikelihoodRatio(self.statistic + other.statistic, self.freedom + other.freedom)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Exceedances of forecasts of value-at-risk, and three tests of them.

    Attributes:
        level: probability of an exceedance that the forecasts claim.
        forecasts: number of forecasts, none of which overlaps with another.
        exceedances: forecasts that the loss exceeded.
        unconditional: of the hypothesis that exceedances have probability *level*: the proportion-of-failures test (Kupiec, "Techniques for
            verifying the accuracy of risk measurement models", 1995, doi:10.3905/jod.1995.407942).
        independence: of the hypothesis that an exceedance is as likely after one as after none, against a first-order Markov chain
            (Christoffersen, "Evaluating interval forecasts", 1998, doi:10.2307/2527341).
        conditional: of both together (same paper): the sum of the two statistics.
    """

    level: float
    forecasts: int
    exceedances: int
    unconditional: LikelihoodRatio
    independence: LikelihoodRatio

    @property
    def conditional(self) -> LikelihoodRatio:
        """Likelihood ratio of correct conditional coverage."""
        return self.unconditional + self.independence

    @property
    def share(self) -> float:
        """Exceedances over forecasts."""
        return self.exceedances / self.forecasts


def coverage_tests(exceeded: Mask, level: float) -> Coverage:
    """Test forecasts by what *exceeded* (n,) them, in order of time.

    The windows over which losses are taken must not overlap: exceedances whose windows share bars come in clusters however good the
    forecasts. With fewer than about five exceedances to be expected the chi-square distribution is a rough one.

    Raises:
        BadInput: no forecasts, or a level outside (0, 1).
    """
    if not 0 < level < 1:
        raise BadInput(f"level: {level:g} is no probability of an exceedance; give one between 0 and 1, e.g. 0.05")
    if not len(exceeded):
        raise BadInput("exceeded: there are no forecasts to test; at least one is needed")
    hits = np.asarray(exceeded, dtype=np.bool_)
    count, size = int(hits.sum()), len(hits)
    frequency = LikelihoodRatio.between(_log_likelihood(count, size, level), _log_likelihood(count, size, count / size), 1)
    return Coverage(level, size, count, frequency, _independence(hits))


def _independence(hits: Mask) -> LikelihoodRatio:
    """Transitions between *hits* (n,) with one probability of a hit, against one for each state before."""
    after_none, after_one = hits[1:][~hits[:-1]], hits[1:][hits[:-1]]
    apart = sum(_log_likelihood(int(after.sum()), len(after), _mean(after)) for after in (after_none, after_one))
    return LikelihoodRatio.between(_log_likelihood(int(hits[1:].sum()), len(hits) - 1, _mean(hits[1:])), apart, 1)


def _mean(hits: Mask) -> float:
    return float(hits.mean()) if len(hits) else 0.0


def _log_likelihood(hits: int, trials: int, probability: float) -> float:
    """Log-likelihood of so many hits of independent trials, in their order; that of none where none was tried."""
    return float(xlogy(hits, probability) + xlog1py(trials - hits, -probability))
