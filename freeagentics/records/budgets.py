"""Budgets of memories: bytes that agents may keep, each and all together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F64, I64
from freeagentics.memory.forgetting import OCTAVE, log2
from freeagentics.records.roster import Roster
from freeagentics.scenario.scenario import Scenario

NO_LIMIT = 2**62


@dataclass(frozen=True, slots=True, eq=False)
class Budgets:
    """Bytes that long-term memories may take.

    Attributes:
        agent: those of each agent, (N,).
        population: those of all together.
    """

    agent: I64
    population: int

    @classmethod
    def of(cls, scenario: Scenario, names: Roster, *, each: int | None = None, together: int | None = None) -> Budgets:
        """Those that a scenario states, where groups of desks may have their own; or *each* agent's, and that of all *together*. 0 is no
        limit."""
        desk = names.seats["desk"]
        groups = [group.memory_of(scenario.memory).budget_bytes for group in scenario.desks for _ in range(group.count)]
        by_desk = groups or [scenario.memory.budget_bytes] * (int(desk.max()) + 1)
        agent = np.array(by_desk, dtype=np.int64)[desk] if each is None else np.full(len(desk), each)
        population = scenario.memory.population_budget if together is None else together
        return cls(np.where(agent, agent, NO_LIMIT), population or NO_LIMIT)

    @staticmethod
    def stated(scenario: Scenario) -> bool:
        """True where a scenario limits anything."""
        groups = [group.memory_of(scenario.memory) for group in scenario.desks]
        return any(memory.budget_bytes or memory.population_budget for memory in (scenario.memory, *groups))


def needs(compression: float, heeded: F64) -> I64:
    """Need that agents (n,) of a role have of memories, as a priority.

    A role that is to recall finely keeps more; so does an agent whose decisions heed what it recalls.

    Args:
        compression: of the role, see `Cohort.compression`.
        heeded: mean weight of memories in the latest decisions of each agent, (n,).
    """
    return np.rint(OCTAVE * (1 - 2 * compression + log2(1 + 3 * heeded))).astype(np.int64)
