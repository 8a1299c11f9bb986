"""Frequency tables of a codec, and their contexts, counted on data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from freeagentics.arrays import F64, I64, Mask
from freeagentics.memory.codec.fixed_point import ONE, OUTPUTS
from freeagentics.memory.codec.tables import COMMONS, CONTEXTS, PROB_SCALE, SPREADS, integer_frequencies, table_sizes
from freeagentics.memory.codec.training.data import TrainingData
from freeagentics.memory.codec.training.plan import Plan
from freeagentics.memory.codec.training.quantised import quantised
from freeagentics.memory.codec.weights import CodecWeights
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
    table = integer_frequencies(np.ones(int(table_sizes(max_quantum[0]))))
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
        frequency=np.tile(table, features * CONTEXTS),
        deterministic=np.zeros(features, dtype=np.bool_),
        p_no_escape=PROB_SCALE - 1,
    )


def group_errors(weights: CodecWeights, data: TrainingData) -> dict[Group, float]:
    """Root of the mean square error of each group's features, in standard deviations, over all data."""
    seen = quantised(weights, data)
    error = np.square((seen.vectors - weights.vectors(seen.fixed)) / deviations(weights)).mean(axis=0)
    return {group: float(np.sqrt(error[places].mean())) for group, places in filled_groups(weights).items()}


def deviations(weights: CodecWeights) -> F64:
    """Standard deviation of each feature, (48,), as the codec was trained on it."""
    return ONE / weights.scale


def filled_groups(weights: CodecWeights) -> dict[Group, I64]:
    """The features of each group that vary."""
    every = {group: np.array([f for f in weights.filled if FEATURES[f].group == group], dtype=np.int64) for group in GROUPS}
    return {group: places for group, places in every.items() if places.size}


def with_deterministic(weights: CodecWeights, data: TrainingData) -> CodecWeights:
    """Features whose prediction is nearly always right, to a step, go without symbols."""
    seen = quantised(weights, data)
    right = np.abs(seen.fixed[:, weights.order] - seen.expected) <= weights.step[weights.order] / 2
    return replace(weights, deterministic=right.mean(axis=0) > _DETERMINISTIC)


def fit_tables(weights: CodecWeights, data: TrainingData) -> CodecWeights:
    """Fit contexts and tables to data."""
    seen = quantised(weights, data)
    spreads, commons, max_quantum, tables = [], [], [], []
    for spread, odds, difference in zip(seen.spread.T, seen.odds.T, seen.difference.T, strict=True):
        spreads.append(contexts(spread, SPREADS))
        commons.append(contexts(odds, COMMONS))
        max_quantum.append(_max_quantum(difference))
        numbers = context_numbers(spread, *spreads[-1], SPREADS), context_numbers(odds, *commons[-1], COMMONS)
        tables.append(_tables(difference, *numbers, max_quantum[-1]))
    (spread_edge, spread_width), (common_edge, common_width) = (np.array(pairs).T for pairs in (spreads, commons))
    return replace(
        weights,
        spread_edge=spread_edge,
        spread_width=spread_width,
        common_edge=common_edge,
        common_width=common_width,
        max_quantum=np.array(max_quantum),
        frequency=np.concatenate(tables),
        p_no_escape=_p_no_escape(seen.escaped),
    )


def _p_no_escape(escaped: Mask) -> int:
    """Frequency, of 4096, of memories in which no feature that is not coded needs an escape."""
    rest = np.ceil(PROB_SCALE * (int(escaped.sum()) + 1) / (len(escaped) + 1))
    return int(np.clip(PROB_SCALE - rest, 1, PROB_SCALE - 1))


def contexts(values: F64, count: int) -> tuple[int, int]:
    """Begin and width of contexts of one width, so that a fiftieth of all values is beyond their outer bounds on either side."""
    low, high = np.quantile(values, [0.02, 0.98])
    return int(low), max(int((high - low) / count), 1)


def context_numbers(values: F64, edge: int, width: int, count: int) -> I64:
    """Numbers of the contexts that values (n,) are in, 0 to count - 1."""
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
