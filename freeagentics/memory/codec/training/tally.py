"""Counting: contexts and frequencies of a codec's symbols, on experiences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from freeagentics.arrays import F64, I64
from freeagentics.memory.codec.fixed_point import FixedPointTransform
from freeagentics.memory.codec.range_coder import PROB_SCALE
from freeagentics.memory.codec.stage import stages_of
from freeagentics.memory.codec.stage_net import OUTPUTS
from freeagentics.memory.codec.tables import COMMONS, SPREADS, whole_frequencies
from freeagentics.memory.codec.training.experiences import Experiences
from freeagentics.memory.codec.training.plan import Plan
from freeagentics.memory.codec.weights import ONE, CodecWeights
from freeagentics.memory.features import FEATURES, GROUPS, Group

_LARGEST_RADIUS = 60
_IMPLIED = 0.998
"""Share of experiences in which what is expected must be right for a feature to go without a symbol."""

_PRIOR = 20.0
"""Counts that a context borrows from all contexts of its feature."""


def untallied(planned: Plan) -> CodecWeights:
    """A codec without a net and without tables: all symbols are alike to it."""
    features = len(planned.order)
    inputs = len(planned.columns) + np.cumsum(planned.stages) - planned.stages + 1
    radius = np.full(features, _LARGEST_RADIUS)
    table = whole_frequencies(np.ones(2 * _LARGEST_RADIUS + 3))
    return CodecWeights(
        role="",
        version=0,
        columns=planned.columns,
        side_offset=planned.side_offset,
        side_scale=planned.side_scale,
        center=planned.center,
        scale=planned.scale,
        step=np.ones(len(FEATURES), dtype=np.int64),
        grid=planned.grid,
        mirror=planned.mirror,
        order=planned.order,
        stages=planned.stages,
        hidden=0,
        inner=np.zeros(int((inputs * OUTPUTS * planned.stages).sum()), dtype=np.int32),
        outer=np.zeros(0, dtype=np.int32),
        spread_edge=np.zeros(features, dtype=np.int64),
        spread_width=np.ones(features, dtype=np.int64),
        common_edge=np.zeros(features, dtype=np.int64),
        common_width=np.ones(features, dtype=np.int64),
        radius=radius,
        frequency=np.tile(table, features * SPREADS * COMMONS),
        implied=np.zeros(features, dtype=np.bool_),
        fine=PROB_SCALE - 1,
    )


def group_errors(trained: CodecWeights, experiences: Experiences) -> dict[Group, float]:
    """Root of the mean square error of each group's features, in standard deviations, over all experiences."""
    latents = FixedPointTransform(trained, experiences.columns)
    whole = latents.whole(experiences.states)
    decoded = whole.copy()
    for seen in passes(trained, latents, experiences):
        decoded[seen.features] = seen.values
    latents.reflect(experiences.shown, decoded)
    error = np.square((latents.states(decoded) - latents.states(whole)) / deviations(trained)).mean(axis=0)
    return {group: float(np.sqrt(error[places].mean())) for group, places in filled_groups(trained).items()}


def deviations(trained: CodecWeights) -> F64:
    """Standard deviation of each feature, (48,), as the codec was trained on it."""
    return ONE / trained.scale


def filled_groups(trained: CodecWeights) -> dict[Group, I64]:
    """The features of each group that vary."""
    every = {group: np.array([f for f in trained.filled if FEATURES[f].group == group], dtype=np.int64) for group in GROUPS}
    return {group: places for group, places in every.items() if places.size}


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """What coding a stage of k features comes to, for n experiences.

    Attributes:
        features: which, (k,). expected: the values around which they are quantised, (k, n). spread, odds: outputs of the net, (k, n).
        difference: quantised, (k, n); NaN where a feature has its most common value. values: as they come back, (k, n).
    """

    features: I64
    expected: F64
    spread: F64
    odds: F64
    difference: F64
    values: F64


def passes(trained: CodecWeights, latents: FixedPointTransform, experiences: Experiences) -> Iterator[Pass]:
    """Stage by stage as in encoding, without escapes."""
    whole = latents.whole(experiences.states)
    known, decoded = latents.begin(experiences.shown), np.empty_like(whole)
    for stage in stages_of(latents, trained):
        foretold = stage.foretell(known)
        expected = stage.expected(foretold)
        difference, common = stage.quantise(whole, expected)
        values = stage.values(difference, common, expected)
        stage.learn(values.copy(), decoded, known)
        _, spread, odds = np.split(foretold, 3)
        yield Pass(stage.features, expected, spread, odds, np.where(common, np.nan, difference), values)


