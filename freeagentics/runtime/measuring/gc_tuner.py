"""The garbage collector, tuned to a population: when it runs moves time and bytes, never a value."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from freeagentics.clock import wall_clock
from freeagentics.errors import BadInput
from freeagentics.runtime.measuring.footprint import resident_mb
from freeagentics.runtime.measuring.gc_contexts import GCContextManager, GCPause
from freeagentics.runtime.measuring.gc_meter import CollectionMeter
from freeagentics.runtime.measuring.gc_stats import GCStats, collections_so_far
from freeagentics.runtime.measuring.gc_thresholds import Thresholds, thresholds

TARGET_OVERHEAD = 0.05
"""Share of wall time that collections may take before they become rarer."""

_LOOK_EVERY = 32
_MOST_PATIENCE = 16.0
_RESERVE = 4


class GCTuner:
    """Sets the collector's thresholds from agent count, pressure and measured overhead, and puts back what it found.

    Between steps nothing is half done and nobody waits: `between_steps` collects there what is due. The interpreter's own young threshold
    is four times as high, so that it collects within a step only where one step leaves very much behind. The collector belongs to the
    whole process; so does its tuner, `get_gc_tuner()`. Its methods may be called from any thread.

    Attributes:
        enable_auto_tuning: whether thresholds follow overhead and pressure while agents step, or stay as they were tuned.
        target_gc_overhead: share of wall time that collections may take before they become rarer.
        current: thresholds now, None while nothing is tuned.
        hold: while it is taken, there are no collections.
    """

    GCContextManager = GCContextManager

    def __init__(self, *, enable_auto_tuning: bool = True, target_gc_overhead: float = TARGET_OVERHEAD) -> None:
        self.enable_auto_tuning, self.target_gc_overhead = enable_auto_tuning, target_gc_overhead
        self.current: Thresholds | None = None
        self._lock = threading.RLock()
        self._agent_count = 0
        self._limit_mb: float | None = None
        self._memory_pressure = 0.0
        self._found: tuple[int, int, int] | None = None
        self._frozen = False
        self._patience = 1.0
        self._meter = CollectionMeter()
        self._began = self._seconds = 0.0
        self._steps = 0
        self.hold = GCPause()
        self._runs = 0
        self._outside: tuple[int, float | None] | None = None

    def tune(self, agent_count: int, memory_limit_mb: float | None = None) -> Thresholds:
        """Set thresholds for so many agents under a limit of RAM. Raises BadInput for numbers that cannot be meant."""
        if agent_count < 0:
            raise BadInput(f"agent_count {agent_count}: give the number of agents, from 0 on")
        if memory_limit_mb is not None and not memory_limit_mb > 0:
            raise BadInput(f"memory_limit_mb {memory_limit_mb}: give MB of RAM above 0, or None for no limit")
        with self._lock:
            if self._found is None:
                self._found = gc.get_threshold()
                self._meter = CollectionMeter()
                self._meter.start()
                self._look()
            self._agent_count, self._limit_mb, self._patience = agent_count, memory_limit_mb, 1.0
            self._memory_pressure = 0.0
            self._measure_pressure()
            return self._set()

    def update_agent_count(self, agent_count: int) -> Thresholds:
        """Tune to another number of agents under the limit that there was. Raises BadInput."""
        return self.tune(agent_count, self._limit_mb)

    def update_memory_pressure(self, pressure: float) -> Thresholds:
        """Tune to a pressure that is known better than the process' own over its limit, e.g. that of a container; where there is a limit,
        until it is measured again. Raises BadInput for less than 0."""
        if not pressure >= 0:
            raise BadInput(f"pressure {pressure}: give what is taken over what there is, from 0 on")
        with self._lock:
            if self.current is None:
                self.tune(self._agent_count, self._limit_mb)
            self._memory_pressure = pressure
            return self._set()

    def _measure_pressure(self) -> None:
        if self._limit_mb:
            self._memory_pressure = resident_mb() / self._limit_mb

    def _set(self) -> Thresholds:
        made = thresholds(self._agent_count, self._memory_pressure, self._patience)
        if made != self.current:
            gc.set_threshold(made.young * _RESERVE, made.middle, made.old)
            self.current = made
        return made

    def freeze(self) -> None:
        """Collect once, then take all that lives now out of the collector's sight: it will live as long as the run does.

        Where somebody else has frozen objects already, nothing is done: thawing could not tell theirs from ours.
        """
        with self._lock:
            if not self._frozen and gc.get_freeze_count() == 0:
                gc.collect()
                gc.freeze()
                self._frozen = True
                self._look()

    def thaw(self) -> None:
        """Undo `freeze`."""
        with self._lock:
            if self._frozen:
                gc.unfreeze()
                self._frozen = False

    def between_steps(self) -> int:
        """Collect what is due, and every so often adapt to overhead and pressure. Returns how many objects were unreachable.

        Nothing happens while nothing is tuned, or the collector is off.
        """
        with self._lock:
            if self.current is None or not gc.isenabled():
                return 0
            self._steps += 1
            if self.enable_auto_tuning and self._steps % _LOOK_EVERY == 0:
                self._adapt()
            due = self._due(self.current)
            return gc.collect(due) if due is not None else 0

    def _due(self, now: Thresholds) -> int | None:
        """The generation to collect, as the interpreter would choose it."""
        young, middle, old = gc.get_count()
        if old > now.old:
            return 2
        if middle > now.middle:
            return 1
        return 0 if young > now.young else None

    def _adapt(self) -> None:
        if self.overhead > self.target_gc_overhead:
            self._patience = min(self._patience * 2, _MOST_PATIENCE)
        elif self.overhead < self.target_gc_overhead / 4:
            self._patience = max(self._patience / 2, 1.0)
        self._look()
        self._measure_pressure()
        self._set()

    def _look(self) -> None:
        """Measure from now on."""
        self._began, self._seconds = wall_clock(), self._meter.seconds

    @property
    def overhead(self) -> float:
        """Share of wall time that collections took since the thresholds were last looked at; 0 while nothing is tuned."""
        if self.current is None:
            return 0.0
        return (self._meter.seconds - self._seconds) / max(wall_clock() - self._began, 1e-9)

    @property
    def base_thresholds(self) -> tuple[int, int, int]:
        """Thresholds of the collector without tuning: what `restore` puts back."""
        return self._found or gc.get_threshold()

    def force_collection(self, generation: int = 2) -> float:
        """Collect now, up to a generation, and say how many milliseconds it took. Raises BadInput for a generation that there is not."""
        if generation not in (0, 1, 2):
            raise BadInput(f"generation {generation}: give 0, 1 or 2")
        began = wall_clock()
        gc.collect(generation)
        return 1000 * (wall_clock() - began)

    def get_stats(self) -> GCStats:
        """Figures of the collector, now and so far."""
        with self._lock:
            return GCStats(
                thresholds={"current": gc.get_threshold(), "base": self.base_thresholds},
                collections=collections_so_far(),
                memory={"current_mb": resident_mb(), "limit_mb": self._limit_mb, "pressure": self._memory_pressure},
                overhead=self.overhead,
                agent_count=self._agent_count,
            )

    def restore(self) -> None:
        """Put back the thresholds that were found, and thaw. Without tuning before it does nothing."""
        with self._lock:
            self.thaw()
            if self._found is not None:
                gc.set_threshold(*self._found)
                self._meter.stop()
                self._found = self.current = None
                self._agent_count, self._limit_mb, self._memory_pressure = 0, None, 0.0

    @contextmanager
    def run(self, agent_count: int, memory_limit_mb: float | None = None) -> Iterator[GCTuner]:
        """Tuned and frozen while a run lasts. Runs may overlap: the last to end puts back what the first found."""
        with self._lock:
            if self._runs == 0:
                self._outside = (self._agent_count, self._limit_mb) if self.current else None
            self.tune(agent_count, memory_limit_mb)
            self._runs += 1
            self.freeze()
        try:
            yield self
        finally:
            with self._lock:
                self._runs -= 1
                if self._runs == 0:
                    self._leave()

    def _leave(self) -> None:
        if self._outside is None:
            self.restore()
        else:
            self.thaw()
            self.tune(*self._outside)


_TUNER = GCTuner()


def get_gc_tuner() -> GCTuner:
    """The tuner of this process."""
    return _TUNER


def optimize_gc_for_agents(agent_count: int, memory_limit_mb: float | None = None) -> Thresholds:
    """Tune the collector to so many agents under a limit of RAM in MB; `get_gc_tuner().restore()` undoes it. Raises BadInput."""
    return _TUNER.tune(agent_count, memory_limit_mb)
