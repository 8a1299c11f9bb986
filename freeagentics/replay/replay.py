"""A witness: runs a model again from its checkpoint, and keeps what went through the hands of one cohort."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from freeagentics.agents import Cohort, View
from freeagentics.agents.cohort import StepContext
from freeagentics.arrays import AnyArray
from freeagentics.journal import Journal
from freeagentics.records.lineage import Lineage
from freeagentics.replay.restore import rewind
from freeagentics.runtime import SerialEngine
from freeagentics.signals import Inbox
from freeagentics.simulation.market_model import MarketModel


class ReplayEngine(SerialEngine):
    """An engine that looks on while the pieces of one cohort pass.

    Attributes:
        before: state of the cohort when it began to decide, of the last step.
        view: what it saw then. states: the experiences of all its rows, (rows, 48), by step.
    """

    def __init__(self, cohort: int) -> None:
        super().__init__()
        self._cohort = cohort
        self.before: Mapping[str, AnyArray] = {}
        self.view: View | None = None
        self.step_context: StepContext | None = None
        self.states: dict[int, AnyArray] = {}

    def map(self, function: Callable[[Any], Any], pieces: Sequence[Any]) -> list[Any]:
        """Results in the order of *pieces*."""
        return [self._see(function, piece) if self._deciding(piece) else function(piece) for piece in pieces]

    def _deciding(self, piece: object) -> bool:
        return isinstance(piece, tuple) and isinstance(piece[0], Cohort) and piece[0].number == self._cohort

    def _see(self, function: Callable[[Any], Any], piece: tuple[Cohort, View]) -> object:
        cohort, self.view = piece
        self.before = cohort.state()
        actions = function(piece)
        self.step_context = cohort.step_context
        if self.step_context is not None:
            # Learning fills in the rest of this very array.
            self.states[self.view.observation.step] = self.step_context.states
        return actions


class Replay:
    """A run once more, up to the end of one step, with one cohort under observation.

    Raises:
        RunFailed: it came out differently than it is on record.
    """

    def __init__(self, lineage: Lineage, journal: Journal, step: int, cohort: int) -> None:
        self.witness = ReplayEngine(cohort)
        self.step = step
        self._model = MarketModel(lineage.at(step), engine=self.witness)
        try:
            rewind(self._model, journal, step - 1)
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

    def decide_without(self, row: int, *, signal: int | None = None, memory: int | None = None) -> AnyArray:
        """The decision of one row at the step, had this signal not been valid for its agent, or this memory not been in its index.

        Without a signal it goes by what it heard of other kinds; without a memory the next best comes to mind in its place.
        """
        assert self.witness.view is not None
        self.cohort.load(self.witness.before)
        view = self.witness.view
        if signal is not None:
            held = self.cohort.heard.number[row] == signal
            self.cohort.heard.expires[row, held] = -1
            view = replace(view, inbox=_inbox_without(view.inbox, row, signal))
        if memory is not None:
            index = self.cohort.index
            there = index.step[row] == memory
            index.result[row, there], index.step[row, there] = np.nan, -1
        decisions = self.cohort.decide(view).decisions
        return decisions[decisions["agent"] == self.cohort.agent[row]][0]


def _inbox_without(inbox: Inbox, row: int, signal: int) -> Inbox:
    keep = ~((inbox.number == signal) & ((inbox.row == row) | (inbox.row < 0)))
    columns = {name: getattr(inbox, name)[keep] for name in Inbox.__slots__ if name != "read_watermark"}
    return replace(inbox, **columns)
