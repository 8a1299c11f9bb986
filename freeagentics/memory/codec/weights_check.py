"""The check of a codec's weights: that every number is where kernels and exact sums need it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from freeagentics.memory.codec.fixed_point import LARGEST_HIDDEN, LARGEST_INPUT, LARGEST_SUM, OUTPUTS
from freeagentics.memory.codec.tables import CONTEXTS, PROB_SCALE, table_sizes
from freeagentics.memory.features import FEATURES

if TYPE_CHECKING:
    from freeagentics.memory.codec.weights import CodecWeights

_FAR = 2.0**40
"""Farther from zero no number of a codec is."""

_OF_FEATURES = {"center": "f", "scale": "f", "step": "i", "on_lattice": "b", "copied_from": "i"}
_OF_COLUMNS = {"side_offset": "f", "side_scale": "f"}
_OF_PREDICTED = {
    "order": "i",
    "spread_edge": "i",
    "spread_width": "i",
    "common_edge": "i",
    "common_width": "i",
    "max_quantum": "i",
    "deterministic": "b",
}
"""Names of arrays, and the kind of number that each holds."""

_AT_LEAST = {"scale": 2.0**-40, "step": 1, "spread_width": 1, "common_width": 1, "max_quantum": 1, "copied_from": -1, "stages": 1}


def wrong_with(weights: CodecWeights) -> str | None:
    """First thing that is wrong with weights; None where nothing is."""
    return next((wrong for check in (_sizes, _ranges, _nets, _tables) for wrong in check(weights)), None)


def _sizes(weights: CodecWeights) -> Iterator[str]:
    predicted = weights.order.size
    expected = [(_OF_FEATURES, len(FEATURES)), (_OF_COLUMNS, len(weights.columns)), (_OF_PREDICTED, predicted)]
    for names, size in expected:
        for name, kind in names.items():
            yield from _size(weights, name, kind, size)
    yield from _size(weights, "stages", "i", weights.stages.size)
    if predicted == 0 or int(weights.stages.sum()) != predicted:
        yield f"stages of {int(weights.stages.sum())} features in all, where {predicted} are in order"


def _size(weights: CodecWeights, name: str, kind: str, size: int) -> Iterator[str]:
    found = getattr(weights, name)
    if found.shape != (size,):
        yield f"{name} of shape {found.shape} where ({size},) is needed"
    if found.dtype.kind not in {"f": "f", "i": "iu", "b": "b"}[kind]:
        yield f"{name} of type {found.dtype}"


def _ranges(weights: CodecWeights) -> Iterator[str]:
    for name in (*_OF_FEATURES, *_OF_COLUMNS, *_OF_PREDICTED, "stages"):
        found, low = getattr(weights, name).astype(np.float64), _AT_LEAST.get(name, -_FAR)
        if not ((found >= low) & (found <= _FAR)).all():
            yield f"{name} with a number that is not from {low:g} to {_FAR:g}"
    order, columns = weights.order, len(weights.columns)
    if len(np.unique(order)) != len(order) or order.min() < 0 or order.max() >= len(FEATURES):
        yield f"an order that is not of different features from 0 to {len(FEATURES) - 1}"
    if weights.copied_from.max() >= columns:
        yield f"copied_from with a column beyond the {columns} that there are"
    if not 1 <= weights.p_no_escape < PROB_SCALE:
        yield f"p_no_escape of {weights.p_no_escape}, not from 1 to {PROB_SCALE - 1}"


def _nets(weights: CodecWeights) -> Iterator[str]:
    hidden, stages = weights.hidden, weights.stages
    if not 0 <= hidden < LARGEST_SUM // LARGEST_HIDDEN:
        yield f"{hidden} hidden units"
    inputs = len(weights.columns) + np.cumsum(stages) - stages + 1
    sizes = {"inner": int((inputs * (hidden + OUTPUTS * stages)).sum()), "outer": int(hidden * OUTPUTS * stages.sum())}
    for name, size in sizes.items():
        yield from _size(weights, name, "i", size)
    inner, outer = (float(np.abs(part.astype(np.float64)).max(initial=0)) for part in (weights.inner, weights.outer))
    if int(inputs.max()) * inner * LARGEST_INPUT + hidden * outer * LARGEST_HIDDEN > LARGEST_SUM:
        yield f"nets whose sums may be above {LARGEST_SUM:g}, which is too large to be exact"


def _tables(weights: CodecWeights) -> Iterator[str]:
    size = np.repeat(table_sizes(weights.max_quantum), CONTEXTS)
    if size.max() > PROB_SCALE:
        yield f"max_quantum of {int(weights.max_quantum.max())}: a table of {PROB_SCALE} has not so many symbols"
    yield from _size(weights, "frequency", "i", int(size.sum()))
    sums = np.add.reduceat(weights.frequency.astype(np.int64), np.cumsum(size) - size)
    if weights.frequency.min() < 1 or (sums != PROB_SCALE).any():
        yield f"frequencies that are not at least 1 each and {PROB_SCALE} a table"
