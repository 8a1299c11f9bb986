"""The memory of one agent, as the agent holds it."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from freeagentics.mesa_memory.recollection import Recollection
from freeagentics.mesa_memory.tags import Tags

if TYPE_CHECKING:
    from freeagentics.mesa_memory.agent_memory import AgentMemory


class OwnMemory:
    """One agent's memories: `AgentMemory` without its first argument.

    It does not hold the agent, which would live on after it has left the model, in every set of agents that holds it weakly.

    Attributes:
        shared: the memory of all agents of the model.
    """

    def __init__(self, shared: AgentMemory, agent: Any) -> None:
        self.shared = shared
        self._class, self._number = type(agent), agent.unique_id
        self._agent: weakref.ref[Any] | None = weakref.ref(agent)

    def __getstate__(self) -> dict[str, Any]:
        # A weak reference would be that to the agent of the model that was copied.
        return self.__dict__ | {"_agent": None}

    @property
    def agent(self) -> Any:
        """The agent. Raises ReferenceError where it is gone."""
        found = self._agent() if self._agent else None
        if found is None:
            found = self.shared.find(self._class, self._number)
            self._agent = weakref.ref(found)
        return found

    def remember(self, action: Any = None, outcome: float | None = None, tags: Tags = None) -> int:
        """Remember the agent's state as it is now, and what it does in it; see `AgentMemory.remember`."""
        return int(self.shared.remember(self.agent, action, outcome, tags))

    def recall(
        self,
        k: int = 5,
        *,
        like: str | Mapping[str, Any] | None = None,
        tags: Tags = None,
        action: Any = None,
        since: float | None = None,
    ) -> list[Recollection]:
        """Recall memories like the present, and of late; see `AgentMemory.recall`."""
        found: list[Recollection] = self.shared.recall(self.agent, k, like=like, tags=tags, action=action, since=since)
        return found

    def outcome(self, of: int, value: float) -> bool:
        """Say what came of a memory; see `AgentMemory.outcome`."""
        return bool(self.shared.outcome(self.agent, of, value))
