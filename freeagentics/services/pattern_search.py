"""The search for conditions: of each feature the threshold, direction and context that tell most of success.

It looks at one stretch of time, and what it finds there means nothing yet: the best of many is good by chance. See `pattern_trial`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy import special

from freeagentics.services.condition import Condition
from freeagentics.services.evidence import Column, Evidence

MOST_THRESHOLDS = 128
"""Thresholds that are tried of a feature: all of its values, or so many quantiles."""

LEAST_EVENTS = 8
"""Fewest events, without overlap, that a condition must have to be tried."""


class Candidate(NamedTuple):
    """A condition, and by how much it improves the logarithm of the likelihood of successes."""

    condition: Condition
    gain: float


def candidates(evidence: Evidence) -> list[Candidate]:
    """The best condition of each feature that has one, best first."""
    found = (_best(evidence, feature) for feature in evidence.features)
    return sorted((one for one in found if one is not None), key=lambda one: (-one.gain, one.condition.name))


def _best(evidence: Evidence, feature: str) -> Candidate | None:
    tried = sorted(_tried(evidence, feature), key=lambda one: (-one.gain, str(one.condition)))
    enough = (one for one in tried if len(evidence.apart(one.condition.met(evidence))) >= LEAST_EVENTS)
    return next(enough, None)


def _tried(evidence: Evidence, feature: str) -> Iterator[Candidate]:
    """The best threshold of each direction and context."""
    values = evidence.features[feature]
    everywhere = np.ones(len(evidence), bool)
    places: list[tuple[tuple[str, str] | None, Column]] = [(None, everywhere)]
    for name, column in evidence.contexts.items():
        places += [((name, str(value)), column == value) for value in np.unique(column)]
    for context, mask in places:
        known = mask & ~np.isnan(values)
        if known.any():
            yield from _cuts(feature, context, values[known], evidence.success[known], evidence.success)


def _cuts(feature: str, context: tuple[str, str] | None, values: Column, success: Column, all_success: Column) -> Iterator[Candidate]:
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    before = np.concatenate([[0], np.cumsum(success[order])])
    floors = np.searchsorted(ranked, _thresholds(ranked), side="left")
    ceilings = np.searchsorted(ranked, _thresholds(ranked), side="right")
    total, wins = len(all_success), int(all_success.sum())
    above = _gain(len(ranked) - floors, before[-1] - before[floors], total, wins)
    below = _gain(ceilings, before[ceilings], total, wins)
    yield Candidate(Condition(feature, float(ranked[floors[above.argmax()]]), above=True, context=context), float(above.max()))
    yield Candidate(Condition(feature, float(ranked[ceilings[below.argmax()] - 1]), above=False, context=context), float(below.max()))


def _thresholds(ranked: Column) -> Column:
    unique = np.unique(ranked)
    if len(unique) <= MOST_THRESHOLDS:
        return unique
    return np.unique(ranked[np.linspace(0, len(ranked) - 1, MOST_THRESHOLDS).astype(int)])


def _gain(count: Column, wins: Column, total: int, all_wins: int) -> Column:
    """Log likelihood of two rates, where the condition is met and elsewhere, less that of one; 0 where it is no higher where it is met."""
    rest, rest_wins = total - count, all_wins - wins
    gain = _log_likelihood(count, wins) + _log_likelihood(rest, rest_wins) - _log_likelihood(np.array(total), np.array(all_wins))
    return np.where(wins * rest > rest_wins * count, gain, 0.0)


def _log_likelihood(count: Column, wins: Column) -> Column:
    """Of this many wins at the rate that suits them best."""
    rate = wins / np.maximum(count, 1)
    return special.xlogy(wins, rate) + special.xlogy(count - wins, 1 - rate)
