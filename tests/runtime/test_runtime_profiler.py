from __future__ import annotations

import ctypes
import gc
import mmap
import threading
import time
import tracemalloc
from collections.abc import Iterator

import numpy as np
import pytest

from freeagentics.errors import BadInput
from freeagentics.runtime import ANY_AGENT, Categories, FootprintProfiler, deep_size, get_memory_profiler, size_by_category

KB, MB = 1024, 1024 * 1024
PATIENCE = 20.0


class Agent:
    def __init__(self, shared: np.ndarray) -> None:
        self.beliefs = np.zeros(100 * KB, np.uint8)
        self.action_history = [bytes(50 * KB)]
        self.parts = {"adapter": np.zeros(20 * KB, np.uint8), "rest": np.zeros(10 * KB, np.uint8)}
        self.transition = shared


class Slotted:
    __slots__ = ("__weakref__", "beliefs", "model")

    def __init__(self, model: object) -> None:
        self.model = model
        self.beliefs = np.zeros(10 * KB, np.uint8)


@pytest.fixture
def profiler() -> Iterator[FootprintProfiler]:
    made = FootprintProfiler()
    yield made
    made.stop_monitoring()
    assert not [thread for thread in threading.enumerate() if thread.name == "freeagentics-profiler"]


@pytest.fixture
def agents(profiler: FootprintProfiler) -> list[Agent]:
    shared = np.zeros(40 * KB, np.uint8)
    made = [Agent(shared) for _ in range(4)]
    for number, agent in enumerate(made):
        profiler.register_agent(f"agent-{number}", agent)
    return made


def near(size: float) -> object:
    return pytest.approx(size, abs=2 * KB)


def test_an_agent_is_billed_its_own_bytes_and_its_share_of_shared_ones(profiler: FootprintProfiler, agents: list[Agent]) -> None:
    footprint = profiler.get_memory_report().agents["agent-2"]
    assert footprint.unique == near(180 * KB)
    assert footprint.shared == near(10 * KB)
    assert footprint.total == footprint.unique + footprint.shared


def test_bytes_are_sorted_by_what_the_attributes_names_say(profiler: FootprintProfiler, agents: list[Agent]) -> None:
    held = profiler.get_memory_report().agents["agent-0"].by_category
    sizes = {"beliefs": 100, "history": 50, "adapter": 20, "other": 20}
    assert {name: held[name] for name in sizes} == {name: near(size * KB) for name, size in sizes.items()}
    assert list(held)[:2] == ["beliefs", "history"]
    assert held["python objects"] < 2 * KB


def test_the_footprints_add_up_to_the_bill_of_all(profiler: FootprintProfiler, agents: list[Agent]) -> None:
    report = profiler.get_memory_report()
    assert report.attributed_mb * MB == pytest.approx(deep_size(agents).total, rel=0.01)
    assert sum(report.by_category_mb.values()) == pytest.approx(report.attributed_mb, rel=0.01)


def test_agents_that_know_each_other_are_billed_apart(profiler: FootprintProfiler, agents: list[Agent]) -> None:
    before = profiler.get_memory_report().agents["agent-0"].total
    agents[0].parts["friends"] = agents  # type: ignore[assignment]
    assert profiler.get_memory_report().agents["agent-0"].total == near(before)


def test_a_model_that_an_agent_refers_to_is_not_its_own(profiler: FootprintProfiler) -> None:
    agent = Slotted(model=[bytes(MB)])
    profiler.register_agent("slotted", agent)
    assert profiler.get_memory_report().agents["slotted"].total == near(10 * KB)


def test_the_table_of_categories_is_the_callers(profiler: FootprintProfiler) -> None:
    agent = Slotted(model=[bytes(MB)])
    profiler.register_agent("slotted", agent, Categories({"mod*": "world", "beliefs": None}))
    held = profiler.get_memory_report().agents["slotted"].by_category
    assert held["world"] == near(MB)
    assert sum(held.values()) == near(MB)


