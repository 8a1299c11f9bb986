"""The search for conditions: of each feature the threshold, direction and context that tell most of what comes of a situation.

Conditions are judged by ranks of sizes, which say more than successes alone, and on which nothing far out has a hold.

It looks at one stretch of time, and what it finds there means nothing yet: the best of many is good by chance. See `pattern_trial`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy import stats

from freeagentics.services.condition import Condition
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

    Thresholds are judged by all rows. Features are put in order by rows whose outcomes do not overlap: else what stays the same for long
    would seem to tell the more.
    """
    ranks = _standardised(evidence.size)
    found = [one for one in (_best(evidence, feature, ranks) for feature in evidence.features) if one is not None]
    return [one.condition for one in sorted(found, key=lambda one: (-one.gain, one.condition.name))]


def _standardised(sizes: Column) -> Column:
    ranks = stats.rankdata(sizes)
    return (ranks - ranks.mean()) / max(float(ranks.std()), 1e-9)


def _best(evidence: Evidence, feature: str, ranks: Column) -> Candidate | None:
    for tried in sorted(_tried(evidence, feature, ranks), key=lambda one: (-one.gain, str(one.condition))):
        met = tried.condition.met(evidence)
        events, others = evidence.apart(met), evidence.apart(~met)
        if len(events) >= LEAST_EVENTS:
            figures = len(events), ranks[events].sum(), len(others), ranks[others].sum()
            return Candidate(tried.condition, float(_gain(*map(np.array, figures))))
    return None


def _tried(evidence: Evidence, feature: str, ranks: Column) -> Iterator[Candidate]:
    """The best threshold of each direction and context."""
    values = evidence.features[feature]
    places: list[tuple[tuple[str, str] | None, Column]] = [(None, np.ones(len(evidence), bool))]
    for name, column in evidence.contexts.items():
        places += [((name, str(value)), column == value) for value in np.unique(column)]
    for context, mask in places:
        known = mask & ~np.isnan(values)
        if known.any():
            yield from _cuts(feature, context, values[known], ranks[known], len(evidence))


def _cuts(feature: str, context: tuple[str, str] | None, values: Column, ranks: Column, rows: int) -> Iterator[Candidate]:
    """The best floor and the best ceiling; all *rows* but those that meet it are elsewhere, and ranks of all of them sum to nothing."""
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    before = np.concatenate([[0.0], np.cumsum(ranks[order])])
    floors = np.searchsorted(ranked, _thresholds(ranked), side="left")
    ceilings = np.searchsorted(ranked, _thresholds(ranked), side="right")
    for above, cuts, count, total in (
        (True, floors, len(ranked) - floors, before[-1] - before[floors]),
        (False, ceilings - 1, ceilings, before[ceilings]),
    ):
        gains = _gain(count, total, rows - count, -total)
        best = int(gains.argmax())
        yield Candidate(Condition(feature, float(ranked[cuts[best]]), above=above, context=context), float(gains[best]))


def _thresholds(ranked: Column) -> Column:
    unique = np.unique(ranked)
    if len(unique) <= MOST_THRESHOLDS:
        return unique
    return np.unique(ranked[np.linspace(0, len(ranked) - 1, MOST_THRESHOLDS).astype(int)])


def _gain(count: Column, total: Column, rest: Column, rest_total: Column) -> Column:
    """Half of the variation between two means of standardised ranks; 0 where the first is not the higher."""
    apart = total / np.maximum(count, 1) - rest_total / np.maximum(rest, 1)
    return np.where(apart > 0, apart**2 * count * rest / (count + rest) / 2, 0.0)
