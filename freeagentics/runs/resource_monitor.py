"""The resource monitor: measures time, RAM and garbage collection of a run, and keeps it under a limit of RAM."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType

from freeagentics.agents import Cohort
from freeagentics.clock import wall_clock
from freeagentics.records.run_record import FootprintSummary, RunEvent
from freeagentics.runs.footprints import footprints
from freeagentics.runtime import (
    Alert,
    AlertRules,
    CollectionMeter,
    FootprintLimit,
    PeakMeter,
    Sample,
    deep_size,
    get_gc_tuner,
    resident_mb,
    trim_heap,
)
from freeagentics.simulation.market_model import MarketModel

KB, MB = 1024, 1024 * 1024
SAMPLE_EVERY = 16
"""Steps between two samples of the process."""

MEASURE_EVERY = 8
"""Samples between two measurements of what agents hold: growth that the agents account for is no leak."""


class ResourceMonitor:
    """Measures the process while a model is stepped, within a ``with`` block, and tunes its garbage collector meanwhile.

    Where a limit is given, cohorts hibernate between uses once the resident set comes near it; an alert becomes an event. Nothing
    here changes a value that an agent reads.

    Attributes:
        events: alerts, in the order of steps.
        wall_s: duration of the block, once it has ended.
    """

    def __init__(self, model: MarketModel, limit_mb: float | None) -> None:
        self.events: list[RunEvent] = []
        self._model = model
        self._limit_mb = limit_mb
        self._limit = FootprintLimit(limit_mb) if limit_mb else None
        self._peak = PeakMeter()
        self._collections = CollectionMeter()
        self._rules = AlertRules()
        self._tuner = get_gc_tuner()
        self._open = ExitStack()
        self._attributed = 0.0
        self._largest = ("", 0.0)
        self._began = self._sampled = wall_clock()
        self._seconds = 0.0
        self.wall_s = 0.0

    def __enter__(self) -> ResourceMonitor:
        self._open.enter_context(self._tuner.run(len(self._model.population), self._limit_mb))
        self._peak.start()
        self._open.callback(self._peak.stop)
        self._collections.start()
        self._open.callback(self._collections.stop)
        self._began = self._sampled = wall_clock()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.wall_s = wall_clock() - self._began
        self._open.close()
        trim_heap()

    def after_step(self) -> list[RunEvent]:
        """Collect what is due, and sample the process every so often; under a limit, after every step. Returns what was noted."""
        noted = len(self.events)
        self._tuner.between_steps()
        step = self._model.steps
        if self._limit is not None:
            self._keep_under(self._limit, step)
        if step % SAMPLE_EVERY == 0:
            self._sample(step)
        return self.events[noted:]

    def _keep_under(self, limit: FootprintLimit, step: int) -> None:
        begun = limit.check(step, resident_mb())
        if begun is not None:
            self._model.hibernate()
            trim_heap()
            self._note([begun])

    def _sample(self, step: int) -> None:
        # A checkpoint is a copy of all agents: what the allocator would keep of it is as much as they are.
        trim_heap()
        model, now = self._model, wall_clock()
        if step % (SAMPLE_EVERY * MEASURE_EVERY) == 0 or not self._attributed:
            self._attributed = (
                deep_size([model.population, model.board, model.pending_outcomes, model.book_codec], excluding=[model]).total / MB
            )
            self._largest = max(map(_per_agent, model.population.cohorts), key=lambda one: one[1])
        overhead = (self._collections.seconds - self._seconds) / (now - self._sampled)
        self._sampled, self._seconds = now, self._collections.seconds
        self._note(self._rules.check(Sample(step, resident_mb(), self._attributed, self._limit_mb, overhead, *self._largest)))

    def _note(self, alerts: list[Alert]) -> None:
        self.events += [RunEvent(step=round(alert.at), kind=alert.kind, message=alert.message) for alert in alerts]

    @property
    def gc_overhead(self) -> float:
        """Share of the block's wall time that the garbage collector took."""
        return self._collections.seconds / self.wall_s

    def summary(self) -> FootprintSummary:
        """The footprint in numbers, when the block has ended."""
        model = self._model
        agents, held = len(model.population), footprints(model)
        attributed, before, peak = sum(held.values()), model.rss_before_mb, self._peak.peak_mb
        return FootprintSummary(
            rss_start_mb=round(self._peak.start_mb, 2),
            rss_peak_mb=round(peak, 2),
            per_agent_kb=round(attributed / agents / KB, 3),
            attributed_mb=round(attributed / MB, 3),
            by_category_kb={category: round(size / agents / KB, 3) for category, size in held.items()},
            rss_before_mb=round(before, 2),
            unattributed_mb=round(peak - before - attributed / MB, 2),
            limit_mb=self._limit_mb,
        )


def _per_agent(cohort: Cohort) -> tuple[str, float]:
    """A name for the agents of a cohort, and the MB that each of them holds; what all cohorts share is left out."""
    held = deep_size([cohort], excluding=[cohort.context]).total / MB
    return f"of cohort {cohort.number}, {cohort.role},", held / max(int(cohort.active.sum()), 1)
