"""Makes any agent lean without changing what it does."""

from __future__ import annotations

import itertools
import threading
import weakref
from collections import defaultdict
from dataclasses import dataclass

from freeagentics.errors import BadInput
from freeagentics.runtime.footprint import MB
from freeagentics.runtime.lean_agent import LeanAgent, Made
from freeagentics.runtime.lean_forms import LeanForms, held_bytes
from freeagentics.sharing import ParameterPool, parameters

_ID_NAMES = ("agent_id", "id", "unique_id", "name")


@dataclass(frozen=True, slots=True)
class Saving:
    """What became of the data of one category: MB (1024²) that it took in its own form, and takes now."""

    places: int
    before_mb: float
    after_mb: float


@dataclass(frozen=True, slots=True)
class OptimizationStats:
    """What was made lean in the agents that live and whose `LeanAgent` is held.

    Attributes:
        by_category: ``beliefs``, ``history``, ``cache``, ``shared parameters``, as far as there are any.
        shared_arrays: contents in the pool.
    """

    agents: int
    by_category: dict[str, Saving]
    shared_arrays: int

    @property
    def before_mb(self) -> float:
        """Of all categories, when it was made lean."""
        return sum(saving.before_mb for saving in self.by_category.values())

    @property
    def after_mb(self) -> float:
        """Of all categories, now."""
        return sum(saving.after_mb for saving in self.by_category.values())


class AgentOptimizer:
    """Replaces what an agent holds by forms that take fewer bytes and behave the same.

    - **beliefs** (float arrays of 4 KB or more named so, or of 1 MB whatever their name) that are at least 90 % zeros become
      `LeanBeliefs` or, where they are in single precision already, `LazyBeliefArray`;
    - **arrays equal to another agent's**, of 4 KB or more, become a `SharedArray`: held once, with a copy on the first write. The first
      of its kind stays with its agent as it is, and is what the others are found equal to;
    - **histories** (lists named so, of 64 entries or more, all plain data) become a `LeanHistory`;
    - **caches** (dicts with "cache" in their name) become a `BoundedCache`: what was used least recently goes, and a miss must be
      computable. Caches that are lists, or have no such name, are left alone.

    What somebody else refers to, too, is left as it is, and so is all the rest. Stand-ins are no instances of ndarray or list: an agent
    that asks ``isinstance`` gets another answer (a `BoundedCache` is a dict). Agents are not kept alive. May be used from any thread, an
    agent from one at a time.

    Args:
        history_bound: entries that a history keeps; None, for all, changes nothing for the agent.
        cache_bytes: that each cache keeps.
    """

    def __init__(self, *, history_bound: int | None = None, cache_bytes: int = 256 * 1024) -> None:
        if (history_bound is not None and history_bound < 1) or cache_bytes < 0:
            raise BadInput(f"history_bound {history_bound}, cache_bytes {cache_bytes}: give a bound from 1 on or None, and bytes from 0 on")
        self.shared_params: ParameterPool = parameters
        self._forms = LeanForms(history_bound, cache_bytes)
        self._numbers = itertools.count(1)
        # By id of the agent: agents need be neither hashable nor weakly referable, and a LeanAgent keeps its own alive.
        self._lean: weakref.WeakValueDictionary[int, LeanAgent] = weakref.WeakValueDictionary()
        self._lock = threading.Lock()

    def optimize_agent(self, agent: object) -> LeanAgent:
        """Make an agent lean, or leaner where it has grown since. The same agent gives the same `LeanAgent` as long as that is held.

        Raises BadInput for what has no attributes.
        """
        lean = agent if isinstance(agent, LeanAgent) else self._of(agent)
        lean.look_again()
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
        """What was made lean, and what that saved."""
        with self._lock:
            lean = list(self._lean.values())
        found: defaultdict[str, list[Made]] = defaultdict(list)
        for agent in lean:
            for made in agent.made:
                found[made.category].append(made)
        savings = {category: _saving(category, made) for category, made in found.items()}
        return OptimizationStats(len(lean), savings, len(self.shared_params))


def _saving(category: str, made: list[Made]) -> Saving:
    after = held_bytes(category, [one.place.get() for one in made])
    return Saving(len(made), sum(one.before for one in made) / MB, after / MB)


_OPTIMIZER = AgentOptimizer()


def get_agent_optimizer() -> AgentOptimizer:
    """The optimizer of this process."""
    return _OPTIMIZER