def with_implied(trained: CodecWeights, experiences: Experiences) -> CodecWeights:
    """Features of which what is expected is nearly always right, to a step, go without symbols."""
    latents = FixedPointTransform(trained, experiences.columns)
    whole = latents.whole(experiences.states)
    right = []
    for seen in passes(trained, latents, experiences):
        off = np.abs(whole[seen.features] - seen.expected)
        right.extend((off <= trained.step[seen.features, None] / 2).mean(axis=1))
    return replace(trained, implied=np.array(right) > _IMPLIED)


def tallied(trained: CodecWeights, experiences: Experiences) -> CodecWeights:
    """Contexts and tables, counted."""
    latents = FixedPointTransform(trained, experiences.columns)
    spreads, commons, radius, tables = [], [], [], []
    for seen in passes(trained, latents, experiences):
        for spread, odds, difference in zip(seen.spread, seen.odds, seen.difference, strict=True):
            spreads.append(_contexts(spread, SPREADS))
            commons.append(_contexts(odds, COMMONS))
            radius.append(_radius(difference))
            tables.append(_tables(difference, _numbers(spread, *spreads[-1], SPREADS), _numbers(odds, *commons[-1], COMMONS), radius[-1]))
    (spread_edge, spread_width), (common_edge, common_width) = (np.array(pairs).T for pairs in (spreads, commons))
    counted = replace(
        trained,
        spread_edge=spread_edge,
        spread_width=spread_width,
        common_edge=common_edge,
        common_width=common_width,
        radius=np.array(radius),
        frequency=np.concatenate(tables),
    )
    return replace(counted, fine=_fine(counted, experiences))


def _fine(trained: CodecWeights, experiences: Experiences) -> int:
    """Frequency, of 4096, of memories in which no feature without a symbol has to be amended."""
    latents = FixedPointTransform(trained, experiences.columns)
    whole, decoded = latents.whole(experiences.states), np.zeros((len(FEATURES), len(experiences)))
    for seen in passes(trained, latents, experiences):
        decoded[seen.features] = seen.values
    latents.reflect(experiences.shown, decoded)
    amended = int(latents.amiss(whole, decoded).sum())
    return int(np.clip(PROB_SCALE - np.ceil(PROB_SCALE * (amended + 1) / (len(experiences) + 1)), 1, PROB_SCALE - 1))


def _contexts(values: F64, count: int) -> tuple[int, int]:
    """Where contexts of one width begin, so that a fiftieth of all values is beyond their outer bounds on either side."""
    low, high = np.quantile(values, [0.02, 0.98])
    return int(low), max(int((high - low) / count), 1)


def _numbers(values: F64, edge: int, width: int, count: int) -> I64:
    return np.clip(np.floor((values - edge) / width), 0, count - 1).astype(np.int64)


def _radius(difference: F64) -> int:
    known = np.abs(difference[~np.isnan(difference)])
    return int(np.clip(np.quantile(known, 0.998) if known.size else 1, 1, _LARGEST_RADIUS))


def _tables(difference: F64, spread: I64, common: I64, radius: int) -> np.ndarray:
    """Frequencies of every context: how often the most common value by its odds, how large the rest by its spread."""
    usual = np.isnan(difference)
    symbol = np.where(np.abs(difference) > radius, 2 * radius + 1, difference + radius)
    rest = [_counts(symbol[~usual & (spread == number)], radius) for number in range(SPREADS)]
    whole = np.sum(rest, axis=0) + 0.05
    shapes = [(counts + _PRIOR * whole / whole.sum()) / (counts.sum() + _PRIOR) for counts in rest]
    odds = []
    for number in range(COMMONS):
        there = common == number
        odds.append((usual[there].sum() + 0.5) / (there.sum() + 1))
    return np.concatenate([whole_frequencies(np.append(shape * (1 - share), share)) for shape in shapes for share in odds])


def _counts(symbols: F64, radius: int) -> F64:
    return np.bincount(symbols.astype(np.int64), minlength=2 * radius + 2).astype(np.float64)
