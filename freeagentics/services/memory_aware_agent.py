"""The base of agents that remember: whatever program they are in, their memory, decisions and signals are in one store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from freeagentics.errors import VersionConflict
from freeagentics.services.decision_logger import DecisionLogger
from freeagentics.services.decision_record import DecisionRecord
from freeagentics.services.memory_manager import MemoryManager
from freeagentics.services.memory_pattern import MemoryPattern
from freeagentics.services.memory_record import MemoryRecord
from freeagentics.services.multi_agent_coordinator import LEASE_MS, Claim, MultiAgentCoordinator
from freeagentics.services.service import Clock, wall_ms
from freeagentics.services.signal import Signal
from freeagentics.services.verbs import verb
from freeagentics.stores import Store


class MemoryAwareAgent:
    """An agent of any program: it sees its own records and what was shared with it or sent to it.

    Args:
        store: of the run, shared with the other agents.
        agent_id: who it is; it is registered under it.
        agent_version: of its program, for its decisions.
        clock: time in ms since 1970.
        lease_ms: time for which its claims of signals hold.

    Attributes:
        memory, log, coordinator: the services that it works with, for what it does not wrap.

    Raises BadName where that is no agent's id.

    Examples:
        >>> from freeagentics import open_store
        >>> store = open_store("memory:", run="mine")
        >>> hunter, manager = MemoryAwareAgent(store, "market-hunter"), MemoryAwareAgent(store, "risk-manager")
        >>> sent = hunter.send("WHALE_ACTIVITY", {"whale_count": 5}, to=["risk-manager"], confidence=0.85)
        >>> [claim] = manager.claim()
        >>> made = manager.decide("RISK_ASSESSMENT", {"selected": "cut"}, claim=claim)
        >>> manager.decisions()[0].context["signal_id"] == sent.signal_id
        True
    """

    def __init__(
        self, store: Store, agent_id: str, *, agent_version: str = "1.0.0", clock: Clock = wall_ms, lease_ms: int = LEASE_MS
    ) -> None:
        self.memory = MemoryManager(store, clock=clock)
        self.log = DecisionLogger(store, clock=clock)
        self.coordinator = MultiAgentCoordinator(store, clock=clock, lease_ms=lease_ms)
        self.coordinator.register_agent.blocking(agent_id, role=type(self).__name__, agent_version=agent_version)
        self.agent_id = agent_id
        self.agent_version = agent_version

    @verb
    def remember(self, memory_type: str, data: Mapping[str, Any], *, confidence: float = 1.0) -> MemoryRecord:
        """Keep a memory, as `MemoryManager.remember`."""
        return self.memory.remember(self.agent_id, memory_type, data, confidence=confidence)

    @verb
    def recall(self, memory_type: str, /, **query: Any) -> list[MemoryRecord]:
        """Memories of its own; *query* as for `MemoryManager.recall`."""
        return self.memory.recall(self.agent_id, memory_type, **query)

    @verb
    def decide(
        self,
        decision_type: str,
        reasoning: Mapping[str, Any],
        *,
        context: Mapping[str, Any] | None = None,
        patterns: list[MemoryPattern] | None = None,
        claim: Claim | None = None,
    ) -> DecisionRecord:
        """Log a decision, in the context that is set.

        Args:
            decision_type: of which type.
            reasoning: why.
            context: more context, for this decision.
            patterns: those that it went by: they are named in it, and counted as applied.
            claim: the signal that led to it: it is named in it, and completed. Of a signal that was dealt with before, the decision that
                there is is given back.
        """
        for pattern in patterns or []:
            self.memory.apply_pattern(self.agent_id, pattern.agent_id, pattern.pattern_id)
        applied = [pattern.pattern_id for pattern in patterns or []]
        made = self.memory.context(self.agent_id) | dict(context or {})
        given = {
            "agent_id": self.agent_id,
            "decision_type": decision_type,
            "agent_version": self.agent_version,
            "reasoning": {"memory_influenced": bool(applied), "patterns_applied": applied} | dict(reasoning),
        }
        if claim is None:
            return self.log.log_decision(given | {"context": made})
        return self._answer(claim, given | {"context": made | {"signal_id": claim.signal.signal_id}, "decision_id": claim.decision_id})

    @verb
    def outcome(self, decision: DecisionRecord, /, *, success: bool, **figures: Any) -> DecisionRecord:
        """Log what came of a decision, as `DecisionLogger.log_outcome`."""
        return self.log.log_outcome(decision, {"success": success} | figures)

    @verb
    def decisions(self, /, **query: Any) -> list[DecisionRecord]:
        """Decisions of its own; *query* as for `DecisionLogger.decisions`."""
        return self.log.decisions(agent_id=self.agent_id, **query)

    @verb
    def send(self, signal_type: str, data: Mapping[str, Any], /, *, to: list[str] | None = None, **fields: Any) -> Signal:
        """Send a signal to agents, or to all; *fields* are others of `Signal`."""
        given = {"source_agent": self.agent_id, "signal_type": signal_type, "data": dict(data), "target_agents": to or []}
        return self.coordinator.store_shared_signal.blocking(given | fields)

    @verb
    def claim(self, *, limit: int | None = None) -> list[Claim]:
        """Signals to it that it has not dealt with, claimed; a `decide` with one completes it."""
        return self.coordinator.claim_signals.blocking(self.agent_id, limit=limit)

    @verb
    def patterns(self, domain: str | None = None, *, min_confidence: float = 0.0) -> list[MemoryPattern]:
        """Patterns of its own, or those about a domain that are shared with it, most confident first."""
        if domain is None:
            return self.memory.patterns(self.agent_id, min_confidence=min_confidence)
        return self.memory.shared_patterns(self.agent_id, domain, min_confidence=min_confidence)

    def _answer(self, claim: Claim, given: dict[str, Any]) -> DecisionRecord:
        made = self._known(claim)
        if made is None:
            try:
                made = self.log.log_decision(given | {"timestamp": claim.claimed_at})
            except VersionConflict:
                # Of another worker, whose claim was over or is.
                made = self._known(claim)
                if made is None:
                    raise
        self.coordinator.complete_signal.blocking(claim, decision_id=made.decision_id)
        return made

    def _known(self, claim: Claim) -> DecisionRecord | None:
        return self.log.decision(self.agent_id, claim.decision_id, since=claim.claimed_at, until=claim.claimed_at)
