"""Experiences of runs: what codecs are trained and measured on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from freeagentics.agents import Cohort
from freeagentics.agents.cohort import Thought
from freeagentics.arrays import F32
from freeagentics.memory.codec.training.experiences import Experiences
from freeagentics.model import MarketModel, Scenario
from freeagentics.trials.onlooker import Onlooker


class _Collector(Onlooker):
    def __init__(self) -> None:
        super().__init__()
        self.observed: dict[int, F32] = {}
        self.parts: defaultdict[str, list[Experiences]] = defaultdict(list)

    def learned(self, cohort: Cohort, thought: Thought) -> None:
        observation, active = thought.view.observation, cohort.active
        # A market may show its next bar in the same array.
        self.observed[observation.step] = observation.values.copy()
        self.parts[cohort.role].append(
            Experiences(
                role=cohort.role,
                columns=observation.columns,
                states=thought.states[active],
                shown=observation.values[thought.focus[active]],
                focus=thought.focus[active],
                agent=cohort.agent[active].astype(np.int64),
                step=np.full(int(active.sum()), observation.step, dtype=np.int32),
            )
        )


@dataclass(frozen=True, slots=True, eq=False)
class Lived:
    """What went on in a run: experiences by role, and what the market showed, (steps, assets, columns), from step 1 on."""

    experiences: Mapping[str, Experiences]
    observed: F32


def collect(scenario: Scenario, steps: int) -> Lived:
    """What the agents of a scenario live through in its first *steps* steps. Raises what a run of it raises."""
    collector = _Collector()
    with MarketModel(scenario, engine=collector) as model:
        for _ in range(steps):
            model.step()
    experiences = {role: _one_run(parts) for role, parts in collector.parts.items()}
    return Lived(experiences, np.stack([collector.observed[step] for step in range(1, steps + 1)]))


def _one_run(parts: list[Experiences]) -> Experiences:
    """The steps of one run as one, in which an agent keeps its number."""
    return replace(Experiences.joined(parts), agent=np.concatenate([part.agent for part in parts]))
