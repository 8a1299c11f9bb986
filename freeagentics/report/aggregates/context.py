"""The context that all of the report stands on: whose run it is, on which market, and when."""

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
        record, journal, names, scenario: of the run.
        timestamps: market time of each step's close, ms, (T,).
        symbols, units: of the assets. sources: cents a read, by name, of those that are on.
        team: the roles, by number. role: that of each agent, by number, (N,). agents: how many each role has, (R,).
        desks, horizon: as in the scenario. about: what the journal knows of the run.
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
