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


def candidates(evidence: Evidence) -> list[Condition]:
    """The best condition of each feature that has one, best first.

    Thresholds are judged by all rows. Features are put in order by rows whose outcomes do not overlap: else what stays the same for long
    would seem to tell the more.
    """
    found = [one for one in (_best(evidence, feature) for feature in evidence.features) if one is not None]
    return [one.condition for one in sorted(found, key=lambda one: (-one.gain, one.condition.name))]


def _best(evidence: Evidence, feature: str) -> Candidate | None:
    for tried in sorted(_tried(evidence, feature), key=lambda one: (-one.gain, str(one.condition))):
        met = tried.condition.met(evidence)
        events, others = evidence.apart(met), evidence.apart(~met)
        if len(events) >= LEAST_EVENTS:
            counts = len(events), int(evidence.success[events].sum()), len(others), int(evidence.success[others].sum())
            return Candidate(tried.condition, float(_gain(*map(np.array, counts))))
    return None


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
    above_wins, below_wins = before[-1] - before[floors], before[ceilings]
    above = _gain(len(ranked) - floors, above_wins, total - len(ranked) + floors, wins - above_wins)
    below = _gain(ceilings, below_wins, total - ceilings, wins - below_wins)
    yield Candidate(Condition(feature, float(ranked[floors[above.argmax()]]), above=True, context=context), float(above.max()))
    yield Candidate(Condition(feature, float(ranked[ceilings[below.argmax()] - 1]), above=False, context=context), float(below.max()))


def _thresholds(ranked: Column) -> Column:
    unique = np.unique(ranked)
    if len(unique) <= MOST_THRESHOLDS:
        return unique
    return np.unique(ranked[np.linspace(0, len(ranked) - 1, MOST_THRESHOLDS).astype(int)])


def _gain(count: Column, wins: Column, rest: Column, rest_wins: Column) -> Column:
    """Log likelihood of two rates, where the condition is met and elsewhere, less that of one; 0 where it is no higher where it is met."""
    gain = _log_likelihood(count, wins) + _log_likelihood(rest, rest_wins) - _log_likelihood(count + rest, wins + rest_wins)
    return np.where(wins * rest > rest_wins * count, gain, 0.0)


def _log_likelihood(count: Column, wins: Column) -> Column:
    """Of this many wins at the rate that suits them best."""
    rate = wins / np.maximum(count, 1)
    return special.xlogy(wins, rate) + special.xlogy(count - wins, 1 - rate)
