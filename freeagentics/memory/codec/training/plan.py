"""The plan of a role's codec: scales, steps, and the order in which features are coded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F64, I64, Mask
from freeagentics.errors import BadInput
from freeagentics.memory.codec.fixed_point import ONE
from freeagentics.memory.codec.side_information import BOOK_COLUMNS
from freeagentics.memory.codec.training.data import TrainingData
from freeagentics.memory.codec.weights import CodecWeights
from freeagentics.memory.features import BOOK, FEATURES, GROUPS, HIGH, LOW, Group
from freeagentics.memory.features import column as column_of

BOUNDS: dict[Group, float] = {"portfolio": 0.03, "view": 0.1, "signals": 0.1, "action": 0.2}
"""Largest error of each group, as the root of the mean square of its features' errors over their standard deviations."""

_RECALLED = 0.5
"""Share of its bound, times the compression, for what memories are recalled by in the view: by that, decisions turn on them."""

_CONSTANT = 0.9995
"""Share of a feature's most common value from which it is left to exceptions."""

_TOGETHER = 0.25
"""Correlation below which two features may stand in one stage: what one tells of the other is lost."""

_LARGEST_STAGE = 6


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Names as in `CodecWeights`, and beside them:

    Attributes:
        compression: of the role, see `Cohort.compression`.
        book_step: steps in which books are shared, (48,); 0 for features that are none of theirs.
    """

    columns: tuple[str, ...]
    side_offset: F64
    side_scale: F64
    center: F64
    scale: F64
    on_lattice: Mask
    copied_from: I64
    order: I64
    stages: I64
    compression: float
    book_step: I64

    def steps(self, bound: dict[Group, float]) -> I64:
        """Steps (48,) for an error of *bound* in each group, if all features are spread evenly over a step."""
        recalled = np.array([f.recall and f.group == "view" for f in FEATURES])
        wanted = np.array([bound[f.group] for f in FEATURES]) * np.where(recalled, self.compression * _RECALLED, 1) * np.sqrt(12) * ONE
        whole = np.maximum(np.floor(wanted / self.scale), 1) * self.scale
        own = np.where(self.on_lattice, whole, np.maximum(np.rint(wanted), 1))
        return np.where(self.book_step > 0, self.book_step, own).astype(np.int64)


def plan(data: TrainingData, compression: float, desk: CodecWeights | None = None) -> Plan:
    """Scales and order for this data, beside books that the codec *desk* shares. Raises BadInput where nothing ever changes."""
    vectors = np.clip(np.nan_to_num(data.vectors.astype(np.float64)), LOW, HIGH)
    center, share = _most_common(vectors)
    spread = vectors.std(axis=0)
    side = data.side_information.astype(np.float64)
    copied_from = _copied_from(vectors, side, data.columns)
    coded = np.flatnonzero((spread > 1e-6 * (HIGH - LOW)) & (share < _CONSTANT) & (copied_from < 0))
    if not coded.size:
        raise BadInput(f"{data.role}: nothing changes in this data; give longer runs")
    integer = (vectors == np.rint(vectors)).all(axis=0)
    scale = ONE / np.maximum(spread, 1e-3 * (HIGH - LOW))
    scale = np.where(integer, np.maximum(np.rint(scale), 1), scale)
    offset, side_scale = side.mean(axis=0), ONE / np.maximum(side.std(axis=0), 1e-6)
    stages = _stages((vectors - center) * scale, (side - offset) * side_scale, coded)
    order, sizes = np.concatenate(stages), np.array([len(stage) for stage in stages])
    steps = _book_steps(scale, desk)
    return Plan(data.columns, offset, side_scale, center, scale, integer, copied_from, order, sizes, compression, steps)


def _copied_from(vectors: F64, side: F64, columns: tuple[str, ...]) -> I64:
    """For each feature (48,) the column of *side* (n, S) that is what the feature is, but for the ends of its range; -1 where none is.

    Books are shared as their own codec gives them back, not quite as they are: their columns are known by name.
    """
    copied_from = np.full(len(FEATURES), -1)
    for column in range(side.shape[1]):
        off = np.abs(np.clip(side[:, [column]], LOW, HIGH) - vectors)
        copied_from[(off <= 1e-6 * (HIGH - LOW)).all(axis=0) & (vectors.std(axis=0) > 0)] = column
    for name, shared in zip(BOOK, BOOK_COLUMNS, strict=True):
        if shared in columns:
            copied_from[column_of(name)] = columns.index(shared)
    return copied_from


def _book_steps(scale: F64, desk: CodecWeights | None) -> I64:
    """Steps of books in integers of this scale, (48,)."""
    steps = np.zeros(len(FEATURES), dtype=np.int64)
    if desk is not None:
        shared = [column_of(name) for name in BOOK]
        steps[shared] = np.maximum(np.ceil(desk.step / desk.scale * scale), 1)[shared]
    return steps


def _most_common(vectors: F64) -> tuple[F64, F64]:
    """Of each column (n, 48) the most common value and its share; of one without repeated values the median."""
    center, share = np.zeros(vectors.shape[1]), np.zeros(vectors.shape[1])
    for feature in range(vectors.shape[1]):
        values, counts = np.unique(vectors[:, feature], return_counts=True)
        share[feature] = counts.max() / len(vectors)
        center[feature] = values[counts.argmax()] if share[feature] > 0.02 else np.median(values)
    return center, share


def _stages(vectors: F64, side: F64, coded: I64) -> list[I64]:
    """Features in order of importance, but none beside another that tells of it: each stage takes what is left of every feature after a
    linear regression on the side information and on the stages before."""
    left = _without(np.column_stack([side, np.ones(len(side))]), vectors[:, coded])
    worth = [GROUPS[FEATURES[feature].group] for feature in coded]
    waiting = sorted(range(len(coded)), key=lambda place: -worth[place])
    stages = []
    while waiting:
        near = np.maximum(_correlation(left), _correlation(np.abs(left)))
        stage: list[int] = []
        for place in waiting:
            if len(stage) < _LARGEST_STAGE and (near[place, stage] < _TOGETHER).all():
                stage.append(place)
        waiting = [place for place in waiting if place not in stage]
        left = _without(left[:, stage], left)
        stages.append(coded[stage])
    return stages


def _without(known: F64, values: F64) -> F64:
    return values - known @ np.linalg.lstsq(known, values, rcond=None)[0]


def _correlation(values: F64) -> F64:
    spread = values.std(axis=0)
    standard = (values - values.mean(axis=0)) / np.where(spread > 1e-6, spread, np.inf)
    return np.abs(standard.T @ standard) / len(values)
