"""Patterns that agents are given: conditions in forecasts, weighed as outcomes have shown them to be right, and not at all before that."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

from freeagentics import kernels
from freeagentics.agents.market_contexts import CONTEXTS, market_contexts
from freeagentics.agents.view import Outcomes
from freeagentics.arrays import F32, I64, AnyArray, ArrayState, Mask
from freeagentics.condition import Condition
from freeagentics.market import Observation
from freeagentics.mind import FacultyWeights, HeldDirections

SEQUEL = "sequences.sequel"
"""Feature that is no column: what a hunter's recall of sequences expects, in standard deviations over the horizon."""


class PatternSettings(BaseModel):
    """A pattern that agents begin with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    conditions: dict[str, Any] = Field(
        description="When it speaks: one threshold, FEATURE_min or FEATURE_max, of a column of the observation or of `sequences.sequel`, "
        'and perhaps `context`, e.g. `["trend", "rising"]`; as stores hold them, and `freeagentics patterns --save` writes them.'
    )
    prior: float = Field(0.1, gt=0, lt=0.5, description="Probability, before any outcome in this run, that it tells of returns.")

    @field_validator("conditions")
    @classmethod
    def _one_condition(cls, conditions: dict[str, Any]) -> dict[str, Any]:
        condition = Condition.of_data(conditions)
        if condition.context and condition.context[1] not in CONTEXTS.get(condition.context[0], ()):
            known = "; ".join(f"{name}: {', '.join(values)}" for name, values in CONTEXTS.items())
            raise ValueError(f"no context {' is '.join(condition.context)}; there are {known}")
        return condition.to_data()

    @cached_property
    def condition(self) -> Condition:
        """The condition."""
        return Condition.of_data(self.conditions)

    @property
    def source(self) -> str:
        """Name of the source that its feature is of; the price, which everybody sees, where it has none of its own."""
        source = self.condition.feature.partition(".")[0]
        return "price" if source in ("", "sequences") else source


@dataclass(frozen=True, slots=True)
class _Shown:
    """A step of the market, a row an asset."""

    features: Mapping[str, AnyArray]
    contexts: Mapping[str, AnyArray]

    def __len__(self) -> int:
        return len(self.contexts["trading_hours"])


class GivenPatterns(ArrayState):
    """Patterns in the forecasts of a cohort.

    A pattern says 1 where its condition is met and its source was read; that is held over the horizon, and fades. Of several the first
    speaks (a decision list; Rivest, 1987, doi:10.1007/BF00058680), for conditions of one cause are found together, and what they say is
    to count once. What it is worth, a rise or a fall, outcomes tell.

    Args:
        rows: of the cohort.
        assets: A of them.
        horizon: bars that an outcome looks ahead.
        patterns: P of them.

    Attributes:
        weights: how outcomes answered to each, P components.
        held: what each said last.
        said: of the steps over the horizon, (horizon + 1, rows, P, assets).
        read: whether its source was read, (horizon + 1, rows, P).
    """

    def __init__(self, rows: int, assets: int, horizon: int, patterns: Sequence[PatternSettings]) -> None:
        self._conditions = tuple(pattern.condition for pattern in patterns)
        self.weights = FacultyWeights(rows, horizon, np.array([pattern.prior for pattern in patterns], dtype=np.float32))
        self.held = HeldDirections(rows, len(patterns), assets, horizon)
        self.said = np.zeros((horizon + 1, rows, len(patterns), assets), dtype=np.float32)
        self.read = np.zeros((horizon + 1, rows, len(patterns)), dtype=np.bool_)

    def observe(self, observation: Observation, sequel: F32 | None, read: Mask) -> None:
        """Take in a step: of its observation, of what sequences lead to expect (rows, assets), and of the patterns whose source each row
        *read*, (rows, P)."""
        features = {name: observation.column(name) for name in observation.columns}
        timestamps = np.full(len(observation.prices), observation.timestamp)
        shown = _Shown(
            features if sequel is None else features | {SEQUEL: sequel},
            market_contexts(observation.columns, observation.column, timestamps),
        )
        slot = observation.step % len(self.said)
        words, self.read[slot] = self.said[slot], read
        silent = np.ones((len(words), len(timestamps)), dtype=np.bool_)
        for place, condition in enumerate(self._conditions):
            words[:, place] = speaks = condition.met(shown) & read[:, place, None] & silent
            silent &= ~speaks
        self.held.take(words, self.read[slot])

    @property
    def names(self) -> tuple[str, ...]:
        """The conditions in words."""
        return tuple(map(str, self._conditions))

    def contributions(self) -> F32:
        """Shift of each forecast by each pattern, (rows, P, assets)."""
        return self.weights.contributions(self.held.now())

    def worth(self, threshold: float, life: float) -> F32:
        """Squared error that a reading of its source saves by each pattern, (rows, P): nothing where it is not heard, so that what tells
        nothing costs nothing."""
        return np.where(self.weights.weight != 0, self.weights.worth(threshold, life), np.float32(0))

    def learn(self, outcomes: Outcomes, residual: F32, judged: Mask) -> F32:
        """Learn from outcomes; *residual* (rows, assets) is what belief and sources left of them. Returns what patterns leave of that."""
        slot = outcomes.step % len(self.said)
        word = self.said[slot]
        told = self.weights.contributions(word)
        left: F32 = residual - kernels.total(told, axis=1)
        result = np.repeat(outcomes.result[None], len(residual), axis=0)
        self.weights.learn(outcomes.step, word, left[:, None] + told, result, judged, self.read[slot])
        return left

    def inherit(self, rows: I64, other: GivenPatterns, theirs: I64) -> None:
        """Rows (indexes) begin with what rows *theirs* of another have learned of the same patterns."""
        self.weights.inherit(rows, other.weights, theirs)

    def forget(self, rows: I64) -> None:
        """Rows (indexes) start afresh, for agents that arrive."""
        self.weights.forget(rows)
        self.held.forget(rows)
        self.said[:, rows], self.read[:, rows] = 0, False


def heeded(patterns: Sequence[PatternSettings], watched: Collection[str], *, heeds_price: bool) -> tuple[PatternSettings, ...]:
    """The patterns of sources that a role watches; on a desk one role heeds those of the price."""
    return tuple(one for one in patterns if (heeds_price if one.source == "price" else one.source in watched))