def test_a_bill_by_category_counts_roots_by_their_names_too() -> None:
    shared = np.zeros(10 * KB, np.uint8)
    held = size_by_category({"belief": [shared, shared[5:]], "cash": (shared, np.zeros(30 * KB, np.uint8)), "model": bytes(MB)}, ANY_AGENT)
    assert held["beliefs"] == near(10 * KB)
    assert held["other"] == near(30 * KB)
    assert sum(held.values()) == near(40 * KB)


def test_buffers_of_object_arrays_and_of_foreign_memory_are_seen() -> None:
    inner = np.zeros(30 * KB, np.uint8)
    assert deep_size([np.array([inner, None], dtype=object)]).buffers == near(30 * KB)
    foreign = np.ctypeslib.as_array((ctypes.c_uint8 * (30 * KB))())
    assert deep_size([foreign, foreign[3:]]).total == near(30 * KB)


def test_a_dropped_agent_is_gone_and_its_id_free(profiler: FootprintProfiler, agents: list[Agent]) -> None:
    profiler.register_agent("agent-0", agents[0])
    with pytest.raises(BadInput, match="'agent-0' is registered already"):
        profiler.register_agent("agent-0", agents[1])
    del agents[0]
    gc.collect()
    assert list(profiler.get_memory_report().agents) == ["agent-1", "agent-2", "agent-3"]
    profiler.register_agent("agent-0", agents[0])


def test_what_allows_no_weak_references_is_refused(profiler: FootprintProfiler) -> None:
    with pytest.raises(BadInput, match="int allows no weak references"):
        profiler.register_agent("five", 5)


def test_an_empty_profiler_reports_a_process_without_agents(profiler: FootprintProfiler) -> None:
    report = profiler.get_memory_report()
    assert report.attributed_mb == 0
    assert report.rss_mb > 1
    assert not report.by_category_mb


def test_growth_of_the_process_is_split_into_agents_and_the_rest(profiler: FootprintProfiler) -> None:
    profiler.start_monitoring(60)
    agent = Agent(np.ones(30 * MB, np.uint8))
    profiler.register_agent("heavy", agent)
    report = profiler.get_memory_report()
    assert report.rss_mb == pytest.approx(report.start_mb + report.attributed_mb + report.unattributed_mb)
    assert abs(report.unattributed_mb) < 15
    text = str(report)
    assert "1 agents: other" in text
    assert "agent heavy holds 30.2 MB, more than 15" in text


def test_an_alert_about_an_agent_is_not_repeated_with_every_report(profiler: FootprintProfiler) -> None:
    agent = Agent(np.ones(20 * MB, np.uint8))
    profiler.register_agent("heavy", agent)
    profiler.get_memory_report()
    profiler.take_snapshot()
    assert [alert.kind for alert in profiler.get_memory_report().alerts] == ["agent-footprint"]


def test_monitoring_samples_until_it_is_stopped(profiler: FootprintProfiler) -> None:
    profiler.start_monitoring(0.001, memory_limit_mb=1)
    deadline = time.monotonic() + PATIENCE
    while len(profiler.get_memory_report().samples) < 5 and time.monotonic() < deadline:
        threading.Event().wait(0.005)
    profiler.stop_monitoring()
    profiler.stop_monitoring()
    report = profiler.get_memory_report()
    assert len(report.samples) >= 5
    assert {alert.kind for alert in report.alerts} == {"limit-near", "limit-passed"}
    profiler.start_monitoring(60)
    assert not profiler.get_memory_report().alerts


@pytest.mark.parametrize(("interval", "limit"), [(0, None), (-1, None), (1, 0), (1, float("nan"))])
def test_intervals_and_limits_must_be_above_zero(profiler: FootprintProfiler, interval: float, limit: float | None) -> None:
    with pytest.raises(BadInput, match="above 0"):
        profiler.start_monitoring(interval, memory_limit_mb=limit)


