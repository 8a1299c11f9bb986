"""Rows of arrays that agents have, by their numbers."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import I64


class AgentRows:
    """Rows from 0 on, each taken by an agent, or free.

    Attributes:
        size: rows that were ever taken.
    """

    def __init__(self) -> None:
        self.size = 0
        self._row: dict[int, int] = {}
        self._free: list[int] = []

    def __len__(self) -> int:
        return len(self._row)

    def agents(self) -> list[int]:
        """Numbers of the agents that have a row, rising."""
        return sorted(self._row)

    def find(self, agents: I64) -> I64:
        """Rows of agents (n,), -1 for those that have none."""
        return np.array([self._row.get(agent, -1) for agent in agents.tolist()], dtype=np.int64)

    def take(self, agents: I64) -> I64:
        """Rows of agents (n,); those that have none take one."""
        numbers = agents.tolist()
        try:
            return np.fromiter(map(self._row.__getitem__, numbers), np.int64, len(numbers))
        except KeyError:
            return np.array([self._take(agent) for agent in numbers], dtype=np.int64)

    def _take(self, agent: int) -> int:
        if agent not in self._row:
            if not self._free:
                self._free.append(self.size)
                self.size += 1
            self._row[agent] = self._free.pop()
        return self._row[agent]

    def keep(self, agents: I64) -> I64:
        """Free the rows of all agents but these; returns which."""
        known = np.fromiter(self._row, np.int64, len(self._row))
        gone = [self._row.pop(agent) for agent in known[~np.isin(known, agents)].tolist()]
        self._free += gone
        return np.array(gone, dtype=np.int64)
