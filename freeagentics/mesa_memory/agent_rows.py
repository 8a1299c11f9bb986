"""Rows of arrays that agents have, by their numbers."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import I64, readonly

_NONE = np.zeros(0, dtype=np.int64)


class AgentRows:
    """Rows from 0 on, each taken by an agent, or free. Batches are mostly of the agents of the batch before: these are compared first.

    Attributes:
        size: rows that were ever taken.
    """

    def __init__(self) -> None:
        self.size = 0
        self._row: dict[int, int] = {}
        self._free: list[int] = []
        self._last = (_NONE, _NONE)
        self._kept = (_NONE, 0)

    def agents(self) -> list[int]:
        """Numbers of the agents that have a row, rising."""
        return sorted(self._row)

    def find(self, agents: I64) -> I64:
        """Rows of agents (n,), -1 for those that have none."""
        return np.array([self._row.get(agent, -1) for agent in agents.tolist()], dtype=np.int64)

    def take(self, agents: I64) -> I64:
        """Rows of agents (n,), read-only; those that have none take one."""
        known, rows = self._last
        if not np.array_equal(agents, known):
            rows = readonly(np.array([self._row_of(agent) for agent in agents.tolist()], dtype=np.int64))
            self._last = agents.copy(), rows
        return rows

    def _row_of(self, agent: int) -> int:
        row = self._row.get(agent)
        if row is None:
            if not self._free:
                self._free.append(self.size)
                self.size += 1
            row = self._row[agent] = self._free.pop()
        return row

    def keep(self, agents: I64) -> I64:
        """Free the rows of all agents but these; returns which."""
        known, count = self._kept
        if count == len(self._row) and np.array_equal(agents, known):
            return _NONE
        have = np.fromiter(self._row, np.int64, len(self._row))
        gone = [self._row.pop(agent) for agent in have[~np.isin(have, agents)].tolist()]
        self._free += gone
        self._last, self._kept = (_NONE, _NONE), (agents.copy(), len(self._row))
        return np.array(gone, dtype=np.int64)
