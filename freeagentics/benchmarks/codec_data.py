"""Test data of codecs: the last part of a run's bars, with agents that no codec was trained on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from freeagentics.arrays import F32, F64, I64, Mask
from freeagentics.evaluation import TRAINING_SHARE, CollectedRun, collect
from freeagentics.memory.codec import DESK, AutoregressiveCodec, CodecWeights, SideInformation, open_book_codec
from freeagentics.memory.codec.fixed_point import ONE
from freeagentics.memory.codec.registry import shipped
from freeagentics.memory.codec.training.data import TrainingData
from freeagentics.memory.features import BOOK, FEATURES, HIGH_32, LOW_32, Group, column
from freeagentics.scenario import load_scenario


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Feature vectors of one role in one scenario.

    Attributes:
        role: name.
        weights: of the role's shipped codec.
        codec: the shipped codec.
        learn: training data of the baselines: other agents, the first part of the bars.
        test: data that all codecs are measured on.
        side_information: of the test data.
        shared_bits: bits of a memory's share of its desk's book.
    """

    role: str
    weights: CodecWeights
    codec: AutoregressiveCodec
    learn: TrainingData
    test: TrainingData
    side_information: SideInformation
    shared_bits: float

    @property
    def groups(self) -> dict[Group, I64]:
        """The features of each group that the role fills."""
        order = self.weights.filled
        names = dict.fromkeys(FEATURES[feature].group for feature in order)
        return {name: order[[FEATURES[feature].group == name for feature in order]] for name in names}

    def standard(self, vectors: F32) -> F64:
        """Feature vectors (n, 48) in standard deviations, as the codec was trained on them; clipped to their ranges."""
        return np.clip(vectors, LOW_32, HIGH_32) * (self.weights.scale / ONE)

    def copied(self) -> tuple[Mask, F64]:
        """True for features that are copied and need no code, (F,), and the mean square of their errors, (F,)."""
        features = self.weights.filled
        copied_from = self.weights.copied_from[features]
        columns = self.side_information.in_focus(self.test.focus)[:, copied_from] * (copied_from >= 0)
        scale = (self.weights.scale / ONE)[features]
        shown = np.clip(columns, LOW_32[features], HIGH_32[features]) * scale
        off = np.square(shown - self.standard(self.test.vectors)[:, features]).mean(axis=0)
        return copied_from >= 0, np.where(copied_from >= 0, off, 0)

    def errors(self, decoded: F32) -> dict[Group, float]:
        """Root mean square error of each group, in standard deviations, of the test's feature vectors (n, 48) as they came back."""
        square = np.square(self.standard(decoded) - self.standard(self.test.vectors)).mean(axis=0)
        return {name: float(np.sqrt(square[features].mean())) for name, features in self.groups.items()}


@lru_cache(maxsize=4)
def samples(scenario_name: str) -> tuple[Sample, ...]:
    """One for every role with a shipped codec."""
    scenario = load_scenario(scenario_name)
    first = int(scenario.steps * TRAINING_SHARE)
    learned = collect(scenario.model_copy(update={"seed": 201}), first)
    tested = collect(scenario, scenario.steps)
    market = tested.by_role[DESK].columns
    shared = _book_bits(tested, market, first) / scenario.agents.team_size
    found = []
    for role, data in tested.by_role.items():
        if role != DESK:
            weights = shipped(role)
            test = data.where(data.step > first)
            codec = AutoregressiveCodec(weights, market)
            side_information = SideInformation(tested.observed[test.step - 1], test.side_information[:, len(market) :])
            found.append(Sample(role, weights, codec, learned.by_role[role], test, side_information, shared))
    return tuple(found)


def _book_bits(tested: CollectedRun, market: tuple[str, ...], first: int) -> float:
    """Mean bits of a desk's book in a step after *first*, all included, in pages as a run writes them."""
    codec = open_book_codec(AutoregressiveCodec.name, market)
    assert codec is not None, "autoregressive codecs share books"
    books = tested.by_role[DESK]
    places, bits = [column(name) for name in BOOK], []
    for step in range(first + 1, len(tested.observed) + 1):
        now = books.vectors[books.step == step][:, places]
        codes, _ = codec.encode(now, tested.observed[step - 1])
        bits.append(8 * len(codes.to_bytes()) / len(now))
    return float(np.mean(bits))
