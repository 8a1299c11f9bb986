"""Coordination of agents over a store: signals between them, who has dealt with which, who is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

from freeagentics.clock import MINUTE_MS, SECOND_MS
from freeagentics.errors import BadInput, VersionConflict
from freeagentics.services.agent_entry import AgentEntry
from freeagentics.services.item_scan import scan
from freeagentics.services.service import Clock, Service, wall_ms
from freeagentics.services.signal import Processing, ProcessingStatus, Signal
from freeagentics.services.verbs import awaited_verb
from freeagentics.stores import Item, Store
from freeagentics.stores.tables import REGISTRY_PARTITION, SIGNALS, STATES, target_partition
from freeagentics.stores.validation import check_agent

LEASE_MS = 30 * SECOND_MS
"""Time for which a claim holds by default; whoever works on it longer may find that another does, too."""

ALIVE_MS = MINUTE_MS
"""Time since its last heartbeat after which an agent counts as gone."""

_LOOK_BACK_MS = MINUTE_MS
_LOOK_AT_ALL = 50


@dataclass(frozen=True, slots=True)
class Claim:
    """A signal that one worker deals with for one agent, until it is completed or its time is over.

    Attributes:
        signal: the signal.
        agent_id: for whom.
        version: of the item that was claimed: whoever claims after that has another.
        claimed_at: when the signal was first claimed for the agent, in ms since 1970, by whatever worker.
    """

    signal: Signal
    agent_id: str
    version: int
    claimed_at: int

    @property
    def decision_id(self) -> str:
        """The id of the decision that the signal leads to: the same whoever deals with it, however often, so that it is on record once."""
        return f"dec-{self.agent_id}-{self.signal.signal_id}"


class MultiAgentCoordinator(Service):
    """Signals and presence of agents that share a store, in one process or many. Its verbs are awaited; each has a ``blocking`` face.

    A signal is stored once it was stored for each target; a sender that was cut off sends it again, with its id and time, and nothing is
    there twice. A target claims a signal, deals with it, and completes it; claims of workers that died are over after a while. A worker
    may die after what it did and before it said so: then the next does it again. A decision with the claim's `decision_id` and
    `claimed_at` for its own is on record once all the same.

    Args:
        store, clock: as for every `Service`; clocks of programs that share a store should agree within seconds.
        lease_ms: time for which a claim holds.
    """

    def __init__(self, store: Store, *, clock: Clock = wall_ms, lease_ms: int = LEASE_MS) -> None:
        super().__init__(store, clock=clock)
        self._lease_ms = lease_ms

    @awaited_verb
    def store_shared_signal(self, signal: Signal | Mapping[str, Any]) -> Signal:
        """Store a signal for each of its targets, or without targets for all; one that is there stays as it is.

        Args:
            signal: a record, or a mapping with its names; an id and the time of the clock are put in where they are missing.

        Raises:
            BadInput: a field is wrong, or something in it is no plain data. BadName: no agent's id, or no name of a type.
        """
        if not isinstance(signal, Signal):
            clock = {} if "iso_timestamp" in signal else {"timestamp": self._clock()}
            signal = Signal.of(clock | dict(signal))
        check_agent(signal.source_agent)
        signal = signal.with_statuses()
        targets: list[str | None] = [*signal.target_agents] or [None]
        for target in targets:
            self._put_new(signal.item(target))
        return signal

    @awaited_verb
    def get_signals_for_agent(
        self, agent_id: str, *, status: Processing | str | None = None, since: int | None = None, limit: int | None = None
    ) -> list[Signal]:
        """Signals to an agent, broadcasts among them, that have not expired, oldest first.

        Args:
            agent_id: the target.
            status: only those that it has come so far with.
            since: only those from this timestamp on, in ms.
            limit: at most so many.
        """
        wanted = None if status is None else Processing(status)
        found = sorted((signal for signal, _ in self._addressed(agent_id, since)), key=lambda one: (one.timestamp, one.signal_id))
        return list(islice((one for one in found if wanted is None or one.status(agent_id).status is wanted), limit))

    @awaited_verb
    def claim_signals(self, agent_id: str, *, worker: str = "worker", limit: int | None = None, since: int | None = None) -> list[Claim]:
        """Claim signals that nobody deals with, oldest first: of several workers of one agent each signal goes to one.

        Args:
            agent_id: the target.
            worker: name of who claims, for others to see.
            limit, since: as for `get_signals_for_agent`.
        """
        claims = (self._claim(agent_id, worker, *one) for one in self._open(agent_id, since))
        return list(islice((claim for claim in claims if claim is not None), limit))

    @awaited_verb
    def complete_signal(self, claim: Claim, *, decision_id: str | None = None) -> Signal:
        """Say that a signal was dealt with, by a decision if there was one.

        Raises:
            VersionConflict: the claim was over, and another has claimed it.
        """
        status = ProcessingStatus(status=Processing.PROCESSED, processed_at=self._clock(), decision_id=decision_id)
        done = _with_status(claim.signal, claim.agent_id, status)
        self._store.put_if(SIGNALS, done.item(claim.agent_id, claim.version + 1), claim.version)
        return done

    @awaited_verb
    def get_signal(self, signal: Signal) -> Signal:
        """The signal as it is on record now, with the status of each target, and of each agent that dealt with a broadcast.

        Raises BadInput where it is not on record.
        """
        partition, sort = signal.key(None)
        prefix = sort.removesuffix("*")
        items = self._store.query(SIGNALS, partition, low=prefix, high=f"{prefix}~")
        if not items:
            raise BadInput(f"signal {signal.signal_id} of type {signal.signal_type} is not on record")
        found = [Signal.from_bytes(item.body) for item in items]
        return found[0].model_copy(update={"processing_status": {name: s for one in found for name, s in one.processing_status.items()}})

    async def listen(self, agent_id: str, *, worker: str = "worker", every_s: float = 0.2) -> AsyncIterator[Claim]:
        """Claims as signals come, without end; it looks *every_s* seconds.

        It looks at the last minute, and now and then at all: a signal whose sender's clock is more than a minute behind is seen later.
        """
        for look in count():
            since = self._clock() - _LOOK_BACK_MS if look % _LOOK_AT_ALL else None
            for one in await asyncio.to_thread(self._open, agent_id, since):
                # Claimed when its turn comes: a claim that waits runs out.
                claim = await asyncio.to_thread(self._claim, agent_id, worker, *one)
                if claim is not None:
                    yield claim
            await asyncio.sleep(every_s)

    @awaited_verb
    def register_agent(self, agent_id: str, /, *, role: str = "", agent_version: str = "1.0.0", **details: Any) -> AgentEntry:
        """Register an agent, or register it anew. Raises BadInput where a detail is no plain data, BadName for no agent's id."""
        now = self._clock()
        entry = AgentEntry(
            agent_id=check_agent(agent_id), timestamp=now, registered_at=now, agent_version=agent_version, role=role, details=details
        )
        self._store.put(STATES, [entry.item()])
        return entry

    @awaited_verb
    def heartbeat(self, agent_id: str) -> AgentEntry:
        """Say that an agent is there. Raises BadInput where it is not registered."""
        (item,) = self._store.get(STATES, [(REGISTRY_PARTITION, agent_id)])
        if item is None:
            raise BadInput(f"agent {agent_id} is not registered; call register_agent first")
        entry = AgentEntry.from_bytes(item.body).model_copy(update={"timestamp": self._clock()})
        self._store.put(STATES, [entry.item()])
        return entry

    @awaited_verb
    def agents(self, *, alive_within_ms: int | None = ALIVE_MS) -> list[AgentEntry]:
        """Agents by id that gave a sign of life within so many ms; with None all that were ever registered."""
        entries = [AgentEntry.from_bytes(item.body) for item in scan(self._store, STATES, REGISTRY_PARTITION)]
        now = self._clock()
        return [entry for entry in entries if alive_within_ms is None or now - entry.timestamp <= alive_within_ms]

    def _put_new(self, item: Item) -> None:
        with suppress(VersionConflict):
            self._store.put_if(SIGNALS, item, None)

    def _addressed(self, agent_id: str, since: int | None) -> Iterator[tuple[Signal, int]]:
        """Signals to an agent with the version of its own item of each: 0 of a broadcast that it has no item of yet."""
        now = self._clock()
        own = list(self._told(agent_id, since, now))
        yield from ((Signal.from_bytes(item.body), item.version) for item in own)
        answered = {item.sort.rpartition("#")[0] for item in own}
        for item in self._told(None, since, now):
            signal = Signal.from_bytes(item.body)
            if item.sort.rpartition("#")[0] not in answered and signal.source_agent != agent_id:
                yield signal, 0

    def _told(self, target: str | None, low: int | None, now: int) -> Iterator[Item]:
        return scan(self._store, SIGNALS, target_partition(target), "GSI1", low=low, now=now)

    def _open(self, agent_id: str, since: int | None) -> list[tuple[Signal, int]]:
        """Signals that may be claimed, oldest first, with their versions."""
        now = self._clock()
        found = [one for one in self._addressed(agent_id, since) if _is_open(one[0].status(agent_id), now)]
        return sorted(found, key=lambda one: (one[0].timestamp, one[0].signal_id))

    def _claim(self, agent_id: str, worker: str, signal: Signal, version: int) -> Claim | None:
        """A claim of a signal as it was at this version; None where another was quicker."""
        now, before = self._clock(), signal.status(agent_id).claimed_at
        at = now if before is None else before
        status = ProcessingStatus(status=Processing.CLAIMED, worker=worker, claimed_at=at, claimed_until=now + self._lease_ms)
        claimed = _with_status(signal, agent_id, status)
        try:
            self._store.put_if(SIGNALS, claimed.item(agent_id, version + 1), version or None)
        except VersionConflict:
            return None
        return Claim(claimed, agent_id, version + 1, at)


def _is_open(status: ProcessingStatus, now: int) -> bool:
    return status.status is Processing.PENDING or (status.claimed_until is not None and status.claimed_until <= now)


def _with_status(signal: Signal, agent_id: str, status: ProcessingStatus) -> Signal:
    return signal.model_copy(update={"processing_status": signal.processing_status | {agent_id: status}})
