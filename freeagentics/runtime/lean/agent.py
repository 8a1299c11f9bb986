"""An agent that was made lean, as its user sees it."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from inspect import isawaitable
from typing import Any

from freeagentics.runtime.lean.compaction import Compactor
from freeagentics.runtime.lean.data import LeanData
from freeagentics.runtime.lean.shared_array import SharedArray
from freeagentics.runtime.measuring.categories import ANY_AGENT
from freeagentics.runtime.measuring.footprint import MB
from freeagentics.runtime.measuring.traverse import shallow_size, traverse


class LeanAgent:
    """Stands for an agent: attributes are the agent's own, and `step` is its step, in which it holds arrays and lists as it always did.

    Attributes:
        agent: the very object that was made lean.
        agent_id: its ``agent_id``, ``id``, ``unique_id`` or ``name``, or a name made for it.
        lean_data: what it holds.
    """

    __slots__ = ("__weakref__", "_kin", "agent", "agent_id", "lean_data")

    def __init__(self, agent: Any, agent_id: str, forms: Compactor, kin: Mapping[int, LeanAgent]) -> None:
        self.agent, self.agent_id = agent, agent_id
        self.lean_data, self._kin = LeanData(agent, forms), kin

    def step(self, *args: Any, **kwargs: Any) -> Any:
        """The result of the agent's own step, or something to await that gives it; then the agent is lean again, also where it raised."""
        self.lean_data.wake()
        result = None
        try:
            result = self.agent.step(*args, **kwargs)
        finally:
            if not isawaitable(result):
                self.lean_data.rest()
        return self._until_done(result) if isawaitable(result) else result

    async def _until_done(self, result: Awaitable[Any]) -> Any:
        try:
            return await result
        finally:
            self.lean_data.rest()

    @property
    def shared_params(self) -> Mapping[str, SharedArray]:
        """Arrays that it holds together with others, by path."""
        held = ((made.slot.path, made.form) for made in self.lean_data.made)
        return {path: form for path, form in held if isinstance(form, SharedArray) and form.shared}

    def get_memory_usage_mb(self) -> float:
        """MB (1024²) that the agent holds: all its own, and its share of arrays made one with others'. Other agents and a model that it
        refers to are theirs."""
        shares = {id(array.owner): array.users for array in self.shared_params.values()}
        reached = traverse([(self.agent, None)], categories=ANY_AGENT, fence=set(self._kin))
        return sum(sum(shallow_size(item)) / shares.get(id(item), 1) for item, _ in reached) / MB

    def __getattr__(self, name: str) -> Any:
        # Its own are asked for here only where they are not set yet, as in a copy that is being made.
        if name in LeanAgent.__slots__ or name.startswith("__"):
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        return getattr(self.agent, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in LeanAgent.__slots__:
            object.__setattr__(self, name, value)
        else:
            setattr(self.agent, name, value)

    def __repr__(self) -> str:
        return f"<LeanAgent {self.agent_id}: {self.agent!r}>"
