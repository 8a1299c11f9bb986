"""A memory of an agent that is neither a decision nor a pattern."""

from __future__ import annotations

import uuid

from pydantic import Field

from freeagentics.services.record import PlainData, Record
from freeagentics.stores import Item
from freeagentics.stores.tables import memory_partition


class MemoryRecord(Record):
    """A memory on record.

    Attributes:
        agent_id: whose.
        memory_type: e.g. ``OBSERVATION``.
        memory_id: names it among those of its type and time.
        confidence: from 0 to 1.
        data: its content.
        ttl: time in s since 1970 at which it expires; None to keep it.
        is_stm: it is short-term, under a day old, as it was read.
    """

    agent_id: str
    memory_type: str
    memory_id: str
    confidence: float = Field(1.0, ge=0.0, le=1.0)
    data: PlainData = Field(default_factory=dict)
    ttl: int | None = None
    is_stm: bool = True

    @classmethod
    def _with_defaults(cls, values: PlainData) -> PlainData:
        return values if "memory_id" in values else {"memory_id": f"mem-{uuid.uuid4().hex[:16]}"} | values

    def item(self) -> Item:
        """The item of `PATTERNS`."""
        sort = f"{self.iso_timestamp}#{self.memory_id}"
        expires = None if self.ttl is None else self.ttl * 1000
        return Item(memory_partition(self.agent_id, self.memory_type), sort, self.to_bytes(), expires=expires)
