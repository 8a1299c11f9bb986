"""Keeping agents lean: the optimizer and its forms, the GC tuner and the profiler, by themselves."""

from freeagentics.mind import BeliefCompressor, CompressedHistory, LazyBeliefArray, SparseBeliefState
from freeagentics.runtime import (
    AgentOptimizer,
    FootprintProfiler,
    GCContextManager,
    GCTuner,
    LeanAgent,
    get_agent_optimizer,
    get_gc_tuner,
    get_memory_profiler,
    optimize_gc_for_agents,
)

__all__ = [
    "AgentOptimizer",
    "BeliefCompressor",
    "CompressedHistory",
    "FootprintProfiler",
    "GCContextManager",
    "GCTuner",
    "LazyBeliefArray",
    "LeanAgent",
    "SparseBeliefState",
    "get_agent_optimizer",
    "get_gc_tuner",
    "get_memory_profiler",
    "optimize_gc_for_agents",
]
