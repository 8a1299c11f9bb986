"""Frequency tables of a codec, and their contexts, counted on data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from freeagentics.arrays import F64, I64
from freeagentics.memory.codec.fixed_point import FixedPointTransform
from freeagentics.memory.codec.range_coder import PROB_SCALE
from freeagentics.memory.codec.stage import stages_of
from freeagentics.memory.codec.stage_net import OUTPUTS
from freeagentics.memory.codec.tables import COMMONS, SPREADS, integer_frequencies
from freeagentics.memory.codec.training.data import TrainingData
from freeagentics.memory.codec.training.plan import Plan
from freeagentics.memory.codec.weights import ONE, CodecWeights
from freeagentics.memory.features import FEATURES, GROUPS, Group

_LARGEST_QUANTUM = 60
_DETERMINISTIC = 0.998
"""Share of feature vectors in which the prediction must be right for a feature to be deterministic."""

_PRIOR = 20.0
"""Counts that a context borrows from all contexts of its feature."""


def without_tables(planned: Plan) -> CodecWeights:
    """Weights without a net and with uniform tables."""
    features = len(planned.order)
    inputs = len(planned.columns) + np.cumsum(planned.stages) - planned.stages + 1
    max_quantum = np.full(features, _LARGEST_QUANTUM)
    table = integer_frequencies(np.ones(2 * _LARGEST_QUANTUM + 3))
    return CodecWeights(
        role="",
        version=0,
        columns=planned.columns,
        side_offset=planned.side_offset,
        side_scale=planned.side_scale,
        center=planned.center,
        scale=planned.scale,
        step=np.ones(len(FEATURES), dtype=np.int64),
        on_lattice=planned.on_lattice,
        copied_from=planned.copied_from,
        order=planned.order,
        stages=planned.stages,
        hidden=0,
        inner=np.zeros(int((inputs * OUTPUTS * planned.stages).sum()), dtype=np.int32),
        outer=np.zeros(0, dtype=np.int32),
        spread_edge=np.zeros(features, dtype=np.int64),
        spread_width=np.ones(features, dtype=np.int64),
        common_edge=np.zeros(features, dtype=np.int64),
        common_width=np.ones(features, dtype=np.int64),
        max_quantum=max_quantum,
        frequency=np.tile(table, features * SPREADS * COMMONS),
        deterministic=np.zeros(features, dtype=np.bool_),
        p_no_escape=PROB_SCALE - 1,
    )


def group_errors(weights: CodecWeights, data: TrainingData) -> dict[Group, float]:
    """Root of the mean square error of each group's features, in standard deviations, over all data."""
    transform = FixedPointTransform(weights, data.columns)
    fixed = transform.to_fixed(data.vectors)
    decoded = fixed.copy()
    for seen in stage_passes(weights, transform, data):
        decoded[seen.features] = seen.values
    transform.fill_copied(data.side_information, decoded)
    error = np.square((transform.from_fixed(decoded) - transform.from_fixed(fixed)) / deviations(weights)).mean(axis=0)
    return {group: float(np.sqrt(error[places].mean())) for group, places in filled_groups(weights).items()}


def deviations(weights: CodecWeights) -> F64:
    """Standard deviation of each feature, (48,), as the codec was trained on it."""
    return ONE / weights.scale


def filled_groups(weights: CodecWeights) -> dict[Group, I64]:
    """The features of each group that vary."""
    every = {group: np.array([f for f in weights.filled if FEATURES[f].group == group], dtype=np.int64) for group in GROUPS}
    return {group: places for group, places in every.items() if places.size}


@dataclass(frozen=True, slots=True, eq=False)
class StagePass:
    """A stage of k features, coded for n feature vectors.

    Attributes:
        features: their indexes, (k,).
        expected: predicted values, around which they are quantised, (k, n).
        spread: output of the net, (k, n).
        odds: output of the net, (k, n).
        difference: quantised, (k, n); NaN where a feature has its most common value.
        values: as they are decoded, (k, n).
    """

    features: I64
    expected: F64
    spread: F64
    odds: F64
    difference: F64
    values: F64


def stage_passes(weights: CodecWeights, transform: FixedPointTransform, data: TrainingData) -> Iterator[StagePass]:
    """Stage by stage as in encoding, without escapes."""
    fixed = transform.to_fixed(data.vectors)
    inputs, decoded = transform.net_inputs(data.side_information), np.empty_like(fixed)
    for stage in stages_of(transform, weights):
        predicted = stage.predict(inputs)
        expected = stage.expected(predicted)
        difference, common = stage.quantise(fixed, expected)
        values = stage.values(difference, common, expected)
        stage.learn(values.copy(), decoded, inputs)
        _, spread, odds = np.split(predicted, 3)
        yield StagePass(stage.features, expected, spread, odds, np.where(common, np.nan, difference), values)


