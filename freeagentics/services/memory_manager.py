"""Memory of agents over a store: short-term under a day, long-term beyond."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from itertools import islice
from typing import Any, NamedTuple

from freeagentics.clock import DAY_MS
from freeagentics.errors import AccessDenied, BadInput, CorruptRecord, VersionConflict
from freeagentics.plain_data import plain_bytes, plain_value
from freeagentics.services.item_scan import scan, scan_times
from freeagentics.services.memory_pattern import MemoryPattern
from freeagentics.services.memory_record import MemoryRecord
from freeagentics.services.multi_agent_coordinator import MultiAgentCoordinator
from freeagentics.services.rate_limit import allowed
from freeagentics.services.record import is_short_term
from freeagentics.services.service import Service
from freeagentics.services.signal import Processing, Signal
from freeagentics.services.verbs import verb
from freeagentics.stores import Item
from freeagentics.stores.tables import PATTERNS, memory_partition, pattern_partition, shared_pattern_partition

CONTEXT, QUERY = "CONTEXT", "QUERY"


class Term(StrEnum):
    """Terms of memory: ``STM`` is under a day old, ``LTM`` a day or older."""

    SHORT = "STM"
    LONG = "LTM"


class MemoryManager(Service):
    """Memories, context, recent queries, patterns and rate limits of any number of agents.

    Whoever has a manager may ask for any agent; `MemoryAwareAgent` is bound to one. Rights of single agents are a matter of the store.

    Examples:
        >>> from freeagentics import open_store
        >>> memory = MemoryManager(open_store("memory:", run="mine"), clock=lambda: 1_760_797_800_000)
        >>> kept = memory.remember("market-hunter", "OBSERVATION", {"whale_count": 5})
        >>> [one.data for one in memory.recall("market-hunter", "OBSERVATION")]
        [{'whale_count': 5}]
        >>> memory.set_context("market-hunter", trend="bullish")
        >>> memory.context("market-hunter")
        {'trend': 'bullish'}
        >>> [memory.allow("market-hunter", "call whales", times=2, per_ms=60_000) for _ in range(3)]
        [True, True, False]
    """

    @verb
    def remember(
        self, agent_id: str, memory_type: str, data: Mapping[str, Any], *, confidence: float = 1.0, timestamp: int | None = None
    ) -> MemoryRecord:
        """Keep a memory. Raises BadInput where it is no plain data, BadName for no agent's id or no name of a type."""
        stamp = self._clock() if timestamp is None else timestamp
        given = {"agent_id": agent_id, "memory_type": memory_type, "timestamp": stamp, "confidence": confidence, "data": dict(data)}
        record = MemoryRecord.of(given)
        self._store.put(PATTERNS, [record.item()])
        return self._aged(record)

    @verb
    def recall(
        self,
        agent_id: str,
        memory_type: str,
        *,
        term: Term | str | None = None,
        since: int | None = None,
        until: int | None = None,
        newest_first: bool = True,
        limit: int | None = 100,
    ) -> list[MemoryRecord]:
        """Memories of one type, of one term or of both, between two timestamps in ms, both included; at most *limit*."""
        wanted = None if term is None else Term(term)
        memories = self._memories(agent_id, memory_type, since, until, newest_first=newest_first)
        return list(islice((one for one in memories if wanted is None or one.is_stm == (wanted is Term.SHORT)), limit))

    @verb
    def set_context(self, agent_id: str, /, **values: Any) -> None:
        """Set what an agent finds itself in, by name, for a day. Raises BadInput where a value is no plain data."""
        self._store.put(PATTERNS, [self._short_term(agent_id, CONTEXT, name, value) for name, value in values.items()])

    @verb
    def context(self, agent_id: str) -> dict[str, Any]:
        """The context that was set within a day, by name."""
        items = scan(self._store, PATTERNS, memory_partition(agent_id, CONTEXT), now=self._clock())
        return {item.sort: _value(item).value for item in items}

    @verb
    def note_query(self, agent_id: str, query: str, answer: Any) -> None:
        """Note the answer to a query for a day; the newest answer to the same query counts. Raises BadInput where it is no plain data."""
        self._store.put(PATTERNS, [self._short_term(agent_id, QUERY, _digest(query), answer)])

    @verb
    def recent_query(self, agent_id: str, query: str, *, within_ms: int = DAY_MS) -> Any:
        """The answer to a query that was noted within so many ms; None where there is none."""
        now = self._clock()
        (item,) = self._store.get(PATTERNS, [(memory_partition(agent_id, QUERY), _digest(query))], now)
        noted = None if item is None else _value(item)
        return noted.value if noted is not None and now - noted.timestamp < within_ms else None

    @verb
    def active_signals(self, agent_id: str) -> list[Signal]:
        """Signals to an agent that have not expired and that it has not dealt with, oldest first."""
        told = MultiAgentCoordinator(self._store, clock=self._clock).get_signals_for_agent.blocking(agent_id)
        return [signal for signal in told if signal.status(agent_id).status is not Processing.PROCESSED]

    @verb
    def allow(self, agent_id: str, action: str, *, times: int, per_ms: int) -> bool:
        """True, and counted, where an action of an agent is within *times* in *per_ms*, over all programs that share the store.

        A burst of *times* is allowed at once, then one every *per_ms* / *times*.
        """
        return allowed(self._store, agent_id, action, times=times, per_ms=per_ms, now=self._clock())

    @verb
    def store_pattern(self, pattern: MemoryPattern | Mapping[str, Any]) -> MemoryPattern:
        """Store a pattern, as a new version where there is one of its id; its `version` must be that one's, or 1 where there is none.

        Raises:
            VersionConflict: another version is on record; nothing has changed.
            BadInput: a field is wrong. BadName: no agent's id, or no name of a domain.
        """
        given = MemoryPattern.of(pattern)
        (item,) = self._store.get(PATTERNS, [given.item().key])
        kept = given if item is None else given.model_copy(update={"version": given.version + 1})
        if given.version != (item.version if item else 1):
            raise VersionConflict(f"pattern {given.pattern_id} of {given.agent_id}: version {item.version if item else 0} is on record")
        self._store.put_if(PATTERNS, kept.item(), item.version if item else None)
        return kept

    @verb
    def patterns(self, agent_id: str, *, min_confidence: float = 0.0, limit: int | None = None) -> list[MemoryPattern]:
        """An agent's patterns, most confident first."""
        found = self._patterns(pattern_partition(agent_id), "GSI1", min_confidence)
        return list(islice(found, limit))

    @verb
    def shared_patterns(self, agent_id: str, domain: str, *, min_confidence: float = 0.0) -> list[MemoryPattern]:
        """Patterns about a domain that others share with an agent, or its own that it shares, most confident first."""
        found = self._patterns(shared_pattern_partition(domain), "GSI2", min_confidence)
        return [pattern for pattern in found if pattern.may_be_read_by(agent_id)]

    @verb
    def apply_pattern(self, agent_id: str, owner: str, pattern_id: str) -> MemoryPattern:
        """The pattern, counted as applied once more.

        Raises:
            BadInput: there is none of that id. AccessDenied: it is another's, and not shared with the agent.
        """
        while True:
            (item,) = self._store.get(PATTERNS, [(pattern_partition(owner), pattern_id)])
            if item is None:
                raise BadInput(f"agent {owner} has no pattern {pattern_id}")
            pattern = MemoryPattern.from_bytes(item.body)
            if not pattern.may_be_read_by(agent_id):
                raise AccessDenied(f"pattern {pattern_id} is {owner}'s, and not shared with {agent_id}")
            used = {"access_count": pattern.access_count + 1, "last_accessed": self._clock(), "version": pattern.version + 1}
            pattern = pattern.model_copy(update=used)
            try:
                self._store.put_if(PATTERNS, pattern.item(), item.version)
            except VersionConflict:
                continue
            return pattern

    def _patterns(self, partition: str, index: str, low: float) -> Iterator[MemoryPattern]:
        items = scan(self._store, PATTERNS, partition, index, low=low, newest_first=True)
        return (MemoryPattern.from_bytes(item.body) for item in items)

    def _short_term(self, agent_id: str, memory_type: str, name: str, value: Any) -> Item:
        now = self._clock()
        body = plain_bytes(f"{memory_type.lower()} {name}", [now, value])
        return Item(memory_partition(agent_id, memory_type), name, body, expires=now + DAY_MS)

    def _memories(
        self, agent_id: str, memory_type: str, since: int | None, until: int | None, *, newest_first: bool
    ) -> Iterator[MemoryRecord]:
        partition = memory_partition(agent_id, memory_type)
        found = scan_times(self._store, PATTERNS, partition, since, until, newest_first=newest_first, now=self._clock())
        for together in found:
            records = (self._aged(MemoryRecord.from_bytes(item.body)) for item in together)
            fitting = [one for one in records if (since is None or one.timestamp >= since) and (until is None or one.timestamp <= until)]
            yield from sorted(fitting, key=lambda one: one.timestamp, reverse=newest_first)

    def _aged(self, record: MemoryRecord) -> MemoryRecord:
        return record.model_copy(update={"is_stm": is_short_term(record.timestamp, self._clock())})


class _Value(NamedTuple):
    timestamp: int
    value: Any


def _value(item: Item) -> _Value:
    try:
        return _Value(*plain_value(item.body))
    except (ValueError, TypeError) as error:
        raise CorruptRecord(f"{item.partition}, {item.sort}: it cannot be read: {error}") from error


def _digest(query: str) -> str:
    return hashlib.sha256(query.encode()).hexdigest()
