"""The probe that counts what a run does, and the table of its metrics.

Names are those of the agent memory plan where it has one: ``current_cycle``, ``decision_type``, ``signals_generated``, ``success_rate``,
``latency_ms``.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from freeagentics.agents import SIGNAL_KINDS
from freeagentics.arrays import AnyArray
from freeagentics.clock import wall_clock
from freeagentics.journal import Kind, StepCommit
from freeagentics.runtime import resident_mb
from freeagentics.simulation import MarketModel, Probe

PREFIX = "freeagentics_"
MB = 1024 * 1024


class Metric(NamedTuple):
    """A metric: its name without `PREFIX`, whether it only ever rises, what it says, and the name of its label."""

    name: str
    counter: bool
    meaning: str
    label: str = ""


METRICS = (
    Metric("current_cycle", False, "Last step that was made"),
    Metric("steps_per_second", False, "Steps a second over the last 16 steps, or since the run began"),
    Metric("latency_ms", False, "Wall time of the last step, ms"),
    Metric("agents", False, "Agents in the run"),
    Metric("footprint_bytes", False, "Resident set of the process"),
    Metric("lag_steps", False, "Steps that the store farthest behind is behind the run"),
    Metric("equity_usd", False, "Mean equity of desks, USD"),
    Metric("success_rate", False, "Share of decisions with a reward above zero, of those whose outcome is known"),
    Metric("decisions", True, "Decisions", "decision_type"),
    Metric("outcomes", True, "Decisions whose outcome is known", "success"),
    Metric("signals_generated", True, "Signals", "signal_type"),
    Metric("memories", True, "Memories", "decision_type"),
    Metric("orders", True, "Orders"),
    Metric("fills", True, "Fills"),
    Metric("alerts", True, "Alerts of the resource monitor", "kind"),
)
"""All metrics. Counters begin with the process: a run that goes on counts from its checkpoint."""

_COUNTED = {Kind.ORDERS: "orders", Kind.FILLS: "fills"}
_WINDOW = 16


class Figure(NamedTuple):
    """One number of a metric, and the value of its label."""

    metric: Metric
    label: str
    value: float


class RunMetrics(Probe):
    """Counts what a run does, for other threads to read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[tuple[str, str], float] = defaultdict(float)
        self._ended: list[float] = []

    def started(self, model: MarketModel) -> None:
        """Begin to measure time."""
        self._ended = [wall_clock()]
        self._set(current_cycle=model.steps, agents=len(model.population))

    def committed(self, model: MarketModel, commit: StepCommit) -> None:
        """Count a step."""
        kinds = {cohort.number: cohort.decision_type for cohort in model.population.cohorts}
        with self._lock:
            for page in commit.pages:
                self._count(page.kind, kinds.get(page.cohort, ""), page.records, page.count)
        self._ended = [*self._ended[-_WINDOW:], wall_clock()]
        spans = self._ended[-1] - self._ended[0], self._ended[-1] - self._ended[-2]
        self._set(current_cycle=model.steps, agents=len(model.population), latency_ms=1000 * spans[1])
        self._set(steps_per_second=(len(self._ended) - 1) / max(spans[0], 1e-9))
        if model.metrics is not None:
            self._set(equity_usd=model.metrics.equity)

    def lagging(self, steps: int) -> None:
        """Note how far stores are behind."""
        self._set(lag_steps=steps)

    def alerted(self, kind: str) -> None:
        """Count an alert."""
        with self._lock:
            self._values["alerts", kind] += 1

    def figures(self) -> Iterator[Figure]:
        """All figures as they are at this moment, in the order of `METRICS`."""
        with self._lock:
            values = dict(self._values)
        values["footprint_bytes", ""] = resident_mb() * MB
        right, wrong = values.get(("outcomes", "true"), 0), values.get(("outcomes", "false"), 0)
        if right or wrong:
            values["success_rate", ""] = right / (right + wrong)
        for metric in METRICS:
            for (name, label), value in sorted(values.items()):
                if name == metric.name:
                    yield Figure(metric, label, float(value))

    def _count(self, kind: Kind, decision_type: str, records: AnyArray, count: int | None) -> None:
        if kind is Kind.DECISIONS:
            self._values["decisions", decision_type] += len(records)
        elif kind is Kind.MEMORIES:
            self._values["memories", decision_type] += count or 0
        elif kind is Kind.OUTCOMES:
            right = int(np.count_nonzero(records["reward"] > 0))
            self._values["outcomes", "true"] += right
            self._values["outcomes", "false"] += len(records) - right
        elif kind is Kind.SIGNALS:
            for number, sent in enumerate(np.bincount(records["kind"]).tolist()):
                if sent:
                    self._values["signals_generated", SIGNAL_KINDS[number]] += sent
        elif kind in _COUNTED:
            self._values[_COUNTED[kind], ""] += len(records)

    def _set(self, **values: float) -> None:
        with self._lock:
            for name, value in values.items():
                self._values[name, ""] = value
