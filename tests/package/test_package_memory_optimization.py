"""Snippets written for ``agents.memory_optimization`` run, with only the import root changed. Names that they leave free are given."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from freeagentics import memory_optimization, optimized_threadpool_manager
from freeagentics.memory_optimization import BeliefCompressor, CompressedHistory, LazyBeliefArray, get_gc_tuner, get_memory_profiler

SNIPPETS = {
    "lazy loading": """
from agents.memory_optimization import LazyBeliefArray

# Instead of:
agent.beliefs = np.zeros((1000, 1000))  # 8MB always loaded

# Use:
agent.beliefs = LazyBeliefArray((1000, 1000), sparsity_threshold=0.9)
""",
    "memory sharing": """
from agents.memory_optimization import get_agent_optimizer

optimizer = get_agent_optimizer()
optimized_agent = optimizer.optimize_agent(agent)
""",
    "gc thresholds": """
from agents.memory_optimization import optimize_gc_for_agents

# Optimize GC for specific agent configuration
optimize_gc_for_agents(agent_count=50, memory_limit_mb=1024)
""",
    "gc contexts": """
from agents.memory_optimization import get_gc_tuner

gc_tuner = get_gc_tuner()
gc_context = gc_tuner.GCContextManager(gc_tuner)

# For batch operations
with gc_context.batch_operation(disable_gc=True):
    # Process many agents without GC interruption
    results = process_all_agents(agents)

# For low-latency operations
with gc_context.low_latency():
    # Defer GC during time-sensitive operations
    result = time_sensitive_operation()
""",
    "sparse representations": """
from agents.memory_optimization import SparseBeliefState

# Compress belief states with >90% zeros
compressed_beliefs = compressor.compress(dense_beliefs, threshold=0.9)
""",
    "compressed history": """
from agents.memory_optimization import CompressedHistory

# Instead of:
agent.action_history = []  # Grows unbounded

# Use:
agent.action_history = CompressedHistory(max_size=1000, compression_level=6)
""",
    "monitoring": """
from agents.memory_optimization import get_memory_profiler

profiler = get_memory_profiler()
profiler.start_monitoring()

# Register agents for tracking
profiler.register_agent(agent_id, agent_object)
""",
    "reports": """
# Get comprehensive memory report
report = profiler.get_memory_report()

# Get per-agent optimization suggestions
suggestions = profiler.optimize_agent_memory(agent_id)
""",
    "manager": """
from agents.optimized_threadpool_manager import OptimizedThreadPoolManager

manager = OptimizedThreadPoolManager(
    initial_workers=8,
    max_workers=32,
    enable_memory_optimization=True,
    target_memory_per_agent_mb=10.0,
)

# Register agents with automatic optimization
manager.register_agent(agent_id, agent)
""",
    "manager monitoring": """
# Get memory report
memory_report = manager.get_memory_report()

# Optimize memory usage
optimization_results = manager.optimize_memory_usage()
""",
    "basic agent optimization": """
from agents.memory_optimization import get_agent_optimizer

# Optimize existing agent
optimizer = get_agent_optimizer()
optimized_agent = optimizer.optimize_agent(original_agent)

# Check memory usage
memory_usage = optimized_agent.get_memory_usage_mb()
print(f"Agent memory: {memory_usage:.1f}MB")
""",
    "memory-efficient agent creation": """
from agents.memory_optimization import (
    LazyBeliefArray,
    CompressedHistory,
    get_agent_optimizer,
)

class OptimizedAgent:
    def __init__(self, agent_id: str):
        self.id = agent_id
        self.position = np.array([0.0, 0.0], dtype=np.float32)

        # Use lazy loading for beliefs
        self.beliefs = LazyBeliefArray((100, 100), sparsity_threshold=0.9)

        # Use compressed history
        self.action_history = CompressedHistory(max_size=1000)

        # Use shared parameters
        optimizer = get_agent_optimizer()
        self.shared_params = optimizer.shared_params
""",
    "monitoring setup": """
from agents.memory_optimization import get_memory_profiler

profiler = get_memory_profiler()
profiler.start_monitoring()

# Profile specific operation
with profiler.profile_operation("agent_step"):
    result = agent.step(observation)