def test_a_leaking_line_is_found_while_monitoring(profiler: FootprintProfiler) -> None:
    profiler.start_monitoring(60, trace_lines=True)
    leaked = []
    for _ in range(6):
        leaked.append(bytearray(100_000))
        profiler.take_snapshot()
    (leak,) = [line for line in profiler.get_memory_report().leaks if line.file == __file__]
    assert leak.grown >= 300_000
    profiler.stop_monitoring()
    assert not tracemalloc.is_tracing()


def test_operations_are_counted_with_time_and_growth_also_where_they_fail(
    profiler: FootprintProfiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter([0.0, 2.0, 5.0, 6.0])
    monkeypatch.setattr("freeagentics.runtime.measuring.profiler.wall_clock", lambda: next(ticks))
    with profiler.profile_operation("agent_step"):
        held = np.frombuffer(mmap.mmap(-1, 30 * MB), np.uint8)
        held[:] = 1
    with pytest.raises(ZeroDivisionError), profiler.profile_operation("agent_step"):
        raise ZeroDivisionError
    monkeypatch.undo()
    done = profiler.get_memory_report().operations["agent_step"]
    assert held[-1] == 1
    assert (done.calls, done.seconds) == (2, 3.0)
    assert done.most_mb == pytest.approx(30, abs=3)


class Fat:
    def __init__(self) -> None:
        self.beliefs = np.zeros(200_000)
        self.beliefs[::100] = 0.5
        self.dense = np.linspace(0, 1, 10_000)
        self.transition_matrix = np.eye(100)
        self.action_history = [f"moved to {step % 7}" for step in range(5_000)]
        self.plan_cache = {step: [step] * 5 for step in range(1_000)}
        self.position = np.zeros(2)
        self.name = "fat"


def test_suggestions_name_what_could_be_leaner_and_by_how_much(profiler: FootprintProfiler) -> None:
    fat, twin = Fat(), Fat()
    twin.beliefs[:] = 1
    twin.dense = twin.dense + 1
    profiler.register_agent("fat", fat)
    profiler.register_agent("twin", twin)
    made = {suggestion.attribute: suggestion for suggestion in profiler.optimize_agent_memory("fat").suggestions}
    assert set(made) == {"beliefs", "action_history", "plan_cache", "dense", "transition_matrix"}
    assert next(iter(made)) == "beliefs"
    assert made["beliefs"].held == near(1_600_000)
    assert made["beliefs"].would_hold < 20_000
    assert "1 others hold an equal array" in made["transition_matrix"].advice
    assert made["dense"].would_hold == made["dense"].held // 2
    assert all(suggestion.would_hold < suggestion.held for suggestion in made.values())
    assert "99% of it are zeros" in str(made["beliefs"])


def test_nothing_is_suggested_for_a_lean_agent_and_nobody_unknown_is_judged(profiler: FootprintProfiler) -> None:
    lean = Slotted(None)
    profiler.register_agent("lean", lean)
    assert profiler.optimize_agent_memory("lean").suggestions == ()
    with pytest.raises(BadInput, match="did you mean 'lean'"):
        profiler.optimize_agent_memory("leen")


def test_agents_may_change_while_they_are_measured(profiler: FootprintProfiler, agents: list[Agent]) -> None:
    over = threading.Event()

    def work() -> None:
        number = 0
        while not over.is_set():
            number += 1
            agents[0].parts[f"new-{number % 50}"] = np.zeros(number % 100, np.uint8)
            agents[0].parts.pop(f"new-{(number + 25) % 50}", None)
            setattr(agents[0], f"attribute_{number % 50}", [number])

    thread = threading.Thread(target=work)
    thread.start()
    try:
        for _ in range(200):
            assert profiler.get_memory_report().agents["agent-0"].total > 100 * KB
    finally:
        over.set()
        thread.join()


def test_the_profiler_of_a_process_is_one() -> None:
    assert get_memory_profiler() is get_memory_profiler()
