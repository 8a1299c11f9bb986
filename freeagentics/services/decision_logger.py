"""The decision log: what agents decided, why, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from freeagentics.errors import BadInput, VersionConflict
from freeagentics.services.decision_record import DecisionRecord
from freeagentics.services.estimates import Latency, Rate
from freeagentics.services.item_scan import scan, scan_times
from freeagentics.services.record import is_short_term
from freeagentics.services.service import Service
from freeagentics.services.verbs import verb
from freeagentics.stores import Item
from freeagentics.stores.tables import DECISIONS, decision_partition, decision_type_partition, recent_partition, success_partition


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionQuery:
    """A question about decisions: those that fit all that is given.

    Attributes:
        agent_id: whose; without it `decision_type` is needed, which is then asked across agents.
        decision_type: of which type.
        success: with an outcome that was one, or was none.
        since, until: timestamps in ms, both ends included.
        newest_first: in which order.
    """

    agent_id: str | None = None
    decision_type: str | None = None
    success: bool | None = None
    since: int | None = None
    until: int | None = None
    newest_first: bool = True

    def fits(self, decision: DecisionRecord) -> bool:
        """True for a decision that is asked for."""
        return (
            (self.decision_type is None or decision.decision_type == self.decision_type)
            and (self.success is None or decision.success is self.success)
            and (self.since is None or decision.timestamp >= self.since)
            and (self.until is None or decision.timestamp <= self.until)
        )

    def index(self) -> tuple[str, str] | None:
        """The index, and the partition of it, that lists what is asked for; None for the agent's own partition of the type.

        Raises BadInput where neither agent nor type is given.
        """
        if self.agent_id is None:
            if self.decision_type is None:
                raise BadInput("decisions are asked for by agent_id, by decision_type, or by both; neither was given")
            return "GSI2", decision_type_partition(self.decision_type)
        if self.decision_type is not None:
            return None
        return ("GSI1", success_partition(self.agent_id)) if self.success else ("GSI3", recent_partition(self.agent_id))


class DecisionLogger(Service):
    """Logs all decisions of any number of agents, and answers questions about them.

    Examples:
        >>> from freeagentics import open_store
        >>> log = DecisionLogger(open_store("memory:", run="mine"), clock=lambda: 1_760_797_800_000)
        >>> made = log.log_decision({"agent_id": "market-hunter", "decision_type": "SOURCE_SELECTION"})
        >>> scored = log.log_outcome(made, {"success": True, "latency_ms": 1200})
        >>> [(one.iso_timestamp, one.success) for one in log.decisions(agent_id="market-hunter")]
        [('2025-10-18T14:30:00Z', True)]
        >>> log.success_rate(agent_id="market-hunter").rate
        1.0
    """

    @verb
    def log_decision(self, decision: DecisionRecord | Mapping[str, Any]) -> DecisionRecord:
        """Log a decision; the same again changes nothing.

        Args:
            decision: a record, or a mapping with its names; an id and the time of the clock are put in where they are missing.

        Raises:
            BadInput: a field is wrong, or something in it is no plain data. BadName: no agent's id, or no name of a type.
            VersionConflict: another decision of this agent, type, time and id is on record.
        """
        made = self._stamped(decision)
        item = made.item()
        try:
            self._store.put_if(DECISIONS, item, None)
        except VersionConflict as error:
            stored = self._stored(made)
            if stored is None or stored.model_copy(update={"outcome": made.outcome}).to_bytes() != made.to_bytes():
                raise VersionConflict(
                    f"agent {made.agent_id}: another decision {made.decision_id} is on record; give this an id of its own"
                ) from error
            return stored
        return self._read(item)

    @verb
    def log_outcome(self, decision: DecisionRecord, outcome: Mapping[str, Any]) -> DecisionRecord:
        """Log what came of a decision, once; the same again changes nothing.

        Raises:
            BadInput: no bool ``success`` in it, or the decision is not on record.
            VersionConflict: another outcome is on record.
        """
        scored = DecisionRecord.of(decision.kept() | {"outcome": dict(outcome)})
        try:
            self._store.put_if(DECISIONS, scored.item(), 1)
        except VersionConflict as error:
            stored = self._stored(scored)
            if stored is None:
                raise BadInput(f"agent {decision.agent_id}: decision {decision.decision_id} is not on record; log it first") from error
            if stored.to_bytes() != scored.to_bytes():
                raise VersionConflict(f"agent {decision.agent_id}: another outcome of {decision.decision_id} is on record") from error
        return scored

    @verb
    def decisions(self, /, *, limit: int | None = 100, **query: Any) -> list[DecisionRecord]:
        """Decisions that fit, at most *limit*; *query* are attributes of `DecisionQuery`. Raises BadInput without agent and type."""
        return list(islice(self._found(DecisionQuery(**query)), limit))

    @verb
    def decision(self, agent_id: str, decision_id: str, *, since: int | None = None, until: int | None = None) -> DecisionRecord | None:
        """The newest decision of an agent with an id, between two timestamps in ms, both included; None where there is none.

        No index is by id: decisions are looked through, newest first.
        """
        found = self._found(DecisionQuery(agent_id=agent_id, since=since, until=until))
        return next((one for one in found if one.decision_id == decision_id), None)

    @verb
    def chain(self, decision: DecisionRecord) -> list[DecisionRecord]:
        """The decision and those that led to it, itself first; it ends where a parent is not on record, or no longer."""
        chain, seen = [decision], {(decision.agent_id, decision.decision_id)}
        while (parent := chain[-1].parent) is not None and parent not in seen:
            found = self.decision(*parent, until=chain[-1].timestamp)
            if found is None:
                break
            seen.add(parent)
            chain.append(found)
        return chain

    @verb
    def success_rate(self, /, **query: Any) -> Rate:
        """The share of successes among decisions that fit and whose outcome is known."""
        return Rate.of(one.success for one in self._found(DecisionQuery(**query)) if one.success is not None)

    @verb
    def latency(self, /, **query: Any) -> Latency:
        """Latencies, ``outcome["latency_ms"]``, of decisions that fit."""
        outcomes = (one.outcome or {} for one in self._found(DecisionQuery(**query)))
        return Latency.of([float(outcome["latency_ms"]) for outcome in outcomes if outcome.get("latency_ms") is not None])

    def _stamped(self, decision: DecisionRecord | Mapping[str, Any]) -> DecisionRecord:
        if isinstance(decision, DecisionRecord):
            return decision
        clock = {} if "iso_timestamp" in decision else {"timestamp": self._clock()}
        return DecisionRecord.of(clock | dict(decision))

    def _stored(self, decision: DecisionRecord) -> DecisionRecord | None:
        (item,) = self._store.get(DECISIONS, [decision.item().key])
        return None if item is None else self._read(item)

    def _read(self, item: Item) -> DecisionRecord:
        decision = DecisionRecord.from_bytes(item.body)
        return decision.model_copy(update={"is_stm": is_short_term(decision.timestamp, self._clock())})

    def _found(self, query: DecisionQuery) -> Iterator[DecisionRecord]:
        index = query.index()
        listed = self._in_partition(query) if index is None else map(self._read, self._in_index(query, *index))
        return filter(query.fits, listed)

    def _in_index(self, query: DecisionQuery, index: str, partition: str) -> Iterator[Item]:
        low, high, newest_first = query.since, query.until, query.newest_first
        return scan(self._store, DECISIONS, partition, index, low=low, high=high, newest_first=newest_first, now=self._clock())

    def _in_partition(self, query: DecisionQuery) -> Iterator[DecisionRecord]:
        assert query.agent_id is not None
        assert query.decision_type is not None
        partition = decision_partition(query.agent_id, query.decision_type)
        found = scan_times(self._store, DECISIONS, partition, query.since, query.until, newest_first=query.newest_first, now=self._clock())
        for together in found:
            yield from sorted(map(self._read, together), key=lambda one: one.timestamp, reverse=query.newest_first)
