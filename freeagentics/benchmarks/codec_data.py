"""What codecs are measured on: the last part of a run's bars, as agents lived it that no codec was trained on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from freeagentics.arrays import F32, F64, I64
from freeagentics.memory.codec import Trained, VaeCodec
from freeagentics.memory.codec.registry import newest
from freeagentics.memory.codec.trained import ONE
from freeagentics.memory.codec.training.experiences import Experiences
from freeagentics.memory.features import FEATURES, Group
from freeagentics.model import load_scenario
from freeagentics.trials import LEARNED, collect

LOW = np.array([feature.low for feature in FEATURES], dtype=np.float32)
HIGH = np.array([feature.high for feature in FEATURES], dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Experiences of one role in one scenario.

    Attributes:
        trained: the role's shipped codec. codec: the same at work.
        learn: what rivals may learn from: other agents, the first part of the bars. test: what all are measured on.
        observed: what the market showed at each of the test's states, (n, A, columns).
    """

    role: str
    trained: Trained
    codec: VaeCodec
    learn: Experiences
    test: Experiences
    observed: F32

    @property
    def groups(self) -> dict[Group, I64]:
        """The features of each group that the role fills."""
        order = np.sort(self.trained.order)
        names = dict.fromkeys(FEATURES[feature].group for feature in order)
        return {name: order[[FEATURES[feature].group == name for feature in order]] for name in names}

    def standard(self, states: F32) -> F64:
        """States (n, 48) in standard deviations, as the codec was trained on them; clipped to their ranges."""
        return np.clip(states, LOW, HIGH) * (self.trained.scale / ONE)

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
    found = []
    for role, experiences in tested.experiences.items():
        trained = newest(role)
        if trained is not None:
            test = experiences.where(experiences.step > first)
            codec = VaeCodec(trained, experiences.columns)
            found.append(Sample(role, trained, codec, learned.experiences[role], test, tested.observed[test.step - 1]))
    return tuple(found)
