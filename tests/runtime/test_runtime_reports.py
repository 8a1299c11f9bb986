"""Reports are objects to people and mappings to programs; both say the same, and the truth."""

from __future__ import annotations

import copy
import gc
import json
import pickle
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from freeagentics.errors import BadInput
from freeagentics.runtime import (
    AgentOptimizer,
    FootprintProfiler,
    GCTuner,
    OptimizedThreadPoolManager,
    deep_size,
    get_agent_optimizer,
    resident_mb,
)
from freeagentics.runtime.measuring.footprint import MB
from freeagentics.runtime.measuring.report import Report

CELLS = 50_000


class Agent:
    def __init__(self, number: int) -> None:
        self.id = f"agent-{number}"
        self.beliefs = np.zeros(CELLS)
        self.beliefs[:: 50 + number] = 0.5
        self.transition = np.full((50, 50), 0.02)
        self.plan_cache = {step: bytes(100) for step in range(100)}

    def step(self, observation: Any) -> float:
        return float(self.beliefs.sum())


@pytest.fixture
def tuner() -> Iterator[GCTuner]:
    made = GCTuner()
    yield made
    made.restore()


@pytest.fixture
def manager() -> Iterator[OptimizedThreadPoolManager]:
    with OptimizedThreadPoolManager(1, 1, target_memory_per_agent_mb=0.5) as made:
        for number in range(3):
            made.register_agent(f"agent-{number}", Agent(number))
        yield made


def profiler() -> FootprintProfiler:
    made = FootprintProfiler()
    made.register_agent("agent-1", AGENT)
    with made.profile_operation("step"):
        AGENT.step(None)
    return made


AGENT = Agent(1)
OPTIMIZER = AgentOptimizer(2.5)
LEAN = OPTIMIZER.optimize_agent(Agent(2))
REPORTS: dict[str, Callable[[OptimizedThreadPoolManager, GCTuner], Report]] = {
    "pool": lambda manager, tuner: manager.get_memory_report(),
    "pool optimization": lambda manager, tuner: manager.optimize_memory_usage(),
    "footprint": lambda manager, tuner: profiler().get_memory_report(),
    "advice": lambda manager, tuner: profiler().optimize_agent_memory("agent-1"),
    "stats": lambda manager, tuner: OPTIMIZER.get_optimization_stats(),
    "collector": lambda manager, tuner: tuner.get_stats(),
}


@pytest.mark.parametrize("make", REPORTS.values(), ids=REPORTS)
def test_a_report_is_a_mapping_of_its_attributes_and_goes_through_json(
    make: Callable[[OptimizedThreadPoolManager, GCTuner], Report], manager: OptimizedThreadPoolManager, tuner: GCTuner
) -> None:
    report = make(manager, tuner)
    assert isinstance(report, Mapping)
    assert report
    written = json.loads(json.dumps(report))
    assert written == json.loads(json.dumps(dict(report)))
    for name, item in report.items():
        value = getattr(report, name)
        assert value == item or not isinstance(value, int | float | str), name
    assert pickle.loads(pickle.dumps(report)) == copy.deepcopy(report) == report


@dataclass(frozen=True, eq=False, repr=False)
class Weather(Report):
    highs: tuple[float, ...]
    by_city: Mapping[int, Any]

    @property
    def highest(self) -> float:
        return max(self.highs)


def test_what_is_behind_a_key_is_plain_down_to_its_leaves() -> None:
    made = Weather((np.float64(1.5), 2.0), {3: {"low": np.int64(4)}, 5: Weather((0.0,), {})})
    assert made == {"highs": [1.5, 2.0], "by_city": {"3": {"low": 4}, "5": {"highs": [0.0], "by_city": {}, "highest": 0.0}}, "highest": 2.0}
    assert (made.highs, made.by_city[5].highest) == ((1.5, 2.0), 0.0)
    assert type(made["highs"][0]) is float


def test_the_pools_report_tells_what_is_held_against_what_may_be(manager: OptimizedThreadPoolManager) -> None:
    agents = [one.agent for one in manager._agents.values()]
    report = manager.get_memory_report()
    efficiency = report["efficiency"]
    assert efficiency["agents_count"] == 3
    assert efficiency["actual_memory_mb"] == pytest.approx(deep_size(agents).total / MB, rel=0.01)
    assert efficiency["target_memory_mb"] == 1.5
    assert efficiency["memory_efficiency"] == 1.0
    assert report["optimization_stats"]["by_category"]["beliefs"]["before_mb"] == pytest.approx(3 * CELLS * 8 / MB, rel=0.01)
    assert set(report["agents"]) == {"agent-0", "agent-1", "agent-2"}
    assert manager.optimize_memory_usage()["optimized_agents"] == 3


