"""A pattern: a condition that an agent has learned to expect something of."""

from __future__ import annotations

from pydantic import Field

from freeagentics.services.record import PlainData, PlainRecord
from freeagentics.stores import Item
from freeagentics.stores.tables import pattern_partition, shared_pattern_partition


class MemoryPattern(PlainRecord):
    """A pattern on record.

    Attributes:
        agent_id: whose.
        pattern_id: names it among the agent's.
        memory_type: ``PATTERN``.
        domain: what it is about, e.g. ``whales``: shared patterns are asked for by it.
        learned_at: when it was promoted, in ms since 1970.
        last_accessed: when it was applied last, in ms since 1970.
        access_count: how often it was applied.
        confidence: from 0 to 1; indexes are by it.
        success_rate: share of successes where its conditions held.
        sample_size: how often they held.
        data: ``description``, ``conditions`` and ``outcomes``.
        version: 1 more each time that it is written.
        is_shared: all agents may read it.
        shared_with: ids of agents that may read it.
    """

    agent_id: str
    pattern_id: str
    memory_type: str = "PATTERN"
    domain: str = "general"
    learned_at: int
    last_accessed: int | None = None
    access_count: int = Field(0, ge=0)
    confidence: float = Field(ge=0.0, le=1.0)
    success_rate: float = Field(ge=0.0, le=1.0)
    sample_size: int = Field(ge=0)
    data: PlainData = Field(default_factory=dict)
    version: int = Field(1, ge=1)
    is_shared: bool = False
    shared_with: list[str] = Field(default_factory=list)

    def may_be_read_by(self, agent_id: str) -> bool:
        """True for its owner and whom it is shared with."""
        return self.is_shared or agent_id == self.agent_id or agent_id in self.shared_with

    def item(self) -> Item:
        """The item of `PATTERNS`; the shared index lists it where it is shared with anybody."""
        index: dict[str, tuple[str, float | str]] = {"GSI1": (pattern_partition(self.agent_id), self.confidence)}
        if self.is_shared or self.shared_with:
            index["GSI2"] = (shared_pattern_partition(self.domain), self.confidence)
        return Item(pattern_partition(self.agent_id), self.pattern_id, self.to_bytes(), self.version, index=index)
