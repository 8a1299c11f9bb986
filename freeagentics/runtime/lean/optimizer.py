"""Makes any agent lean without changing what it does."""

from __future__ import annotations

import itertools
import threading
import weakref
from collections.abc import Collection
from typing import get_args

from freeagentics.errors import BadInput
from freeagentics.runtime.lean.agent import LeanAgent
from freeagentics.runtime.lean.beliefs import Precision
from freeagentics.runtime.lean.bounded_cache import CACHE_BYTES
from freeagentics.runtime.lean.compaction import Compactor
from freeagentics.runtime.lean.optimization_stats import OptimizationStats, optimization_stats
from freeagentics.sharing import ParameterPool, parameters

_ID_NAMES = ("agent_id", "id", "unique_id", "name")


class AgentOptimizer:
    """Holds what an agent has in forms that take fewer bytes, between its steps; in its steps it has arrays and lists as it always did.

    - **beliefs** (float arrays of 4 KB or more named so, or of 1 MB whatever their name) that are at least 90 % zeros become `LeanBeliefs`;
    - **arrays equal to another agent's**, of 4 KB or more, become a `SharedArray`: held once, with a copy on the first write. The first
      of its kind stays with its agent as it is, and is what the others are found equal to;
    - **histories** (lists named so, of 64 to 10,000 entries, all plain data) become a `LeanHistory`;
    - **caches** (dicts that are named when the agent is optimised, nothing else) become a `BoundedCache`: what was used least recently
      goes, and a miss must be computable.

    What somebody else refers to, too, is left as it is, and so is all the rest. Nothing changes for the agent: not a bit of an array, nor
    its type, in a step of its `LeanAgent`. Whoever looks at the agent between steps, or steps the agent itself, finds the lean forms, which
    are no instances of ndarray or list. Agents are not kept alive. May be used from any thread, an agent from one at a time.

    Args:
        target_memory_per_agent_mb: what an agent should take at most, for reports.
        precision: of beliefs in float64 at rest: ``exact``, or ``float32``, which rounds them at every rest and halves them.
        history_bound: entries that a history keeps; None, for all, changes nothing for the agent.
        cache_bytes: that each cache keeps.

    Raises BadInput for settings that cannot be meant.
    """

    def __init__(
        self,
        target_memory_per_agent_mb: float = 10.0,
        *,
        precision: Precision = "exact",
        history_bound: int | None = None,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        if not target_memory_per_agent_mb > 0:
            raise BadInput(f"target_memory_per_agent_mb {target_memory_per_agent_mb}: give MB above 0")
        if precision not in get_args(Precision):
            raise BadInput(f"precision {precision!r}: give 'exact' or 'float32'")
        if (history_bound is not None and history_bound < 1) or cache_bytes < 0:
            raise BadInput(f"history_bound {history_bound}, cache_bytes {cache_bytes}: give a bound from 1 on or None, and bytes from 0 on")
        self.target_memory_per_agent_mb = target_memory_per_agent_mb
        self.shared_params: ParameterPool = parameters
        self._forms = Compactor(precision, history_bound, cache_bytes)
        self._numbers = itertools.count(1)
        # By id of the agent: agents need be neither hashable nor weakly referable, and a LeanAgent keeps its own alive.
        self._lean: weakref.WeakValueDictionary[int, LeanAgent] = weakref.WeakValueDictionary()
        self._lock = threading.Lock()

    def optimize_agent(self, agent: object, caches: Collection[str] = ()) -> LeanAgent:
        """Make an agent lean, or leaner where it has grown since. The same agent gives the same `LeanAgent` as long as that is held.

        Args:
            caches: names, or paths, of attributes that are dicts of what can be computed again: they will be bounded.

        Raises BadInput for what has no attributes, and for caches that are no dicts which the agent alone holds.
        """
        lean = agent if isinstance(agent, LeanAgent) else self._of(agent)
        lean.lean_data.bound(caches)
        return lean

    def _of(self, agent: object) -> LeanAgent:
        if isinstance(agent, type) or not (type(agent).__dictoffset__ or hasattr(type(agent), "__slots__")):
            raise BadInput(f"an agent is an object with attributes, not {agent!r:.80}")
        with self._lock:
            lean = self._lean.get(id(agent))
            if lean is None:
                lean = self._lean[id(agent)] = LeanAgent(agent, self._id_of(agent), self._forms, self._lean)
            return lean

    def _id_of(self, agent: object) -> str:
        for name in _ID_NAMES:
            found = getattr(agent, name, None)
            if isinstance(found, str | int) and not isinstance(found, bool):
                return str(found)
        return f"{type(agent).__name__.lower()}-{next(self._numbers):04}"

    def get_optimization_stats(self) -> OptimizationStats:
        """Figures of what was made lean, and what that saved."""
        with self._lock:
            lean = list(self._lean.values())
        return optimization_stats(lean, self.target_memory_per_agent_mb)


_OPTIMIZER = AgentOptimizer()


def get_agent_optimizer() -> AgentOptimizer:
    """The optimizer of this process."""
    return _OPTIMIZER
