"""The directory: the seat of every agent."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from freeagentics.signals.column_buffer import ColumnBuffer, Columns

COHORT_ROWS = 1024
"""Rows of the largest cohort: a kernel call costs as much as the work of a few hundred rows."""
MAX_ROLES = 32
MAX_INDEX = 2**31 - 1


class Directory:
    """The role, desk, cohort and row of every agent; agents are numbered 0, 1, 2... as they arrive, and a number is never used again.

    The desk-sorted table of a role's living agents is kept until that role gains or loses one, so that finding members costs nothing but
    the members themselves while the population stands still.

    Args:
        roles: the names of the roles, in pipeline order; at most 32, because an audience has one bit a role.
        desks: number of desks; agent *i* of a role belongs to desk *i* mod *desks*.

    Raises:
        ValueError: no role or more than 32 of them, or no desk.
    """

    def __init__(self, roles: tuple[str, ...], desks: int) -> None:
        if not 1 <= len(roles) <= MAX_ROLES:
            raise ValueError(f"directory: {len(roles)} roles, there must be 1 to {MAX_ROLES}")
        if desks < 1:
            raise ValueError(f"directory: {desks} desks, there must be at least 1")
        self.roles = roles
        self.desks = desks
        seat = np.zeros(0, np.int32)
        self._rows = ColumnBuffer({"role": seat, "desk": seat, "cohort": seat, "row": seat, "alive": np.zeros(0, np.bool_)})
        self._tables: dict[int, tuple[NDArray[np.int32], NDArray[np.int64]]] = {}

    def __len__(self) -> int:
        """Agents that ever arrived."""
        return len(self._rows)

    @property
    def role(self) -> NDArray[np.int32]:
        """(N,) index of the agent's role."""
        return self._rows.column("role")

    @property
    def desk(self) -> NDArray[np.int32]:
        """(N,) the agent's desk."""
        return self._rows.column("desk")

    @property
    def cohort(self) -> NDArray[np.int32]:
        """(N,) the agent's cohort."""
        return self._rows.column("cohort")

    @property
    def row(self) -> NDArray[np.int32]:
        """(N,) the agent's row in its cohort, 0..1023; free for another agent once this one is gone."""
        return self._rows.column("row")

    @property
    def alive(self) -> NDArray[np.bool_]:
        """(N,) whether the agent is still there."""
        return self._rows.column("alive")

    def add(self, role: int, number_within_role: ArrayLike, cohort: ArrayLike, row: ArrayLike) -> NDArray[np.int32]:
        """Seats new agents of one role and returns their indexes, (n,) int32.

        Args:
            role: index into `roles`.
            number_within_role: (n,) or a scalar, counts the agents of the role from 0.
            cohort: (n,) or a scalar.
            row: (n,) or a scalar, 0..1023.

        Raises:
            ValueError: there is no such role, or a number, cohort or row that cannot be.
        """
        number, cohorts, rows = np.broadcast_arrays(*(np.atleast_1d(column) for column in (number_within_role, cohort, row)))
        self._check_role(role)
        for name, column, limit in (
            ("number_within_role", number, MAX_INDEX),
            ("cohort", cohorts, MAX_INDEX),
            ("row", rows, COHORT_ROWS - 1),
        ):
            wrong = np.flatnonzero((column < 0) | (column > limit))
            if wrong.size:
                raise ValueError(f"directory: new agent {wrong[0]}: {name} is {column[wrong[0]]}, it must be 0..{limit}")
        first = self._rows.next
        full = {"role": np.full(len(rows), role), "alive": np.ones(len(rows), np.bool_)}
        self._rows.append(full | {"desk": number % self.desks, "cohort": cohorts, "row": rows})
        self._tables.pop(role, None)
        return np.arange(first, self._rows.next, dtype=np.int32)

    def remove(self, agent: int) -> None:
        """Marks an agent as gone: nothing is delivered to it any more.

        Raises:
            ValueError: there is no such living agent.
        """
        if not 0 <= agent < len(self) or not self.alive[agent]:
            raise ValueError(f"directory: no living agent {agent} to remove")
        self._rows.put("alive", np.array([agent]), False)
        self._tables.pop(int(self.role[agent]), None)

    def members(self, role_index: int, desks: NDArray[np.integer[Any]]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """All living agents of a role on each of these desks.

        Args:
            role_index: index into `roles`.
            desks: (n,), each 0..desks-1; a desk may stand there more than once.

        Returns:
            agents (m,) int32 and which (m,) int32, the position in *desks* that each was found for; ordered by (which, agent).

        Raises:
            ValueError: there is no such role.
        """
        agents, offsets = self._table(role_index)
        starts = offsets[desks]
        counts = offsets[np.asarray(desks) + 1] - starts
        which = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        before = np.cumsum(counts) - counts
        return agents[np.arange(len(which)) + (starts - before)[which]], which

    def state(self) -> dict[str, NDArray[Any]]:
        """Everybody's seat, as arrays."""
        return self._rows.state("agent")

    def load(self, state: Columns) -> None:
        """Becomes what `state` returned."""
        self._rows.load("agent", state)
        self._tables.clear()

    def _check_role(self, role: int) -> None:
        if not 0 <= role < len(self.roles):
            raise ValueError(f"directory: no role {role}, roles are 0..{len(self.roles) - 1} ({', '.join(self.roles)})")

    def _table(self, role: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """The role's living agents by (desk, agent), and where each desk starts, (desks + 1,)."""
        if role not in self._tables:
            self._check_role(role)
            agents = np.flatnonzero((self.role == role) & self.alive).astype(np.int32)
            desk = self.desk[agents]
            offsets = np.searchsorted(np.sort(desk), np.arange(self.desks + 1)).astype(np.int64)
            self._tables[role] = agents[np.argsort(desk, kind="stable")], offsets
        return self._tables[role]
