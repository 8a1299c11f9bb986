"""The context of a report: the run, its market and its times."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import I64
from freeagentics.clock import moment, spacing
from freeagentics.journal import Journal
from freeagentics.records import RunRecord
from freeagentics.records.roster import Roster


class RunContext:
    """A run and its market; T steps, A assets, D desks, R roles.

    Attributes:
        record: of the run.
        journal: of the run, open.
        scenario: as resolved.
        names: agents, roles and symbols by number.
        timestamps: market time of each step's close, ms, (T,).
        symbols: of the assets, (A,).
        units: of the assets.
        sources: cents a read by name, of sources that are on.
        team: roles by number, (R,).
        role: number of each agent's role, (N,).
        agents: agents of each role, (R,).
        desks: number of desks.
        horizon: steps from a decision to its outcome.
        about: metadata of the journal.
    """

    def __init__(self, record: RunRecord, journal: Journal) -> None:
        self.record, self.journal, self.scenario = record, journal, record.scenario
        self.names = Roster(journal)
        self.timestamps: I64 = record.model_frame["timestamp"].dt.timestamp("ms").to_numpy()
        self._spacing = spacing(self.timestamps.tolist())
        self.symbols, self.units, self.sources = self.names.symbols, self.names.units, self.names.sources
        self.team = tuple(self.names.team)
        self.role: I64 = self.names.seats["role"].astype(np.int64)
        self.agents: I64 = np.bincount(self.role, minlength=len(self.team))
        self.desks, self.horizon = self.scenario.agents.desks, self.scenario.memory.horizon
        self.about = journal.metadata()

    def moment(self, step: int) -> str:
        """Market time at the close of a step, for people."""
        return moment(int(self.timestamps[step - 1]), self._spacing)

    @property
    def steps(self) -> int:
        """Steps on record."""
        return len(self.timestamps)
