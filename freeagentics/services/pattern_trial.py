"""The trial of conditions on evidence that they were not chosen by.

What was found in one stretch of time is tried in a later one, where no outcome overlaps with another or with the first stretch. Success
where the condition is met is held against success where it is missed, in its context, by Fisher's exact test (one-sided). Conditions are
tried in the order of the search, by the fallback procedure: the i-th has half of the error of the one before, and inherits what those
before it did not use up. So the probability of any false discovery is at most the error of the look, whatever depends on what; looks have
errors whose sum is at most that of the family.

- R. A. Fisher (1935), The logic of inductive inference, https://doi.org/10.2307/2342435
- B. L. Wiens (2003), A fixed sequence Bonferroni procedure for testing multiple endpoints, https://doi.org/10.1002/pst.64
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from freeagentics.condition import Condition
from freeagentics.services.estimates import Rate
from freeagentics.services.evidence import Column, Evidence
from freeagentics.services.pattern_search import LEAST_EVENTS, candidates
from freeagentics.services.record import PlainData

FAMILY_ERROR = 0.01
"""Probability that anything false is promoted, over all conditions and all looks."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Figures of a condition, by events whose outcomes do not overlap.

    Attributes:
        rate: of successes where it is met.
        base: of successes where it is missed: see `Condition.missed`.
        size, size_low, size_high: mean size where it is met, and its interval of 95 % by Student's t; nan below two events.
        p_value: of the test against no more successes than elsewhere.
    """

    rate: Rate
    base: Rate
    size: float
    size_low: float
    size_high: float
    p_value: float

    @classmethod
    def of(cls, condition: Condition, evidence: Evidence) -> Estimate:
        """The figures of a condition in evidence."""
        events, others = evidence.apart(condition.met(evidence)), evidence.apart(condition.missed(evidence))
        rate, base = Rate.of(evidence.success[events].tolist()), Rate.of(evidence.success[others].tolist())
        return cls(rate, base, *_mean(evidence.size[events]), _fisher(rate, base))

    def to_data(self) -> PlainData:
        """The figures as plain data."""
        return {
            "probability": self.rate.rate,
            "probability_interval": [self.rate.low, self.rate.high],
            "base_probability": self.base.rate,
            "size": self.size,
            "size_interval": [self.size_low, self.size_high],
            "events": self.rate.trials,
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """A condition after its trial.

    Attributes:
        condition: as it was found.
        estimate: by the evidence of the trial alone, so that having been chosen does not flatter it.
        allowed: error that it was tried at.
    """

    condition: Condition
    estimate: Estimate
    allowed: float

    @property
    def holds(self) -> bool:
        """True for a discovery."""
        return self.estimate.p_value <= self.allowed


def look_error(look: int, family_error: float = FAMILY_ERROR) -> float:
    """The error of the look with this number, from 1: they fall with its square and sum to that of the family."""
    return family_error * 6 / (math.pi * look) ** 2


def find_patterns(search: Evidence, trial: Evidence, error: float = FAMILY_ERROR) -> list[Finding]:
    """Conditions found in one stretch of evidence and tried in a later one, in the order of the search.

    Args:
        search: where they are looked for.
        trial: where they are tried.
        error: probability that any of them holds though there is nothing to it.
    """
    return _fallback(candidates(search), trial, error)


def _fallback(found: Sequence[Condition], trial: Evidence, error: float) -> list[Finding]:
    findings, inherited = [], 0.0
    # How often a condition is met says nothing of what came of it, so who is left out for that costs no error.
    often = (one for one in found if len(trial.apart(one.met(trial))) >= LEAST_EVENTS)
    for place, condition in enumerate(often):
        estimate = Estimate.of(condition, trial)
        allowed = inherited + error * 0.5 ** (place + 1)
        findings.append(Finding(condition, estimate, allowed))
        inherited = allowed if findings[-1].holds else 0.0
    return findings


def has_faded(evidence: Evidence, condition: Condition, promised: float, base: float, error: float = 0.01) -> bool:
    """True where successes are fewer than halfway between *base* and what was *promised* leads to expect, by a binomial test."""
    events = evidence.apart(condition.met(evidence))
    wins = int(evidence.success[events].sum())
    return bool(len(events) and special.bdtr(wins, len(events), (promised + base) / 2) <= error)


def _mean(sizes: Column) -> tuple[float, float, float]:
    if len(sizes) < 2:
        return math.nan, math.nan, math.nan
    mean, error = float(np.mean(sizes)), float(np.std(sizes, ddof=1)) / math.sqrt(len(sizes))
    half = float(special.stdtrit(len(sizes) - 1, 0.975)) * error
    return mean, mean - half, mean + half


def _fisher(rate: Rate, base: Rate) -> float:
    """The p-value of Fisher's exact test against a rate that is no higher than *base*: the hypergeometric tail. scipy.stats has it too,
    and takes a second or two to import."""
    met, trials, wins = rate.trials, rate.trials + base.trials, rate.successes + base.successes
    won = np.arange(rate.successes, min(met, wins) + 1)
    chosen = _log_choices(wins, won) + _log_choices(trials - wins, met - won) - _log_choices(trials, met)
    return min(1.0, float(np.exp(chosen).sum()))


def _log_choices(of: int, taken: Column | int) -> Column:
    """Logarithm of the number of ways to take so many of so many; minus infinity where there are fewer."""
    return special.gammaln(of + 1) - special.gammaln(np.add(taken, 1)) - special.gammaln(of - np.asarray(taken) + 1)
