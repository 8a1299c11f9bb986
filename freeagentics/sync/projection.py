"""Projection: what a span of the journal becomes in a store, record by record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgpack
import numpy as np

from freeagentics.arrays import AnyArray
from freeagentics.clock import DAY_MS, iso
from freeagentics.journal import Journal, Kind
from freeagentics.records.memories import Memories
from freeagentics.records.names import RoleNames
from freeagentics.records.roster import Roster, decision_id
from freeagentics.stores import Item, LogEntry
from freeagentics.stores.tables import decision_partition, decision_type_partition, recent_partition, success_partition

DECISION_LIFE_MS = 90 * DAY_MS
"""Market time after which a decision has expired."""

Scores = dict[tuple[int, int], tuple[int, float, float]]
"""What came of decisions: (agent, step of the decision) to (horizon, result, reward)."""


class StepTimes(dict[int, int]):
    """Market time of steps in ms, by step, read from the journal's commit records as they are asked for."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal

    def __missing__(self, step: int) -> int:
        commit = self._journal.commit_record(step)
        assert commit is not None, "a committed step has a commit"
        self[step] = commit.timestamp
        return commit.timestamp


def memory_entries(journal: Journal, names: Roster, first: int, last: int) -> list[LogEntry]:
    """Memories from *first* to *last*: a body is the codec's version, the importance (a byte each), and the code.

    Raises CorruptRecord naming agent and step of a damaged memory: a store is not to take it for a whole one.
    """
    entries, at, memories = [], StepTimes(journal), Memories(journal, names)
    for step, kept in memories.span(first, last):
        memories.check(step, kept)
        timestamp = at[step]
        for agent, importance, code in zip(kept.agent.tolist(), kept.importance.tolist(), kept.codes.to_list(), strict=True):
            entries.append(LogEntry(names.ids[agent], step, 0, timestamp, bytes((kept.version, importance)) + code))
    return entries


class Owner(NamedTuple):
    """Agent that decides, and the partitions that its decisions stand in."""

    name: str
    role: RoleNames
    decisions: str
    of_type: str
    recent: str
    successes: str


class DecisionItems:
    """Decisions as items. Version 1 is a decision as it was taken, version 2 has its outcome, which is known a horizon later."""

    def __init__(self, journal: Journal, names: Roster, horizon: int) -> None:
        self._journal = journal
        self._names = names
        self._horizon = horizon
        self._owners: dict[int, Owner] = {}

    def span(self, first: int, last: int) -> Iterator[Item]:
        """Decisions from *first* to *last* as they stand at *last*, and those before whose outcome came in that span."""
        scores = self._scores(first, last)
        at = StepTimes(self._journal)
        for step, cohort, rows in self._journal.scan(Kind.DECISIONS, first=max(first - self._horizon, 1), last=last):
            if step < first:
                rows = rows[[(agent, step) in scores for agent in rows["agent"].tolist()]]
            yield from self._items(step, at[step], rows, scores, self._applied(step, cohort))

    def _scores(self, first: int, last: int) -> Scores:
        scores: Scores = {}
        for step, _, rows in self._journal.scan(Kind.OUTCOMES, first=first, last=last):
            for agent, horizon, result, reward in rows.tolist():
                scores[agent, step - horizon] = (horizon, result, reward)
        return scores

    def _applied(self, step: int, cohort: int) -> dict[int, list[str]]:
        """Patterns that moved the forecasts of a step, by agent."""
        role = self._names.role_in(cohort)
        page = self._journal.read(step, Kind.CONTRIBUTIONS, cohort) if role.patterns else None
        if page is None:
            return {}
        moved = np.asarray(page["contribution"][:, [role.weights.index(name) for name in role.patterns]].any(axis=2))
        named = [[name for name, was in zip(role.patterns, row, strict=True) if was] for row in moved.tolist()]
        return {agent: names for agent, names in zip(page["agent"].tolist(), named, strict=True) if names}

    def _items(self, step: int, timestamp: int, rows: AnyArray, scores: Scores, applied: Mapping[int, list[str]]) -> Iterator[Item]:
        ids, moment = self._names.ids, iso(timestamp)
        columns = [rows[name].tolist() for name in ("agent", "action", "value", "confidence", "parent", "parent_age")]
        causes = [rows[name].tolist() for name in ("memory_age", "signal", "reason")]
        for agent, action, value, confidence, parent, age, ages, signals, reason in zip(*columns, *causes, strict=True):
            owner = self._owner(agent)
            score = scores.get((agent, step))
            identity = decision_id(owner.name, step)
            body = {
                "agent_id": owner.name,
                "decision_id": identity,
                "decision_type": owner.role.decision_type,
                "timestamp": timestamp,
                "context": {"cycle": step, "parent_decision_id": decision_id(ids[parent], step - age) if parent >= 0 else None},
                "reasoning": {
                    "selected": owner.role.actions[action],
                    "value": value,
                    "confidence": confidence,
                    "scores": dict(zip(owner.role.reasoning, reason, strict=False)),
                    "memories": [step - back for back in ages if back],
                    "signals": [signal_id(number) for number in signals if number >= 0],
                    **({"patterns_applied": applied[agent]} if agent in applied else {}),
                },
                "outcome": score and {"success": score[2] > 0, "horizon": score[0], "result": score[1], "reward": score[2]},
            }
            index: dict[str, tuple[str, float | str]] = {"GSI2": (owner.of_type, timestamp), "GSI3": (owner.recent, timestamp)}
            if score and score[2] > 0:
                index["GSI1"] = (owner.successes, timestamp)
            yield Item(
                owner.decisions,
                f"{moment}#{identity}",
                msgpack.packb(body),
                version=2 if score else 1,
                expires=timestamp + DECISION_LIFE_MS,
                index=index,
            )

    def _owner(self, agent: int) -> Owner:
        if agent not in self._owners:
            name, role = self._names.ids[agent], self._names.role_of(agent)
            kind = role.decision_type
            places = decision_partition(name, kind), decision_type_partition(kind), recent_partition(name), success_partition(name)
            self._owners[agent] = Owner(name, role, *places)
        return self._owners[agent]


def signal_id(number: int) -> str:
    """The id of a signal; ids sort by number."""
    return f"sig-{number:09}"
