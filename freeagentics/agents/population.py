"""The population: all agents, each in a row of a cohort."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from pydantic import BaseModel

from freeagentics.agents.agent import agent_id
from freeagentics.agents.cohort import Cohort
from freeagentics.agents.context import CohortContext
from freeagentics.agents.registry import SHIPPED, Registry
from freeagentics.arrays import AnyArray
from freeagentics.signals import COHORT_ROWS, Directory

SEAT = np.dtype([("agent", "<i4"), ("role", "u1"), ("number", "<i4"), ("desk", "<i4"), ("cohort", "<i4"), ("row", "<u2")])
"""The seat of an agent: what the journal needs to name it."""


def blocks(agents: int) -> list[int]:
    """Rows of the cohorts that seat this many agents: full ones, and one for the rest."""
    whole, rest = divmod(agents, COHORT_ROWS)
    return [COHORT_ROWS] * whole + [rest] * (rest > 0)


@dataclass(frozen=True, slots=True)
class DeskGroup:
    """Desks whose agents have the same context and settings.

    Attributes:
        first_desk: its first desk.
        desks: how many there are.
        context: of its cohorts.
        settings: of each role; those not given are the role's defaults.
        left_out: roles whose cohorts stay empty, so that the numbers of all others, which what is drawn depends on, stay the same.
    """

    first_desk: int
    desks: int
    context: CohortContext
    settings: Mapping[str, BaseModel] = field(default_factory=dict)
    left_out: Collection[str] = ()


class Population:
    """All agents of a run, seated in cohorts of one role and one group of desks.

    Attributes:
        directory: role, desk, cohort and row of every agent.
        cohorts: by number, roles in pipeline order.
        number: of each agent within its role, (N,) int32.
    """

    def __init__(self, counts: Mapping[str, int], desks: int, groups: Sequence[DeskGroup], registry: Registry = SHIPPED) -> None:
        """Seat agents.

        Args:
            counts: agents of each role.
            desks: over which they are spread.
            groups: of desks, which together have all of them.
            registry: what the roles are.
        """
        self._registry = registry
        self.directory = Directory(groups[0].context.roles, desks)
        self.cohorts: list[Cohort] = []
        drawn = [0] * len(groups)
        numbers = []
        for role, count in counts.items():
            desk = np.arange(count) % desks
            for place, group in enumerate(groups):
                of_group = np.flatnonzero((desk >= group.first_desk) & (desk < group.first_desk + group.desks))
                first = 0
                for rows in blocks(len(of_group)):
                    seated = of_group[first : first + rows] if role not in group.left_out else of_group[:0]
                    numbers.append(self._fill(role, rows, seated, group, drawn[place]))
                    first, drawn[place] = first + rows, drawn[place] + 1
            self._count_peers(role)
        self.number = np.concatenate(numbers).astype(np.int32)

    def _fill(self, role: str, block: int, numbers: np.ndarray, group: DeskGroup, draws_as: int) -> np.ndarray:
        kind, number = self._registry.role(role), len(self.cohorts)
        context = group.context if draws_as == number else replace(group.context, draws_as={number: draws_as})
        cohort = kind(number, block, context, group.settings.get(role, kind.Settings()))
        rows = np.arange(len(numbers))
        agents = self.directory.add(context.roles.index(role), numbers, cohort.number, rows)
        cohort.seat(rows, agents, numbers, self.directory.desk[agents], 0)
        self.cohorts.append(cohort)
        return numbers

    def _count_peers(self, role: str) -> None:
        mine = [cohort for cohort in self.cohorts if cohort.role == role]
        held = np.bincount(np.concatenate([cohort.desk[cohort.active] for cohort in mine]), minlength=self.directory.desks)
        for cohort in mine:
            cohort.share_work(np.maximum(held[cohort.desk], 1))

    def __len__(self) -> int:
        """Agents that ever were there."""
        return len(self.number)

    def leave(self, agent: int) -> None:
        """An agent leaves for good: its row is free, nothing is delivered to it any more, and its peers have its share of the work."""
        directory = self.directory
        cohort = self.cohorts[directory.cohort[agent]]
        cohort.unseat(int(directory.row[agent]))
        directory.remove(agent)
        self._count_peers(cohort.role)

    def take_stock(self) -> None:
        """Know from the cohorts, which were loaded, who is still there."""
        present = np.concatenate([cohort.agent[cohort.active] for cohort in self.cohorts])
        self.directory.load(self.directory.state() | {"agent_alive": np.isin(np.arange(len(self)), present)})

    def phases(self) -> list[list[Cohort]]:
        """Cohorts that decide together, in pipeline order."""
        phases = sorted({cohort.phase for cohort in self.cohorts})
        return [[cohort for cohort in self.cohorts if cohort.phase == phase] for phase in phases]

    def name(self, agent: int) -> str:
        """The id of an agent by its index."""
        return agent_id(self.directory.roles[self.directory.role[agent]], int(self.number[agent]))

    def seats(self) -> AnyArray:
        """Seats of all agents, for the journal: (N,) of `SEAT`."""
        seats = np.zeros(len(self), dtype=SEAT)
        for name in ("role", "desk", "cohort", "row"):
            seats[name] = getattr(self.directory, name)
        seats["agent"], seats["number"] = np.arange(len(self)), self.number
        return seats
