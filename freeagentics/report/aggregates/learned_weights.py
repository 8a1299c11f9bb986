"""Weights that agents learned, as checkpoints of the run hold them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from freeagentics.agents import ROLES
from freeagentics.agents.advisers import LARGEST_WEIGHT
from freeagentics.agents.roles.forecaster import Forecaster
from freeagentics.arrays import F64, AnyArray
from freeagentics.report.aggregates.context import RunContext

SILENT = 0.005
"""Mean weight up to which a faculty is not worth a line."""


class LearnedWeights:
    """Mean weights of the faculties of every role of the package at each checkpoint; C checkpoints.

    Attributes:
        steps: of the checkpoints, (C,).
        mean: by role and faculty, the mean over agents at each checkpoint, (C,).
    """

    def __init__(self, context: RunContext) -> None:
        self.steps: list[int] = []
        self.mean: dict[tuple[str, str], F64] = {}
        found: list[dict[tuple[str, str], float]] = []
        for step, cohorts in _checkpoints(context):
            self.steps.append(step)
            found.append(_means(context, cohorts))
        for key in dict.fromkeys(key for means in found for key in means):
            self.mean[key] = np.array([means.get(key, np.nan) for means in found])

    def heard(self, role: str) -> dict[str, F64]:
        """Faculties of a role that were ever heard, with their mean weights, (C,)."""
        mine = {faculty: mean for (name, faculty), mean in self.mean.items() if name == role}
        return {faculty: mean for faculty, mean in mine.items() if np.nanmax(np.abs(mean)) > SILENT}


def _checkpoints(context: RunContext) -> Iterator[tuple[int, list[Mapping[str, AnyArray]]]]:
    """Checkpoints in rising order, each as the arrays of its cohorts."""
    steps, before = [], context.steps + 1
    while (step := context.journal.checkpoint_before(before - 1)) is not None and step > 0:
        steps.append(step)
        before = step
    for step in reversed(steps):
        parts = context.journal.checkpoint(step)
        yield step, [arrays for part, arrays in parts.items() if part.startswith("cohort-")]


def _means(context: RunContext, cohorts: list[Mapping[str, AnyArray]]) -> dict[tuple[str, str], float]:
    sums: dict[tuple[str, str], list[AnyArray]] = {}
    for arrays in cohorts:
        there = arrays["agent"] >= 0
        if not there.any():
            continue
        role = context.team[context.role[arrays["agent"][there][0]]]
        if role in ROLES:
            for faculty, weight in _weights(context, role, arrays):
                sums.setdefault((role, faculty), []).append(weight[there])
    return {key: float(np.concatenate(weights).mean()) for key, weights in sums.items()}


def _weights(context: RunContext, role: str, arrays: Mapping[str, AnyArray]) -> Iterator[tuple[str, AnyArray]]:
    kind = ROLES[role]
    if issubclass(kind, Forecaster):
        left_out = {*context.scenario.market.left_out, *_left_out(context, int(arrays["desk"][arrays["agent"] >= 0][0]))}
        on_sale = [name for name in context.sources if name not in left_out]
        words = [f"{source}, {way}" for source in kind.watched(on_sale, context.team) for way in ("up", "down")]
        yield from zip(("belief", *words), arrays["faculties.weight"].T, strict=True)
    if "advisers.weights.weight" in arrays:
        yield from zip(("hunters", "analyzers"), np.clip(arrays["advisers.weights.weight"], 0, LARGEST_WEIGHT).T, strict=True)
    yield "memories", np.minimum(arrays["recollection.weights.weight"][:, 0], context.scenario.memory.trust)


def _left_out(context: RunContext, desk: int) -> tuple[str, ...]:
    """Names that the group of a desk does without."""
    groups = context.scenario.desk_groups()
    return next((group.left_out for group in context.scenario.desks if groups and group.name == groups[desk]), ())