def test_agents_that_take_more_than_they_may_are_as_efficient_as_that() -> None:
    with OptimizedThreadPoolManager(1, 1, enable_memory_optimization=False, target_memory_per_agent_mb=0.1) as plain:
        assert plain.get_memory_report()["efficiency"]["memory_efficiency"] == 1.0
        plain.register_agent("one", agent := Agent(1))
        report = plain.get_memory_report()
        assert report["efficiency"]["memory_efficiency"] == pytest.approx(0.1 * MB / deep_size([agent]).total, rel=0.01)
        assert report["optimization_stats"] is None
        assert plain.optimize_memory_usage()["optimized_agents"] == 0


def test_the_optimizers_stats_tell_what_its_agents_hold_now() -> None:
    optimizer = AgentOptimizer()
    assert optimizer.target_memory_per_agent_mb == get_agent_optimizer().target_memory_per_agent_mb == 10.0
    assert optimizer.get_optimization_stats()["actual_memory_mb"] == {"total": 0.0, "mean": 0.0, "min": 0.0, "max": 0.0}
    lean = [optimizer.optimize_agent(Agent(number)) for number in range(4)]
    stats = optimizer.get_optimization_stats()
    actual = stats["actual_memory_mb"]
    assert actual["total"] == pytest.approx(deep_size([one.agent for one in lean]).total / MB, rel=0.01)
    assert actual["mean"] == pytest.approx(actual["total"] / 4)
    assert actual["min"] <= actual["mean"] <= actual["max"]
    assert stats["shared_resources"]["parameters"] >= 1
    assert stats["shared_resources"]["parameters_mb"] >= 50 * 50 * 8 / MB
    with pytest.raises(BadInput, match="above 0"):
        AgentOptimizer(0)


def test_the_profilers_report_and_snapshot_tell_what_the_process_and_its_agents_hold() -> None:
    watching = profiler()
    assert watching.take_snapshot().total_memory_mb == pytest.approx(resident_mb(), rel=0.2)
    held = watching.get_memory_report()["agent_memory"]
    assert held["per_agent"]["agent-1"] == pytest.approx(deep_size([AGENT]).total / MB, rel=0.01)
    assert (held["count"], held["total_mb"], held["avg_mb"]) == (1, held["per_agent"]["agent-1"], held["per_agent"]["agent-1"])
    advice = watching.optimize_agent_memory("agent-1")
    assert advice["agent_id"] == "agent-1"
    assert advice.held_mb == pytest.approx(held["total_mb"])
    assert {one["attribute"] for one in advice["suggestions"]} == {one.attribute for one in advice.suggestions} >= {"beliefs"}


def test_the_tuner_says_what_it_found_what_it_set_and_what_was_collected(tuner: GCTuner) -> None:
    found = gc.get_threshold()
    assert (tuner.base_thresholds, tuner.enable_auto_tuning, tuner.target_gc_overhead) == (found, True, 0.05)
    tuner.tune(50, 1024)
    stats = tuner.get_stats()
    assert tuner.base_thresholds == found
    assert stats["thresholds"] == {"current": list(gc.get_threshold()), "base": list(found)}
    assert stats["memory"]["current_mb"] == pytest.approx(resident_mb(), rel=0.2)
    assert stats["memory"]["pressure"] == pytest.approx(resident_mb() / 1024, rel=0.2)
    assert (stats["memory"]["limit_mb"], stats["agent_count"]) == (1024, 50)
    before = stats["collections"]
    assert tuner.force_collection(0) > 0
    assert tuner.force_collection() > 0
    after = tuner.get_stats()["collections"]
    assert (after["gen0"] - before["gen0"], after["gen2"] - before["gen2"]) == (1, 1)
    assert after["total"] == sum(generation["collections"] for generation in gc.get_stats())
    with pytest.raises(BadInput, match="0, 1 or 2"):
        tuner.force_collection(3)


def test_the_tuner_may_be_told_how_many_agents_there_are_and_how_near_the_limit_is(tuner: GCTuner) -> None:
    calm = tuner.update_agent_count(50)
    assert tuner.update_agent_count(5000).young > calm.young
    tuner.update_agent_count(50)
    assert tuner.update_memory_pressure(0.9).young < calm.young
    assert tuner.get_stats()["memory"]["pressure"] == 0.9
    assert tuner.get_stats()["agent_count"] == 50
    tuner.tune(50, 10**6)
    assert tuner.get_stats().memory["pressure"] < 0.1  # type: ignore[operator]
    for wrong in (-0.1, float("nan")):
        with pytest.raises(BadInput, match="from 0 on"):
            tuner.update_memory_pressure(wrong)


def test_a_tuner_that_does_not_tune_itself_keeps_what_it_was_tuned_to() -> None:
    for automatic in (True, False):
        tuner = GCTuner(enable_auto_tuning=automatic, target_gc_overhead=1e-9)
        first = tuner.tune(10)
        for _ in range(100):
            gc.collect(0)
            tuner.between_steps()
        assert (tuner.current != first) == automatic
        tuner.restore()
