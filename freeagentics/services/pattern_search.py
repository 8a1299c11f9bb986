"""The search for conditions: of each feature the threshold, direction and context that tell most of what comes of a situation, and of each
context its best value.

Conditions are judged by ranks of sizes, which say more than successes alone, and on which nothing far out has a hold.

It looks at one stretch of time, and what it finds there means nothing yet: the best of many is good by chance. See `pattern_trial`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from freeagentics.condition import Condition
from freeagentics.services.evidence import Column, Evidence

MOST_THRESHOLDS = 128
"""Thresholds that are tried of a feature: all of its values, or so many quantiles."""

LEAST_EVENTS = 8
"""Fewest events, without overlap, that a condition must have to be tried."""


class Candidate(NamedTuple):
    """A condition, and by how much it improves the logarithm of the likelihood of standardised ranks, were they normal."""

    condition: Condition
    gain: float


def candidates(evidence: Evidence) -> list[Condition]:
    """The best condition of each feature that has one, best first.

    Rows whose outcomes overlap count once, else what stays the same for long would seem to tell the more: thresholds are judged by the
    number of stretches of a horizon in which a condition is met, and of the best thresholds of a feature, and then of all features, those
    are best that tell most by rows whose outcomes do not overlap.
    """
    ranks = _standardised(evidence.size)
    tried = [*(_tried(evidence, feature, ranks) for feature in evidence.features), *map(_values, evidence.contexts.items())]
    found = [one for one in (_best(evidence, conditions, ranks) for conditions in tried) if one is not None]
    return [one.condition for one in sorted(found, key=lambda one: (-one.gain, one.condition.name))]


def _standardised(sizes: Column) -> Column:
    _, place, counts = np.unique(sizes, return_inverse=True, return_counts=True)
    # Equal sizes share the mean of their ranks.
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return (ranks - ranks.mean()) / max(float(ranks.std()), 1e-9)


def _values(context: tuple[str, Column]) -> list[Condition]:
    """The values of a context, each by itself."""
    name, column = context
    return [Condition("", context=(name, str(value))) for value in np.unique(column)]


def _best(evidence: Evidence, conditions: Iterable[Condition], ranks: Column) -> Candidate | None:
    judged = (_judged(evidence, condition, ranks) for condition in conditions)
    enough = [one for one in judged if one is not None]
    return min(enough, key=lambda one: (-one.gain, str(one.condition)), default=None)


def _judged(evidence: Evidence, condition: Condition, ranks: Column) -> Candidate | None:
    events, others = evidence.apart(condition.met(evidence)), evidence.apart(condition.missed(evidence))
    if len(events) < LEAST_EVENTS or not len(others):
        return None
    return Candidate(condition, float(_gain(ranks[events].mean(), ranks[others].mean(), np.array(len(events)), np.array(len(others)))))


def _tried(evidence: Evidence, feature: str, ranks: Column) -> Iterator[Condition]:
    """The best threshold of each direction and context."""
    values, stretches = evidence.features[feature], evidence.times // evidence.horizon
    places: list[tuple[tuple[str, str] | None, Column]] = [(None, np.ones(len(evidence), bool))]
    for name, column in evidence.contexts.items():
        places += [((name, str(value)), column == value) for value in np.unique(column)]
    for context, mask in places:
        known = np.flatnonzero(mask & ~np.isnan(values))
        order = known[np.argsort(values[known], kind="stable")]
        if len(order):
            yield from _cuts(Condition(feature, context=context), values[order], ranks[order], stretches[order])


def _cuts(place: Condition, ranked: Column, ranks: Column, stretches: Column) -> Iterator[Condition]:
    """The best floor and the best ceiling of the rows of a context in order of a feature."""
    rows, everywhere, tried = len(ranked), len(np.unique(stretches)), _thresholds(ranked)
    for above in (True, False):
        # Counted from the end that always meets the condition.
        inward = slice(None, None, -1 if above else 1)
        counts = rows - np.searchsorted(ranked, tried, side="left") if above else np.searchsorted(ranked, tried, side="right")
        totals = np.cumsum(ranks[inward])[counts - 1]
        met = _distinct(stretches[inward])[counts - 1]
        elsewhere = np.where(counts < rows, (ranks.sum() - totals) / np.maximum(rows - counts, 1), np.inf)
        gains = _gain(totals / counts, elsewhere, met, np.maximum(everywhere - met, 1))
        yield replace(place, threshold=float(tried[gains.argmax()]), above=above)


def _distinct(values: Column) -> Column:
    """The number of different values among the first of them, for each number of them."""
    first = np.zeros(len(values), np.int64)
    first[np.unique(values, return_index=True)[1]] = 1
    return np.cumsum(first)


def _thresholds(ranked: Column) -> Column:
    unique = np.unique(ranked)
    if len(unique) <= MOST_THRESHOLDS:
        return unique
    return np.unique(ranked[np.linspace(0, len(ranked) - 1, MOST_THRESHOLDS).astype(int)])


def _gain(mean: Column, rest_mean: Column, count: Column, rest: Column) -> Column:
    """Half of the variation between two means of standardised ranks; 0 where the first is not the higher."""
    apart = np.where(rest_mean < mean, mean - rest_mean, 0.0)
    return apart**2 * count * rest / (count + rest) / 2
