"""A cohort that lives in another process: what stands for it in the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from freeagentics.agents import Cohort
from freeagentics.arrays import I32, AnyArray
from freeagentics.runtime import RayEngine


class RemoteCohort:
    """Stands for a cohort that a worker owns: seats are known here, all else is read from a copy that is fetched when it is asked for.

    A copy is good until the cohort works again. What is written into one is lost.
    """

    def __init__(self, cohort: Cohort, engine: RayEngine) -> None:
        self.number, self.role, self.phase, self.rows = cohort.number, cohort.role, cohort.phase, cohort.rows
        self.agent, self.desk = cohort.agent.copy(), cohort.desk.copy()
        self._engine = engine
        self._copy: Cohort | None = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if self._copy is None:
            # Copied again: what Ray gives is read-only, and lazy parts write into themselves as they are read.
            self._copy = deepcopy(self._call(_whole))
        return getattr(self._copy, name)

    @property
    def active(self) -> AnyArray:
        """Rows that hold an agent."""
        return self.agent >= 0

    def worked(self) -> None:
        """The cohort worked: a copy from before is out of date."""
        self._copy = None

    def checkpoint(self) -> dict[str, AnyArray]:
        """The arrays of `Cohort.checkpoint`."""
        found: dict[str, AnyArray] = self._call(_checkpoint)
        return found

    def load(self, state: Mapping[str, AnyArray]) -> None:
        """Have the cohort become what *state* says."""
        self.agent, self.desk = state["agent"].copy(), state["desk"].copy()
        self._call(_load, dict(state))

    def hibernate(self) -> None:
        """Have the cohort take less RAM until it works again."""
        self._call(_hibernate)

    def unseat(self, row: int) -> None:
        """An agent leaves; its row is free."""
        self.agent[row], self.desk[row] = -1, 0
        self._call(_unseat, row)

    def share_work(self, peers: I32) -> None:
        """Set how many agents of the role each row's desk has."""
        self._call(_share_work, peers)

    def _call(self, function: Callable[..., Any], given: object = None) -> Any:
        self.worked()
        return self._engine.call(function, {self.number: given})[0]


def _whole(cohort: Cohort, given: object, shared: object) -> Cohort:
    return cohort


def _checkpoint(cohort: Cohort, given: object, shared: object) -> dict[str, AnyArray]:
    return cohort.checkpoint()


def _load(cohort: Cohort, state: dict[str, AnyArray], shared: object) -> None:
    cohort.load({name: array.copy() for name, array in state.items()})


def _hibernate(cohort: Cohort, given: object, shared: object) -> None:
    cohort.hibernate()


def _unseat(cohort: Cohort, row: int, shared: object) -> None:
    cohort.unseat(row)


def _share_work(cohort: Cohort, peers: I32, shared: object) -> None:
    cohort.share_work(peers)
