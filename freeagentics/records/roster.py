"""The roster: agents of a journal."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from freeagentics.agents.agent import agent_id
from freeagentics.arrays import AnyArray
from freeagentics.journal import SHARED, Journal, Kind
from freeagentics.market import Units
from freeagentics.records.names import Names, RoleNames


def decision_id(agent: str, step: int) -> str:
    """The id of what an agent decided in a step."""
    return f"dec-{agent}-{step}"


class Roster:
    """Names by number: ids, roles and actions of the agents on record.

    Attributes:
        seats: role, number, desk, cohort and row of each agent, (N,).
        ids, roles: of each agent, N strings.
        team: the roles of the run, by number.
        symbols, units: of the assets.
        columns: of an observation.
        sources: cents a read, by name, of those that are on.
    """

    def __init__(self, journal: Journal) -> None:
        """Read them. Raises BadRunDirectory where nothing is on record."""
        names, seats = Names.read(journal), journal.read(1, Kind.AGENTS, SHARED)
        assert seats is not None, "the first step has them beside the names"
        self.symbols, self.columns, self.sources = names.symbols, names.columns, names.sources
        self.units = Units.shifted(names.shifts)
        self._of_role = {role.role: role for role in names.team}
        team = list(self._of_role)
        self.seats = seats
        self.ids = [agent_id(team[seat["role"]], int(seat["number"])) for seat in seats]
        self.roles = [team[role] for role in seats["role"]]
        self.team = team
        self._id_series = pl.Series([*self.ids, None], dtype=pl.String)
        self._role_series = pl.Series(team)
        self._left: dict[int, int] = {}
        self._left_until = 0
        self._longest = max(len(role.actions) for role in names.team)
        padded = [(*role.actions, *[""] * self._longest)[: self._longest] for role in names.team]
        self._action_series = pl.Series([name for names in padded for name in names])

    def of_role(self, role: str) -> RoleNames:
        """Names that a role of the team gives."""
        return self._of_role[role]

    def role_of(self, agent: int) -> RoleNames:
        """Names that the role of an agent gives."""
        return self._of_role[self.roles[agent]]

    def role_in(self, cohort: int) -> RoleNames:
        """Names that the role of a cohort gives."""
        return self.role_of(int(np.argmax(self.seats["cohort"] == cohort)))

    def left(self, journal: Journal, until: int) -> Mapping[int, int]:
        """The step before which each agent left, by its number, of those who left before the end of step *until*."""
        for step in range(self._left_until + 1, until + 1):
            page = journal.read(step, Kind.DEPARTURES, SHARED)
            self._left |= dict.fromkeys(page["agent"].tolist() if page is not None else (), step)
        self._left_until = max(self._left_until, until)
        return self._left

    def id_column(self, agent: AnyArray) -> pl.Series:
        """Ids of agents (n,); null where the index is -1."""
        return self._id_series.gather(np.where(agent < 0, len(self.seats), agent))

    def role_column(self, agent: AnyArray) -> pl.Series:
        """Roles of agents (n,)."""
        return self._role_series.gather(self.seats["role"][agent])

    def action_column(self, agent: AnyArray, action: AnyArray) -> pl.Series:
        """Names of actions (n,) of agents (n,)."""
        return self._action_series.gather(self.seats["role"][agent].astype(np.int64) * self._longest + action)
