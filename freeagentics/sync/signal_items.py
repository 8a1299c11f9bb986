"""Signals as a store has them: an item for each agent that a signal was meant for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

import msgpack
import numpy as np

from freeagentics.agents import SIGNAL_KINDS
from freeagentics.arrays import AnyArray
from freeagentics.clock import iso
from freeagentics.journal import SHARED, Journal, Kind
from freeagentics.records.roster import Roster, decision_id
from freeagentics.signals import Severity
from freeagentics.stores import Item
from freeagentics.stores.tables import signal_partition, target_partition
from freeagentics.sync.projection import StepTimes, signal_id

Told = tuple[int, int]
"""(number of the signal, index of the agent it was meant for); a broadcast is meant for `EVERYBODY`."""

EVERYBODY = -1


class SignalItems:
    """Version 1 of an item is a signal as it was sent, version 2 one that its target's decision has dealt with."""

    def __init__(self, journal: Journal, names: Roster) -> None:
        self._journal = journal
        self._names = names
        self._left: Mapping[int, int] = {}
        self._members: dict[tuple[int, int], list[int]] = defaultdict(list)
        for agent, (desk, role) in enumerate(zip(names.seats["desk"].tolist(), names.seats["role"].tolist(), strict=True)):
            self._members[desk, role].append(agent)

    def span(self, first: int, last: int) -> Iterator[Item]:
        """Signals sent from *first* to *last* as they stand at *last*, and those sent before that were dealt with in that span."""
        self._left = self._names.left(self._journal, last)
        dealt = {
            (number, target): step
            for step, _, rows in self._journal.scan(Kind.PROCESSED, first=first, last=last)
            for number, target in rows.tolist()
        }
        for step, rows in self._earlier(first, min((number for number, _ in dealt), default=None)):
            yield from self._items(step, rows, dealt, sent=False)
        for step, _, rows in self._journal.scan(Kind.SIGNALS, first=first, last=last):
            yield from self._items(step, rows, dealt, sent=True)

    def _earlier(self, first: int, number: int | None) -> Iterator[tuple[int, AnyArray]]:
        """Signals from before *first*, latest step first, back to the one with this number: numbers ascend with steps."""
        step = first - 1
        while number is not None and step > 0:
            rows = self._journal.read(step, Kind.SIGNALS, SHARED)
            if rows is not None:
                if rows["number"][-1] < number:
                    return
                yield step, rows
            step -= 1

    def _items(self, step: int, rows: AnyArray, dealt: dict[Told, int], *, sent: bool) -> Iterator[Item]:
        at = StepTimes(self._journal)
        timestamp = at[step]
        moment = iso(timestamp)
        for row in rows:
            number = int(row["number"])
            targets = [target for target in self._targets(row, step) if sent or (number, target) in dealt]
            if not targets:
                continue
            shared, kind = self._body(row, step, timestamp), SIGNAL_KINDS[row["kind"]]
            for target in targets:
                done = dealt.get((number, target))
                name = self._names.ids[target] if target != EVERYBODY else None
                status = {} if name is None else {name: self._status(name, done, at)}
                body = shared | {"target_agents": list(status), "processing_status": status}
                yield Item(
                    signal_partition(kind),
                    f"{moment}#{signal_id(number)}#{name or '*'}",
                    msgpack.packb(body),
                    version=1 if done is None else 2,
                    expires=int(row["expires"]),
                    index={"GSI1": (target_partition(name), timestamp)},
                )

    def _body(self, row: AnyArray, step: int, timestamp: int) -> dict[str, object]:
        return {
            "signal_id": signal_id(int(row["number"])),
            "signal_type": SIGNAL_KINDS[row["kind"]],
            "source_agent": self._names.ids[row["source"]],
            "timestamp": timestamp,
            "severity": Severity(int(row["severity"])).name.lower(),
            "confidence": float(row["confidence"]),
            "data": dict(zip(self._names.symbols, row["data"].tolist(), strict=True)),
            "context": {"cycle": step},
        }

    def _status(self, target: str, done: int | None, at: StepTimes) -> dict[str, object]:
        if done is None:
            return {"status": "PENDING", "processed_at": None, "decision_id": None}
        return {"status": "PROCESSED", "processed_at": at[done], "decision_id": decision_id(target, done)}

    def _targets(self, row: AnyArray, step: int) -> list[int]:
        audience, source = int(row["audience"]), int(row["source"])
        if not audience:
            return [EVERYBODY]
        desk = int(row["desk"])
        roles = np.flatnonzero(audience >> np.arange(len(self._names.team)) & 1).tolist()
        told = [agent for role in roles for agent in self._members[desk, role] if agent != source]
        return [agent for agent in told if self._left.get(agent, step + 1) > step]
