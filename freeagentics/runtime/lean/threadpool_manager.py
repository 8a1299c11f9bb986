"""Steps agents of any kind side by side, and keeps them lean."""

from __future__ import annotations

import gc
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from numbers import Integral
from types import TracebackType
from typing import Any

from freeagentics.errors import BadInput, did_you_mean
from freeagentics.runtime.engines.engine import AdaptiveEngine
from freeagentics.runtime.lean.agent import LeanAgent
from freeagentics.runtime.lean.beliefs import Precision
from freeagentics.runtime.lean.event_loop import EventLoop
from freeagentics.runtime.lean.optimizer import AgentOptimizer
from freeagentics.runtime.lean.pool_report import PoolOptimization, PoolReport
from freeagentics.runtime.lean.step_result import AgentId, StepResult, Task, takes_observation
from freeagentics.runtime.measuring.categories import ANY_AGENT
from freeagentics.runtime.measuring.footprint import MB, resident_mb, trim_heap
from freeagentics.runtime.measuring.gc_tuner import get_gc_tuner
from freeagentics.runtime.measuring.shares import attribute_shared
from freeagentics.runtime.measuring.suggestions import suggest_bounds

_LARGE = MB
"""Bytes of data made lean from which on freed pages go back to the system: the C library would keep them."""


