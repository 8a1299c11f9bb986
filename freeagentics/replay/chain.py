"""Chains of decisions: which decision followed from which."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import AnyArray
from freeagentics.journal import Journal, Kind
from freeagentics.records.roster import Roster
from freeagentics.replay.explanation import Link

LONGEST = 16
"""Links followed upwards."""

AFTER = 24
"""Steps searched for decisions that follow from one."""


class Chain:
    """Follows parents up and children down, in a journal."""

    def __init__(self, journal: Journal, names: Roster) -> None:
        self._journal = journal
        self._names = names

    def above(self, agent: int, step: int) -> tuple[Link, ...]:
        """The decision that this one followed from, the one that that followed from, and so on; nearest first."""
        links: list[Link] = []
        decision = self._decision(agent, step)
        while decision["parent"] >= 0 and len(links) < LONGEST:
            agent, step = int(decision["parent"]), step - int(decision["parent_age"])
            decision = self._decision(agent, step)
            links.append(self._link(decision, step))
        return tuple(links)

    def below(self, agent: int, step: int) -> tuple[Link, ...]:
        """The decisions of the desk that followed from this one, in order of step."""
        seats = self._names.seats
        cohorts = np.unique(seats["cohort"][seats["desk"] == seats["desk"][agent]]).tolist()
        links: list[Link] = []
        for later in range(step, step + AFTER + 1):
            for cohort in cohorts:
                page = self._journal.read(later, Kind.DECISIONS, cohort)
                if page is not None:
                    follows = (page["parent"] == agent) & (page["parent_age"] == later - step)
                    links.extend(self._link(decision, later) for decision in page[follows])
        return tuple(links)

    def _decision(self, agent: int, step: int) -> AnyArray:
        page = self._journal.read(step, Kind.DECISIONS, int(self._names.seats["cohort"][agent]))
        assert page is not None
        return page[page["agent"] == agent][0]

    def _link(self, decision: AnyArray, step: int) -> Link:
        role = self._names.role_of(int(decision["agent"]))
        return Link(
            agent=self._names.ids[decision["agent"]],
            step=step,
            decision_type=role.decision_type,
            action=role.actions[decision["action"]],
            value=float(decision["value"]),
            confidence=float(decision["confidence"]),
        )
