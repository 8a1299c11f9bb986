"""What codecs are measured on: the last part of a run's bars, as agents lived it that no codec was trained on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from freeagentics.arrays import F32, F64, I64, Mask
from freeagentics.evaluation import LEARNED, CollectedRun, collect
from freeagentics.memory.codec import DESK, AutoregressiveCodec, CodecWeights, Given, open_book_codec
from freeagentics.memory.codec.registry import shipped
from freeagentics.memory.codec.training.experiences import Experiences
from freeagentics.memory.codec.weights import ONE
from freeagentics.memory.features import BOOK, FEATURES, Group, column
from freeagentics.scenario import load_scenario

LOW = np.array([feature.low for feature in FEATURES], dtype=np.float32)
HIGH = np.array([feature.high for feature in FEATURES], dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Experiences of one role in one scenario.

    Attributes:
        weights: the role's shipped codec. codec: the same at work.
        learn: what rivals may learn from: other agents, the first part of the bars. test: what all are measured on.
        given: what the test's states are coded given.
        shared_bits: what a memory's share of its desk's book takes.
    """

    role: str
    weights: CodecWeights
    codec: AutoregressiveCodec
    learn: Experiences
    test: Experiences
    given: Given
    shared_bits: float

    @property
    def groups(self) -> dict[Group, I64]:
        """The features of each group that the role fills."""
        order = self.weights.filled
        names = dict.fromkeys(FEATURES[feature].group for feature in order)
        return {name: order[[FEATURES[feature].group == name for feature in order]] for name in names}

    def standard(self, states: F32) -> F64:
        """States (n, 48) in standard deviations, as the codec was trained on them; clipped to their ranges."""
        return np.clip(states, LOW, HIGH) * (self.weights.scale / ONE)

    def shown(self) -> tuple[Mask, F64]:
        """Which of the features that vary are given, and so need no code, (F,); and the mean square of their errors, (F,)."""
        features = self.weights.filled
        copied_from = self.weights.copied_from[features]
        columns = self.given.shown(self.test.focus)[:, copied_from] * (copied_from >= 0)
        scale = (self.weights.scale / ONE)[features]
        shown = np.clip(columns, LOW[features], HIGH[features]) * scale
        off = np.square(shown - self.standard(self.test.states)[:, features]).mean(axis=0)
        return copied_from >= 0, np.where(copied_from >= 0, off, 0)

    def errors(self, decoded: F32) -> dict[Group, float]:
        """Root mean square error of each group, in standard deviations, of the test's states (n, 48) as they came back."""
        square = np.square(self.standard(decoded) - self.standard(self.test.states)).mean(axis=0)
        return {name: float(np.sqrt(square[features].mean())) for name, features in self.groups.items()}


@lru_cache(maxsize=4)
def samples(scenario_name: str) -> tuple[Sample, ...]:
    """One for every role with a shipped codec."""
    scenario = load_scenario(scenario_name)
    first = int(scenario.steps * LEARNED)
    learned = collect(scenario.model_copy(update={"seed": 201}), first)
    tested = collect(scenario, scenario.steps)
    market = tested.experiences[DESK].columns
    shared = _book_bits(tested, market, first) / scenario.agents.team_size
    found = []
    for role, experiences in tested.experiences.items():
        if role != DESK:
            weights = shipped(role)
            test = experiences.where(experiences.step > first)
            codec = AutoregressiveCodec(weights, market)
            given = Given(tested.observed[test.step - 1], test.shown[:, len(market) :])
            found.append(Sample(role, weights, codec, learned.experiences[role], test, given, shared))
    return tuple(found)


def _book_bits(tested: CollectedRun, market: tuple[str, ...], first: int) -> float:
    """Mean bits of a desk's book in a step after *first*, all included, in pages as a run writes them."""
    codec = open_book_codec(AutoregressiveCodec.name, market)
    assert codec is not None, "autoregressive codecs share books"
    books = tested.experiences[DESK]
    places, bits = [column(name) for name in BOOK], []
    for step in range(first + 1, len(tested.observed) + 1):
        now = books.states[books.step == step][:, places]
        codes, _ = codec.encode(now, tested.observed[step - 1])
        bits.append(8 * len(codes.to_bytes()) / len(now))
    return float(np.mean(bits))
