"""An entry of the registry of agents."""

from __future__ import annotations

from pydantic import Field

from freeagentics.services.record import PlainData, Record
from freeagentics.stores import Item
from freeagentics.stores.tables import REGISTRY_PARTITION


class AgentEntry(Record):
    """An agent as it is registered.

    Attributes:
        agent_id: who it is.
        timestamp: its last heartbeat, in ms since 1970.
        registered_at: when it was registered last, in ms since 1970.
        agent_version: of its program.
        role: what it does, in a word.
        details: anything else that others should know.
    """

    agent_id: str
    registered_at: int
    agent_version: str = "1.0.0"
    role: str = ""
    details: PlainData = Field(default_factory=dict)

    def item(self) -> Item:
        """The item of `STATES`."""
        return Item(REGISTRY_PARTITION, self.agent_id, self.to_bytes())
