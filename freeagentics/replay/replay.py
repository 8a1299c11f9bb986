"""A replay: a model run again from its checkpoint, under a probe that keeps what one cohort did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from freeagentics.agents import Cohort, View
from freeagentics.agents.cohort import CohortPages, StepContext
from freeagentics.arrays import AnyArray
from freeagentics.journal import Journal
from freeagentics.memory import EncodedMemories
from freeagentics.records.lineage import Lineage
from freeagentics.replay.restore import restore
from freeagentics.signals import Inbox
from freeagentics.simulation.market_model import MarketModel
from freeagentics.simulation.probe import Probe


class CohortProbe(Probe):
    """A probe that keeps what one cohort saw, held and made of it.

    Attributes:
        before: state of the cohort when it began to decide, of the last step.
        view: what it saw then.
        step_context: what it went by.
        states: the feature vectors of all its rows, (rows, F), by step.
        memories: as it made them, by step.
    """

    def __init__(self, cohort: int) -> None:
        self._cohort = cohort
        self.before: Mapping[str, AnyArray] = {}
        self.view: View | None = None
        self.step_context: StepContext | None = None
        self.states: dict[int, AnyArray] = {}
        self.memories: dict[int, EncodedMemories] = {}

    def decides(self, cohort: Cohort, view: View) -> None:
        """Keep its state, and what it sees."""
        if cohort.number == self._cohort:
            self.before, self.view = cohort.state(), view

    def learned(self, cohort: Cohort, context: StepContext, pages: CohortPages) -> None:
        """Keep what it went by, and what it remembers."""
        if cohort.number == self._cohort:
            self.step_context = context
            self.states[context.view.observation.step] = context.states
            self.memories[context.view.observation.step] = pages.memories


class Replay:
    """A run once more, up to the end of one step, with one cohort under observation.

    Raises:
        RunFailed: it came out differently than it is on record.
    """

    def __init__(self, lineage: Lineage, journal: Journal, step: int, cohort: int) -> None:
        self.probe = CohortProbe(cohort)
        self.step = step
        self._model = MarketModel(lineage.at(step), probes=[self.probe])
        try:
            restore(self._model, journal, step - 1)
            while self._model.steps < step:
                self._model.step()
            self._model.writer.flush()
        except BaseException:
            self._model.close()
            raise
        self.cohort = self._model.population.cohorts[cohort]
        self.model = self._model

    def __enter__(self) -> Replay:
        return self

    def __exit__(self, *_: object) -> None:
        self._model.close()

    def decide_without(self, row: int, *, signal: int | None = None, memory: int | None = None, pattern: str | None = None) -> AnyArray:
        """The decision of one row at the step, had this signal not been valid for its agent, this memory not been in its index, or this
        pattern had no weight.

        Without a signal it goes by what it heard of other kinds; without a memory the next best comes to mind in its place.
        """
        assert self.probe.view is not None
        self.cohort.load(self.probe.before)
        view = self.probe.view
        if signal is not None:
            held = self.cohort.heard.number[row] == signal
            self.cohort.heard.expires[row, held] = -1
            view = replace(view, inbox=_inbox_without(view.inbox, row, signal))
        if memory is not None:
            index = self.cohort.index
            there = index.step[row] == memory
            index.result[row, there], index.step[row, there] = np.nan, -1
        if pattern is not None and (patterns := self.cohort.patterns) is not None:
            patterns.weights.weight[row, patterns.names.index(pattern)] = 0
        decisions = self.cohort.decide(view).decisions
        return decisions[decisions["agent"] == self.cohort.agent[row]][0]


def _inbox_without(inbox: Inbox, row: int, signal: int) -> Inbox:
    keep = ~((inbox.number == signal) & ((inbox.row == row) | (inbox.row < 0)))
    columns = {name: getattr(inbox, name)[keep] for name in Inbox.__slots__ if name != "read_watermark"}
    return replace(inbox, **columns)
