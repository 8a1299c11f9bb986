"""Tools for lean agents of any kind: beliefs, histories, shared parameters, the optimizer, the thread pool, the GC tuner, the profiler.

`OptimizedThreadPoolManager` uses all of them by itself; each works on its own as well.
"""

from freeagentics.memory_optimization import (
    AgentOptimizer,
    BeliefCompressor,
    CompressedHistory,
    FootprintProfiler,
    GCContextManager,
    GCTuner,
    LazyBeliefArray,
    LeanAgent,
    SparseBeliefState,
    get_agent_optimizer,
    get_gc_tuner,
    get_memory_profiler,
    optimize_gc_for_agents,
)
from freeagentics.optimized_threadpool_manager import OptimizedThreadPoolManager, PoolOptimization, PoolReport, StepResult
from freeagentics.sharing import ParameterPool, ScratchPool

__all__ = [
    "AgentOptimizer",
    "BeliefCompressor",
    "CompressedHistory",
    "FootprintProfiler",
    "GCContextManager",
    "GCTuner",
    "LazyBeliefArray",
    "LeanAgent",
    "OptimizedThreadPoolManager",
    "ParameterPool",
    "PoolOptimization",
    "PoolReport",
    "ScratchPool",
    "SparseBeliefState",
    "StepResult",
    "get_agent_optimizer",
    "get_gc_tuner",
    "get_memory_profiler",
    "optimize_gc_for_agents",
]
