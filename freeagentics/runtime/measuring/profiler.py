"""The footprint profiler: who holds how much, whether it grows, and what could be done about it."""

from __future__ import annotations

import threading
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from freeagentics.clock import wall_clock
from freeagentics.errors import BadInput, did_you_mean
from freeagentics.runtime.measuring.alerts import Alert, AlertRules, Sample
from freeagentics.runtime.measuring.categories import ANY_AGENT, Categories
from freeagentics.runtime.measuring.footprint import MB, resident_mb
from freeagentics.runtime.measuring.footprint_report import FootprintReport, Operation
from freeagentics.runtime.measuring.gc_meter import CollectionMeter
from freeagentics.runtime.measuring.leaks import LeakFinder
from freeagentics.runtime.measuring.shares import attribute_shared
from freeagentics.runtime.measuring.suggestions import Advice, suggest

KEPT_SAMPLES = 1000
_SHORTEST_S = 0.1


@dataclass(frozen=True, slots=True)
class _Registered:
    agent: weakref.ref[object]
    categories: Categories


class FootprintProfiler:
    """Watches a process and the agents that were registered with it, which it does not keep alive.

    Monitoring samples the process from a thread of its own and raises alerts; a report can be had without it, too. All methods may be
    called from any thread.
    """

    def __init__(self) -> None:
        self._agents: dict[str, _Registered] = {}
        self._operations: dict[str, Operation] = {}
        self._lock = threading.RLock()
        self._switch = threading.Lock()
        self._leaks = LeakFinder()
        self._meter = CollectionMeter()
        self._thread: threading.Thread | None = None
        self._over = threading.Event()
        self._begin(None)

    def _begin(self, limit_mb: float | None) -> None:
        self._limit_mb = limit_mb
        self._start_mb, self._attributed_mb, self._largest = resident_mb(), 0.0, ("", 0.0)
        self._rules = AlertRules()
        self._alerts: list[Alert] = []
        self._samples: deque[Sample] = deque(maxlen=KEPT_SAMPLES)
        self._began = self._looked = wall_clock()
        self._seconds = self._overhead = 0.0

    def start_monitoring(self, interval_s: float = 1.0, *, memory_limit_mb: float | None = None, trace_lines: bool = False) -> None:
        """Sample every *interval_s* seconds from now on; monitoring that was on begins anew.

        Args:
            memory_limit_mb: of the resident set, for alerts.
            trace_lines: look for leaking lines, too, with `tracemalloc`, which slows allocation down several times.

        Raises:
            BadInput: an interval or a limit that is not above 0.
        """
        if not interval_s > 0 or (memory_limit_mb is not None and not memory_limit_mb > 0):
            raise BadInput(f"interval_s {interval_s}, memory_limit_mb {memory_limit_mb}: give numbers above 0")
        with self._switch:
            self._stop()
            self._meter = CollectionMeter()
            self._meter.start()
            self._begin(memory_limit_mb)
            if trace_lines:
                self._leaks.start()
            self._over = threading.Event()
            self._thread = threading.Thread(target=self._monitor, args=(interval_s,), name="freeagentics-profiler", daemon=True)
            self._thread.start()

    def stop_monitoring(self) -> None:
        """Sample no more. What was seen stays in the reports. Doing so twice is once."""
        with self._switch:
            self._stop()

    def _stop(self) -> None:
        if self._thread is not None:
            self._over.set()
            self._thread.join()
            self._thread = None
            self._meter.stop()
            self._leaks.stop()

    def _monitor(self, interval_s: float) -> None:
        while not self._over.wait(interval_s):
            self.take_snapshot()

    def take_snapshot(self) -> Sample:
        """Look at the process now, as monitoring does in its intervals."""
        with self._lock:
            if self._leaks.tracing:
                self._leaks.mark()
            return self._look()

    def _look(self) -> Sample:
        at, overhead = wall_clock() - self._began, self._gc_overhead()
        sample = Sample(at, resident_mb(), self._attributed_mb, self._limit_mb, overhead, *self._largest)
        self._samples.append(sample)
        self._alerts += self._rules.check(sample)
        return sample

    def _gc_overhead(self) -> float:
        """Of late. Two looks in close succession share one figure: a single collection would fill the time between them."""
        now = wall_clock()
        if now - self._looked >= _SHORTEST_S:
            self._overhead = (self._meter.seconds - self._seconds) / (now - self._looked)
            self._looked, self._seconds = now, self._meter.seconds
        return self._overhead

    def register_agent(self, agent_id: str, agent: object, categories: Categories = ANY_AGENT) -> None:
        """Watch an agent, weakly: when it is dropped it is gone from the reports.

        Args:
            categories: what the names of its attributes mean.

        Raises:
            BadInput: another living agent has this id, or the agent's type allows no weak references.
        """
        with self._lock:
            known = self._agents.get(agent_id)
            living = known.agent() if known is not None else None
            if living is not None and living is not agent:
                raise BadInput(f"agent '{agent_id}' is registered already, and lives; give another id")
            try:
                self._agents[agent_id] = _Registered(weakref.ref(agent), categories)
            except TypeError as error:
                kind = type(agent).__name__
                raise BadInput(f"agent '{agent_id}': {kind} allows no weak references; add '__weakref__' to its slots") from error

    def _living(self) -> dict[str, object]:
        with self._lock:
            living = {name: agent for name, known in self._agents.items() if (agent := known.agent()) is not None}
            self._agents = {name: self._agents[name] for name in living}
            return living

    def get_memory_report(self) -> FootprintReport:
        """A report of what is held now, by whom and in which category, and what was seen since monitoring began."""
        living = self._living()
        agents = attribute_shared(living, {name: self._agents[name].categories for name in living})
        with self._lock:
            self._attributed_mb = sum(footprint.total for footprint in agents.values()) / MB
            self._largest = max(((name, held.total / MB) for name, held in agents.items()), key=lambda one: one[1], default=("", 0.0))
            sample = self._look()
            return FootprintReport(
                start_mb=self._start_mb,
                rss_mb=sample.rss_mb,
                agents=agents,
                samples=tuple(self._samples),
                operations=dict(self._operations),
                leaks=tuple(self._leaks.suspects()),
                alerts=tuple(self._alerts),
            )

    def optimize_agent_memory(self, agent_id: str) -> Advice:
        """Suggestions for holding an agent in fewer bytes; nothing is changed. Raises BadInput for an id that is not registered."""
        living = self._living()
        if agent_id not in living:
            raise BadInput(f"no agent '{agent_id}' is registered; {did_you_mean(agent_id, living)}")
        held = attribute_shared(living, {name: self._agents[name].categories for name in living})[agent_id]
        found = suggest(living[agent_id], [agent for name, agent in living.items() if name != agent_id])
        return Advice(agent_id, held.total / MB, tuple(found))

    @contextmanager
    def profile_operation(self, name: str) -> Iterator[None]:
        """Count the time and the growth of the resident set that an operation took, also where it fails."""
        began, held = wall_clock(), resident_mb()
        try:
            yield
        finally:
            seconds, grown = wall_clock() - began, resident_mb() - held
            with self._lock:
                self._operations[name] = self._operations.get(name, Operation()).and_another(seconds, grown)


_PROFILER = FootprintProfiler()


def get_memory_profiler() -> FootprintProfiler:
    """The profiler of this process."""
    return _PROFILER