def with_deterministic(weights: CodecWeights, data: TrainingData) -> CodecWeights:
    """Features whose prediction is nearly always right, to a step, go without symbols."""
    transform = FixedPointTransform(weights, data.columns)
    fixed = transform.to_fixed(data.vectors)
    right = []
    for seen in stage_passes(weights, transform, data):
        off = np.abs(fixed[seen.features] - seen.expected)
        right.extend((off <= weights.step[seen.features, None] / 2).mean(axis=1))
    return replace(weights, deterministic=np.array(right) > _DETERMINISTIC)


def fit_tables(weights: CodecWeights, data: TrainingData) -> CodecWeights:
    """Fit contexts and tables to data."""
    transform = FixedPointTransform(weights, data.columns)
    spreads, commons, max_quantum, tables = [], [], [], []
    for seen in stage_passes(weights, transform, data):
        for spread, odds, difference in zip(seen.spread, seen.odds, seen.difference, strict=True):
            spreads.append(_contexts(spread, SPREADS))
            commons.append(_contexts(odds, COMMONS))
            max_quantum.append(_max_quantum(difference))
            numbers = _numbers(spread, *spreads[-1], SPREADS), _numbers(odds, *commons[-1], COMMONS)
            tables.append(_tables(difference, *numbers, max_quantum[-1]))
    (spread_edge, spread_width), (common_edge, common_width) = (np.array(pairs).T for pairs in (spreads, commons))
    counted = replace(
        weights,
        spread_edge=spread_edge,
        spread_width=spread_width,
        common_edge=common_edge,
        common_width=common_width,
        max_quantum=np.array(max_quantum),
        frequency=np.concatenate(tables),
    )
    return replace(counted, p_no_escape=_p_no_escape(counted, data))


def _p_no_escape(weights: CodecWeights, data: TrainingData) -> int:
    """Frequency, of 4096, of memories in which no feature that is not coded needs an escape."""
    transform = FixedPointTransform(weights, data.columns)
    fixed, decoded = transform.to_fixed(data.vectors), np.zeros((len(FEATURES), len(data)))
    for seen in stage_passes(weights, transform, data):
        decoded[seen.features] = seen.values
    transform.fill_copied(data.side_information, decoded)
    escaped = int(transform.mismatches(fixed, decoded).sum())
    return int(np.clip(PROB_SCALE - np.ceil(PROB_SCALE * (escaped + 1) / (len(data) + 1)), 1, PROB_SCALE - 1))


def _contexts(values: F64, count: int) -> tuple[int, int]:
    """Begin and width of contexts of one width, so that a fiftieth of all values is beyond their outer bounds on either side."""
    low, high = np.quantile(values, [0.02, 0.98])
    return int(low), max(int((high - low) / count), 1)


def _numbers(values: F64, edge: int, width: int, count: int) -> I64:
    return np.clip(np.floor((values - edge) / width), 0, count - 1).astype(np.int64)


def _max_quantum(difference: F64) -> int:
    size = np.abs(difference[~np.isnan(difference)])
    return int(np.clip(np.quantile(size, 0.998) if size.size else 1, 1, _LARGEST_QUANTUM))


def _tables(difference: F64, spread: I64, common: I64, max_quantum: int) -> np.ndarray:
    """Frequencies of every context: how often the most common value by its odds, how large the rest by its spread."""
    usual = np.isnan(difference)
    symbol = np.where(np.abs(difference) > max_quantum, 2 * max_quantum + 1, difference + max_quantum)
    rest = [_counts(symbol[~usual & (spread == number)], max_quantum) for number in range(SPREADS)]
    pooled = np.sum(rest, axis=0) + 0.05
    shapes = [(counts + _PRIOR * pooled / pooled.sum()) / (counts.sum() + _PRIOR) for counts in rest]
    odds = []
    for number in range(COMMONS):
        there = common == number
        odds.append((usual[there].sum() + 0.5) / (there.sum() + 1))
    return np.concatenate([integer_frequencies(np.append(shape * (1 - share), share)) for shape in shapes for share in odds])


def _counts(symbols: F64, max_quantum: int) -> F64:
    return np.bincount(symbols.astype(np.int64), minlength=2 * max_quantum + 2).astype(np.float64)
