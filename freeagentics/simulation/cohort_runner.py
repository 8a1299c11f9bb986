"""Runners of cohorts: here on an engine's threads, or where the cohorts live."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import partial
from typing import Any, cast

from freeagentics.agents import Cohort, Outcomes, Population, View
from freeagentics.agents.cohort import CohortPages, StepContext
from freeagentics.agents.decision import CohortOutput
from freeagentics.journal import pack_arrays
from freeagentics.runtime import Engine, RayEngine
from freeagentics.signals import Inbox
from freeagentics.simulation.remote_cohort import RemoteCohort

Piece = tuple[Cohort, View]


class CohortRunner(ABC):
    """Has cohorts decide and learn, and gives what came of it in their order.

    Attributes:
        hibernating: whether cohorts hibernate whenever they are not at work.
    """

    hibernating = False

    @abstractmethod
    def begin(self, population: Population) -> None:
        """The first step is about to begin."""

    @abstractmethod
    def decide(self, phase: Sequence[Cohort], views: Sequence[View]) -> list[CohortOutput]:
        """Have the cohorts of a phase decide."""

    @abstractmethod
    def learn(self, cohorts: Sequence[Cohort], outcomes: Outcomes | None) -> list[CohortPages]:
        """Have cohorts learn and remember."""

    @abstractmethod
    def pack(self, cohorts: Sequence[Cohort]) -> list[bytes]:
        """Have cohorts pack their checkpoints, by `pack_arrays`."""


class LocalRunner(CohortRunner):
    """Runs cohorts of this process, on an engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, population: Population) -> None:
        """Do nothing: cohorts are where they are."""

    def decide(self, phase: Sequence[Cohort], views: Sequence[View]) -> list[CohortOutput]:
        """Have the cohorts of a phase decide."""
        return self._engine.map(partial(_decide, self.hibernating), list(zip(phase, views, strict=True)))

    def learn(self, cohorts: Sequence[Cohort], outcomes: Outcomes | None) -> list[CohortPages]:
        """Have cohorts learn and remember."""
        return self._engine.map(partial(_learn, self.hibernating, outcomes), cohorts)

    def pack(self, cohorts: Sequence[Cohort]) -> list[bytes]:
        """Have cohorts pack their checkpoints."""
        return self._engine.map(partial(_pack, self.hibernating), cohorts)


class RemoteRunner(CohortRunner):
    """Moves cohorts to an engine's workers when the first step begins, and calls them there: one message to a worker and phase."""

    def __init__(self, engine: RayEngine) -> None:
        self._engine = engine
        self._step = -1
        self._shared: object = None

    def begin(self, population: Population) -> None:
        """Move the cohorts: from now on `RemoteCohort` stands for each of them."""
        cohorts = population.cohorts
        modules = [module for name, module in sys.modules.items() if name.startswith("freeagentics_plugin_")]
        homes = placed([[(one.number, one.rows) for one in phase] for phase in population.phases()], self._engine.workers)
        self._engine.own({cohort.number: cohort for cohort in cohorts}, homes, modules)
        population.cohorts = [cast(Cohort, RemoteCohort(cohort, self._engine)) for cohort in cohorts]

    def decide(self, phase: Sequence[Cohort], views: Sequence[View]) -> list[CohortOutput]:
        """Have the cohorts of a phase decide; what all of them see crosses once a step, inboxes with the call."""
        step = views[0].observation.step
        if step != self._step:
            view = views[0]
            self._step, self._shared = step, self._engine.share((view.observation, view.books, view.fills, view.outcomes, view.standing))
        inboxes = {cohort.number: (self.hibernating, view.inbox) for cohort, view in zip(phase, views, strict=True)}
        outputs = self._engine.call(_decide_there, inboxes, self._shared)
        _worked(phase)
        return outputs

    def learn(self, cohorts: Sequence[Cohort], outcomes: Outcomes | None) -> list[CohortPages]:
        """Have cohorts learn from the outcomes that they saw when they decided."""
        pages = self._engine.call(_learn_there, {cohort.number: self.hibernating for cohort in cohorts})
        _worked(cohorts)
        return pages

    def pack(self, cohorts: Sequence[Cohort]) -> list[bytes]:
        """Have cohorts pack their checkpoints where they live: what crosses is a tenth of their arrays."""
        return self._engine.call(_pack_there, {cohort.number: self.hibernating for cohort in cohorts})


def runner_on(engine: Engine) -> CohortRunner:
    """The runner of cohorts for an engine."""
    return RemoteRunner(engine) if isinstance(engine, RayEngine) else LocalRunner(engine)


def placed(phases: Sequence[Sequence[tuple[int, int]]], workers: int) -> dict[int, int]:
    """Worker of each cohort, given number and rows of those of each phase: a phase is spread evenly, for it is as slow as its slowest."""
    homes: dict[int, int] = {}
    total = [0] * workers
    for phase in phases:
        load = [0] * workers
        for number, rows in sorted(phase, key=lambda one: -one[1]):
            home = min(range(workers), key=lambda worker: (load[worker], total[worker]))
            homes[number] = home
            load[home] += rows
            total[home] += rows
    return homes


def _worked(cohorts: Sequence[Cohort]) -> None:
    for cohort in cohorts:
        cast(RemoteCohort, cohort).worked()


def _decide(hibernating: bool, piece: Piece) -> CohortOutput:
    cohort, view = piece
    actions = cohort.decide(view)
    if hibernating:
        cohort.hibernate()
    return actions


def _learn(hibernating: bool, outcomes: Outcomes | None, cohort: Cohort) -> CohortPages:
    pages = cohort.learn(outcomes)
    if hibernating:
        cohort.hibernate()
    return pages


def _pack(hibernating: bool, cohort: Cohort) -> bytes:
    packed = pack_arrays(cohort.checkpoint())
    if hibernating:
        cohort.hibernate()
    return packed


def _pack_there(cohort: Cohort, hibernating: bool, shared: object) -> bytes:
    return _pack(hibernating, cohort)


def _decide_there(cohort: Cohort, given: tuple[bool, Inbox], shared: tuple[Any, Any, Any, Any, Any]) -> CohortOutput:
    hibernating, inbox = given
    observation, books, fills, outcomes, standing = shared
    return _decide(hibernating, (cohort, View(observation, inbox, books, fills, outcomes, standing)))


def _learn_there(cohort: Cohort, hibernating: bool, shared: object) -> CohortPages:
    context = cast(StepContext, cohort.step_context)
    return _learn(hibernating, context.view.outcomes, cohort)