class OptimizedThreadPoolManager:
    """Agents by id, stepped in a pool of threads whose size follows what is measured (see `AdaptiveEngine`); it may settle on one.

    An agent is any object with a ``step``, with or without an argument for its observation. What a step returns to be awaited (an
    ``async def step``) is awaited, on an event loop that is the same for all steps of a manager. The manager keeps an agent until it is
    unregistered. Results do not depend on the number of threads as long as agents leave each other alone while they step.

    Args:
        initial_workers: threads to begin with.
        max_workers: at most.
        enable_memory_optimization: make agents lean when they are registered, and again after their steps (see `AgentOptimizer`).
        target_memory_per_agent_mb: what the report holds agents against.
        precision: of beliefs between steps, ``exact`` or ``float32`` (see `AgentOptimizer`).

    Raises BadInput for numbers below 1 (0 for the target), or more workers to begin with than at most. A manager owns threads: shut it
    down, or use it as a context manager.
    """

    def __init__(
        self,
        initial_workers: int = 1,
        max_workers: int = 32,
        enable_memory_optimization: bool = True,
        target_memory_per_agent_mb: float = 10.0,
        *,
        precision: Precision = "exact",
    ) -> None:
        optimizer = AgentOptimizer(target_memory_per_agent_mb, precision=precision)
        self.target_memory_per_agent_mb = target_memory_per_agent_mb
        self._optimizer = optimizer if enable_memory_optimization else None
        self._engine = AdaptiveEngine(max_workers, initial_workers)
        self._loop = EventLoop()
        self._agents: dict[AgentId, _Registered] = {}
        self._lock = threading.Lock()
        self._stepping = threading.Lock()
        self._freed = 0
        self._open = True

    def register_agent(self, agent_id: AgentId, agent: object, caches: Collection[str] = ()) -> None:
        """Take an agent in, and make it lean.

        Args:
            agent_id: text, or a whole number, as Mesa's ``unique_id`` is; in reports it is text.
            caches: names of attributes that are dicts of what the agent can compute again: they will be bounded (see `AgentOptimizer`).

        Raises BadInput where the id is taken or empty, the agent has no ``step`` that can be called with an observation or with nothing,
        or the step is a generator; and for caches that are no dicts of the agent's own, or where nothing is made lean.
        """
        self._check_open()
        if isinstance(agent_id, bool) or not isinstance(agent_id, str | Integral) or agent_id == "":
            raise BadInput(f"an agent's id is text that is not empty, or a whole number, not {agent_id!r}")
        own = agent.agent if isinstance(agent, LeanAgent) else agent
        with self._lock:
            if str(agent_id) in map(str, self._agents):
                raise BadInput(f"agent '{agent_id}' is registered already; unregister it first, or give another id")
            try:
                self._agents[agent_id] = self._registered(own, caches)
            except BadInput as error:
                raise BadInput(f"agent '{agent_id}': {error}") from None
            self._trim_heap()

    def _registered(self, agent: Any, caches: Collection[str]) -> _Registered:
        takes = takes_observation(agent)
        if self._optimizer is None:
            if caches:
                raise BadInput("caches are bounded only with enable_memory_optimization")
            return _Registered(agent, None, takes)
        made = _Registered(agent, self._optimizer.optimize_agent(agent, caches), takes)
        self._freed += made.unfolds
        return made

    def _trim_heap(self) -> None:
        if self._freed >= _LARGE:
            self._freed = 0
            trim_heap()

    def unregister_agent(self, agent_id: AgentId) -> None:
        """Let an agent go. Raises BadInput for an id that is not registered."""
        with self._lock:
            self._check_known([agent_id])
            del self._agents[agent_id]

    @property
    def agent_ids(self) -> list[AgentId]:
        """Ids of those registered, in the order of registration."""
        with self._lock:
            return list(self._agents)

    def step_all_agents(self, observations: Mapping[Any, Any]) -> dict[Any, StepResult]:
        """Step every agent once; results by id, in the order of registration.

        An agent without an observation is given None. What an agent raises is in its own result and stops nobody else. Raises BadInput for
        observations of agents that are not registered, before anybody has stepped.
        """
        with self._stepping:
            self._check_open()
            with self._lock:
                self._check_known(observations)
                tasks = [one.task(name, observations.get(name), self._loop) for name, one in self._agents.items()]
                self._freed += sum(one.unfolds for one in self._agents.values())
            results = self._engine.map(Task.carry_out, tasks)
            get_gc_tuner().between_steps()
            self._trim_heap()
        return {result.agent_id: result for result in results}

    def get_memory_report(self) -> PoolReport:
        """A report of what the agents hold now; they must not be stepping."""
        with self._stepping:
            return self._report()

    def _report(self) -> PoolReport:
        with self._lock:
            agents = {str(name): one.agent for name, one in self._agents.items()}
        return PoolReport(
            agents=attribute_shared(agents, dict.fromkeys(agents, ANY_AGENT)),
            target_mb=self.target_memory_per_agent_mb,
            rss_mb=resident_mb(),
            workers=self.workers,
            optimization_stats=self._optimizer.get_optimization_stats() if self._optimizer is not None else None,
            suggestions={name: tuple(found) for name, agent in agents.items() if (found := suggest_bounds(agent))},
        )

    def optimize_memory_usage(self) -> PoolOptimization:
        """Make all agents lean again, with what they have grown since, collect garbage, and return what is free to the system."""
        with self._stepping:
            before = self._report()
            with self._lock:
                lean = [one.lean for one in self._agents.values() if one.lean is not None]
            for agent in lean:
                agent.lean_data.look_again()
            gc.collect()
            trim_heap()
            after = self._report()
        return PoolOptimization(len(lean), before.total_mb, after.total_mb, before.rss_mb, after.rss_mb)

    @property
    def workers(self) -> int:
        """Threads that stepping has settled on so far."""
        return next(iter(self._engine.sizes.values()), self._engine.initial)

    def shutdown(self) -> None:
        """Wait for a round of steps that is going on, end the threads and let go of the agents. Idempotent."""
        with self._stepping, self._lock:
            self._open = False
            self._agents.clear()
            self._engine.close()
            self._loop.close()

    def __enter__(self) -> OptimizedThreadPoolManager:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.shutdown()

    def _check_open(self) -> None:
        if not self._open:
            raise BadInput("this manager was shut down; open another one")

    def _check_known(self, names: Collection[Any]) -> None:
        for name in names:
            if name not in self._agents:
                raise BadInput(f"no agent '{name}' is registered; {did_you_mean(str(name), map(str, self._agents))}")


@dataclass(frozen=True, slots=True)
class _Registered:
    """An agent, as it is and lean, and whether its step takes an observation."""

    agent: Any
    lean: LeanAgent | None
    takes_observation: bool

    @property
    def unfolds(self) -> int:
        """Bytes that a step of it needs for a while."""
        return self.lean.lean_data.before if self.lean is not None else 0

    def task(self, agent_id: AgentId, observation: object, loop: EventLoop) -> Task:
        return Task(agent_id, (self.lean or self.agent).step, observation, self.takes_observation, loop)