# Get memory report
report = profiler.get_memory_report()
""",
}


class Agent:
    def __init__(self) -> None:
        self.id = "agent-1"
        self.beliefs: Any = np.zeros((1000, 1000))
        self.action_history: Any = [f"action {step}" for step in range(1000)]

    def step(self, observation: float) -> float:
        self.beliefs += observation
        self.action_history.append("wait")
        return float(self.beliefs[0, 0])


@pytest.fixture(autouse=True)
def process_is_left_as_it_was() -> Iterator[None]:
    yield
    get_memory_profiler().stop_monitoring()
    get_gc_tuner().restore()


def run(name: str, **free: Any) -> dict[str, Any]:
    names = {"np": np, **free}
    exec(SNIPPETS[name].replace("from agents.", "from freeagentics."), names)
    return names


def test_every_name_of_the_faces_is_there() -> None:
    for face in (memory_optimization, optimized_threadpool_manager):
        assert all(hasattr(face, name) for name in face.__all__)


def test_beliefs_are_loaded_when_they_are_needed() -> None:
    agent = run("lazy loading", agent=Agent())["agent"]
    assert isinstance(agent.beliefs, LazyBeliefArray)
    assert agent.beliefs.memory_usage() < 0.001
    assert agent.step(0.5) == 0.5


def test_an_agent_is_optimised_and_works() -> None:
    original = Agent()
    lean = run("memory sharing", agent=original)["optimized_agent"]
    assert lean.agent is original
    assert lean.get_memory_usage_mb() < 0.05
    assert (lean.step(0.5), len(original.action_history)) == (0.5, 1001)


def test_the_collector_is_tuned_for_a_population() -> None:
    before = gc.get_threshold()
    run("gc thresholds")
    assert gc.get_threshold() != before


def test_nothing_is_collected_in_a_batch_or_while_time_counts() -> None:
    on = run("gc contexts", agents=[1, 2], process_all_agents=lambda agents: gc.isenabled(), time_sensitive_operation=gc.isenabled)
    assert (on["results"], on["result"], gc.isenabled()) == (False, False, True)


def test_sparse_beliefs_are_compressed() -> None:
    dense = np.zeros((100, 100))
    dense[3, 4] = 1
    given = run("sparse representations", compressor=BeliefCompressor(), dense_beliefs=dense)
    assert isinstance(given["compressed_beliefs"], given["SparseBeliefState"])
    assert np.array_equal(BeliefCompressor().decompress(given["compressed_beliefs"]), dense)


def test_a_history_is_bounded_and_compressed() -> None:
    agent = run("compressed history", agent=Agent())["agent"]
    assert isinstance(agent.action_history, CompressedHistory)
    agent.action_history.extend(f"action {step}" for step in range(1500))
    assert agent.action_history.get_recent(2) == ["action 1498", "action 1499"]
    assert len(agent.action_history) == 1000
    assert agent.action_history.get_compression_ratio() > 1


def test_agents_are_monitored_reported_on_and_advised_about() -> None:
    agent = Agent()
    profiler = run("monitoring", agent_id="agent-7", agent_object=agent)["profiler"]
    found = run("reports", profiler=profiler, agent_id="agent-7")
    assert found["report"].agents["agent-7"].total > agent.beliefs.nbytes
    assert any(suggestion.attribute == "beliefs" for suggestion in found["suggestions"].suggestions)


def test_the_manager_takes_agents_reports_and_optimises() -> None:
    manager = run("manager", agent_id="agent-1", agent=Agent())["manager"]
    with manager:
        assert manager.step_all_agents({"agent-1": 0.5})["agent-1"].result == 0.5
        found = run("manager monitoring", manager=manager)
    assert list(found["memory_report"].agents) == ["agent-1"]
    assert found["optimization_results"].after_mb <= found["optimization_results"].before_mb


def test_an_existing_agent_is_optimised_and_says_what_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("basic agent optimization", original_agent=Agent())["memory_usage"] < 0.05
    assert capsys.readouterr().out == "Agent memory: 0.0MB\n"


def test_an_agent_is_born_lean() -> None:
    kind = run("memory-efficient agent creation")["OptimizedAgent"]
    agent = kind("agent-1")
    assert agent.beliefs.memory_usage() < 0.001
    assert len(agent.shared_params) >= 0


def test_an_operation_is_profiled() -> None:
    found = run("monitoring setup", agent=Agent(), observation=0.25)
    assert found["result"] == 0.25
    assert found["report"].operations["agent_step"].calls == 1
