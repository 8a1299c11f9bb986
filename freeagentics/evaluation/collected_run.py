"""Feature vectors of runs: what codecs are trained and measured on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from freeagentics.agents import Cohort, DeskBooks
from freeagentics.agents.cohort import CohortPages, StepContext
from freeagentics.arrays import F32
from freeagentics.market import Observation
from freeagentics.memory import FEATURES
from freeagentics.memory.codec import BOOK_COLUMNS, DESK, book_vectors, whole_market
from freeagentics.memory.codec.training.data import TrainingData
from freeagentics.progress import ProgressCallback, no_progress, track
from freeagentics.scenario import Scenario
from freeagentics.simulation import MarketModel, Probe


class _Collector(Probe):
    def __init__(self) -> None:
        self.observed: dict[int, F32] = {}
        self.parts: defaultdict[str, list[TrainingData]] = defaultdict(list)

    def learned(self, cohort: Cohort, context: StepContext, pages: CohortPages) -> None:
        observation, active = context.view.observation, cohort.active
        if observation.step not in self.observed:
            # A market may show its next bar in the same array.
            self.observed[observation.step] = observation.values.copy()
            self._books(context.view.books, observation)
        side_information, focus = context.view.side_information(cohort.desk[active]), context.focus[active]
        self.parts[cohort.role].append(
            TrainingData(
                role=cohort.role,
                columns=(*observation.columns, *BOOK_COLUMNS),
                # Of features of a role's own a codec learns nothing: it keeps them as they are.
                vectors=context.states[active, : len(FEATURES)],
                side_information=side_information.in_focus(focus),
                focus=focus,
                agent=cohort.agent[active].astype(np.int64),
                step=np.full(len(focus), observation.step, dtype=np.int32),
            )
        )

    def _books(self, books: DeskBooks, observation: Observation) -> None:
        desks = len(books.features)
        self.parts[DESK].append(
            TrainingData(
                role=DESK,
                columns=observation.columns,
                vectors=book_vectors(books.features),
                side_information=np.repeat(whole_market(observation.values), desks, axis=0),
                focus=np.zeros(desks, dtype=np.int64),
                agent=np.arange(desks),
                step=np.full(desks, observation.step, dtype=np.int32),
            )
        )


@dataclass(frozen=True, slots=True, eq=False)
class CollectedRun:
    """Training data of a run.

    Attributes:
        by_role: data by role; under `DESK` that of books.
        observed: observations from step 1 on, (steps, assets, columns).
    """

    by_role: Mapping[str, TrainingData]
    observed: F32


def collect(scenario: Scenario, steps: int, progress: ProgressCallback = no_progress) -> CollectedRun:
    """Collect the training data of a scenario in its first *steps* steps. Raises what a run of it raises."""
    collector = _Collector()
    with MarketModel(scenario, probes=[collector]) as model:
        for _ in track(progress, f"running {steps:,} steps of {scenario.name} with seed {scenario.seed}", range(steps)):
            model.step()
    data = {role: _one_run(parts) for role, parts in collector.parts.items()}
    return CollectedRun(data, np.stack([collector.observed[step] for step in range(1, steps + 1)]))


def _one_run(parts: list[TrainingData]) -> TrainingData:
    """The steps of one run as one, in which an agent keeps its number."""
    return replace(TrainingData.joined(parts), agent=np.concatenate([part.agent for part in parts]))
