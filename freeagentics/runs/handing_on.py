"""Handing on: agents of a new run begin with what the best of their role had learned in an earlier one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from freeagentics.agents import Cohort
from freeagentics.arrays import I64
from freeagentics.errors import BadScenario
from freeagentics.journal import Journal
from freeagentics.records.run_directory import RunDirectory
from freeagentics.replay.restore import model_at
from freeagentics.scenario.files import with_changes
from freeagentics.scenario.scenario import Scenario
from freeagentics.simulation.market_model import MarketModel

BEST = 4
"""One in so many agents of a role hands on: those of the desks that had most at the end."""

_Seat = tuple[Cohort, int]


@dataclass(frozen=True, slots=True, eq=False)
class Elders:
    """The agents of an earlier run, at the end of one of its steps.

    What they hand on is lessons: how right belief, sources, advisers and memories proved, as if the young had seen it themselves, and the
    latest bars with what followed each, in which hunters find sequences. Single memories stay where they are, for they name steps of
    another market.

    Attributes:
        run: id of the run.
        step: its last one that they know.
        model: where they are.
    """

    run: str
    step: int
    model: MarketModel

    @classmethod
    @contextmanager
    def of(cls, source: str | Path, *, allow_plugins: bool = False) -> Iterator[Self]:
        """Those of ``RUN_DIR`` at its last step, or of ``RUN_DIR:STEP``.

        Raises:
            BadRunDirectory: no run directory.
            BadScenario: a step that was not committed.
            UntrustedPlugin: plugins that this user has not run before, without *allow_plugins*.
        """
        path, wanted = _parsed(str(source))
        directory = RunDirectory.open(path)
        with ExitStack() as stack:
            journal = stack.enter_context(Journal(directory.journal))
            last = journal.commit_record()
            step = wanted if wanted is not None else last.step if last else 0
            scenario = directory.load_lineage(allow_plugins=allow_plugins).at(step)
            model = stack.enter_context(model_at(scenario, journal, step))
            yield cls(str(journal.metadata()["run"]), step, model)

    def heard_by(self, scenario: Scenario) -> Scenario:
        """The scenario with the number of bars that are handed on in it.

        Raises:
            BadScenario: its market has another number of assets, or it says another number of bars.
        """
        mine, theirs = self.model.scenario.memory, scenario.memory
        bars = min(mine.handed_on + self.step, mine.sequences, theirs.sequences) if mine.sequences_of == theirs.sequences_of else 0
        if theirs.handed_on not in (0, bars):
            raise BadScenario(f"memory.handed_on: {theirs.handed_on} bars asked for, run {self.run} hands on {bars} at step {self.step}")
        return with_changes(scenario, {"memory.handed_on": bars})

    def hand_on(self, model: MarketModel) -> None:
        """Let all agents of a model that has not stepped yet begin with what the best of their role had learned.

        Raises:
            BadScenario: its market has another number of assets.
        """
        ours, theirs = self.model.population.cohorts[0].context.assets, model.population.cohorts[0].context.assets
        if ours != theirs:
            raise BadScenario(f"--memories-from: run {self.run} has {ours} assets and this one {theirs}; both must have as many")
        best = {role: self._best(role) for role in {cohort.role for cohort in self.model.population.cohorts}}
        for cohort in model.population.cohorts:
            if elders := best.get(cohort.role):
                self._teach(cohort, elders)

    def _best(self, role: str) -> list[_Seat]:
        """The best agents of a role, by equity of their desk, then by number."""
        equity = self.model.ledger.equity[self.step % len(self.model.ledger.equity)]
        seats = [
            (cohort, row)
            for cohort in self.model.population.cohorts
            if cohort.role == role
            for row in np.flatnonzero(cohort.active).tolist()
        ]
        seats.sort(key=lambda seat: (-equity[seat[0].desk[seat[1]]], seat[0].number_in_role[seat[1]]))
        return seats[: -(-len(seats) // BEST)]

    def _teach(self, cohort: Cohort, elders: list[_Seat]) -> None:
        """Agents in turn have the best, the second best, ... as their elder."""
        rows = np.flatnonzero(cohort.active)
        chosen = [elders[number % len(elders)] for number in cohort.number_in_role[rows].tolist()]
        for elder in dict.fromkeys(seat[0] for seat in chosen):
            mine = [number for number, seat in enumerate(chosen) if seat[0] is elder]
            cohort.inherit(rows[mine], elder, _rows([chosen[number][1] for number in mine]), self.step)


def _rows(rows: list[int]) -> I64:
    return np.array(rows, dtype=np.int64)


def _parsed(text: str) -> tuple[Path, int | None]:
    """``RUN_DIR`` or ``RUN_DIR:STEP``."""
    path, colon, step = text.rpartition(":")
    return (Path(path), int(step)) if colon and step.isascii() and step.isdigit() else (Path(text), None)
