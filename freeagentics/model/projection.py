"""Projection: the journal's memories and decisions, record by record, into a store for others to query."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import msgpack

from freeagentics.agents import ROLES
from freeagentics.arrays import AnyArray
from freeagentics.clock import iso
from freeagentics.journal import Journal, Kind
from freeagentics.model.agent_names import AgentNames
from freeagentics.stores import Item, LogEntry, Store, TableSpec

DECISIONS = TableSpec("agent_decisions")
CURSOR = "journal"


def decision_id(agent: str, step: int) -> str:
    """The id of what an agent decided in a step."""
    return f"dec-{agent}-{step}"


class Projector:
    """Feeds a store from a journal. Its place is kept in the store, and writing again what is there changes nothing, so that it may be
    stopped anywhere and goes on from there."""

    def __init__(self, journal: Journal, store: Store, names: AgentNames) -> None:
        self._journal = journal
        self._store = store
        self._names = names

    def catch_up(self) -> int:
        """Bring the store up to the journal's marker; the step it is at then."""
        marker = self._journal.marker()
        done, last = self._store.get_cursor(CURSOR) or 0, marker.step if marker else 0
        memories = _by_step(self._journal.scan(Kind.MEMORIES, first=done + 1, last=last))
        decisions = _by_step(self._journal.scan(Kind.DECISIONS, first=done + 1, last=last))
        for (step, remembered), (_, decided) in zip(memories, decisions, strict=True):
            committed = self._journal.marker(step)
            assert committed is not None
            self._store.append([entry for page in remembered for entry in self._memories(step, committed.timestamp, page)])
            self._store.put(DECISIONS, [item for page in decided for item in self._decisions(step, committed.timestamp, page)])
            self._store.set_cursor(CURSOR, step)
        return last

    def _memories(self, step: int, timestamp: int, page: AnyArray) -> Iterator[LogEntry]:
        for agent, importance, code in zip(page["agent"].tolist(), page["importance"].tolist(), page["code"], strict=True):
            yield LogEntry(self._names.ids[agent], step, 0, timestamp, bytes([importance]) + code.tobytes())

    def _decisions(self, step: int, timestamp: int, page: AnyArray) -> Iterator[Item]:
        for decision in page:
            agent = self._names.ids[decision["agent"]]
            role = ROLES[self._names.roles[decision["agent"]]]
            parent, ages = int(decision["parent"]), decision["memory_age"]
            body = {
                "agent_id": agent,
                "decision_id": decision_id(agent, step),
                "decision_type": role.decision_type,
                "timestamp": timestamp,
                "step": step,
                "action": role.actions[decision["action"]],
                "value": float(decision["value"]),
                "confidence": float(decision["confidence"]),
                "parent_decision_id": decision_id(self._names.ids[parent], step - int(decision["parent_age"])) if parent >= 0 else None,
                "reasoning": dict(zip(role.reasoning, decision["reason"].tolist(), strict=False)),
                "memories": [step - age for age in ages.tolist() if age],
                "signals": [number for number in decision["signal"].tolist() if number >= 0],
            }
            partition = f"agent:{agent}#decision#{role.decision_type}"
            yield Item(partition, f"{iso(timestamp)}#{body['decision_id']}", msgpack.packb(body))


def _by_step(pages: Iterator[tuple[int, int, AnyArray]]) -> Iterator[tuple[int, list[AnyArray]]]:
    for step, group in groupby(pages, key=lambda page: page[0]):
        yield step, [records for _, _, records in group]
