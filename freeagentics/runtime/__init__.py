"""Engines that run work, and measuring of what it costs. Knows no agent: what to run is handed in."""

from freeagentics.runtime.engines.engine import AdaptiveEngine, Engine, SerialEngine, ThreadEngine
from freeagentics.runtime.engines.open_engine import open_engine
from freeagentics.runtime.engines.ray_engine import RayEngine
from freeagentics.runtime.lean.agent import LeanAgent
from freeagentics.runtime.lean.lifecycle import Hibernates, Lifecycle
from freeagentics.runtime.lean.optimization_stats import OptimizationStats
from freeagentics.runtime.lean.optimizer import AgentOptimizer, get_agent_optimizer
from freeagentics.runtime.lean.pool_report import PoolOptimization, PoolReport
from freeagentics.runtime.lean.step_result import StepResult
from freeagentics.runtime.lean.threadpool_manager import OptimizedThreadPoolManager
from freeagentics.runtime.measuring.alerts import Alert, AlertRules, Sample
from freeagentics.runtime.measuring.categories import ANY_AGENT, Categories
from freeagentics.runtime.measuring.footprint import DeepSize, PeakMeter, deep_size, resident_mb, size_by_category, trim_heap
from freeagentics.runtime.measuring.footprint_report import FootprintReport, Operation
from freeagentics.runtime.measuring.gc_contexts import GCContextManager
from freeagentics.runtime.measuring.gc_meter import CollectionMeter
from freeagentics.runtime.measuring.gc_stats import GCStats
from freeagentics.runtime.measuring.gc_thresholds import Thresholds
from freeagentics.runtime.measuring.gc_tuner import GCTuner, get_gc_tuner, optimize_gc_for_agents
from freeagentics.runtime.measuring.leaks import GrowingLine, LeakFinder
from freeagentics.runtime.measuring.memory_limit import FootprintLimit
from freeagentics.runtime.measuring.profiler import FootprintProfiler, get_memory_profiler
from freeagentics.runtime.measuring.report import Report
from freeagentics.runtime.measuring.shares import AgentFootprint, attribute_shared
from freeagentics.runtime.measuring.suggestions import Advice, Suggestion

__all__ = [
    "ANY_AGENT",
    "AdaptiveEngine",
    "Advice",
    "AgentFootprint",
    "AgentOptimizer",
    "Alert",
    "AlertRules",
    "Categories",
    "CollectionMeter",
    "DeepSize",
    "Engine",
    "FootprintLimit",
    "FootprintProfiler",
    "FootprintReport",
    "GCContextManager",
    "GCStats",
    "GCTuner",
    "GrowingLine",
    "Hibernates",
    "LeakFinder",
    "LeanAgent",
    "Lifecycle",
    "Operation",
    "OptimizationStats",
    "OptimizedThreadPoolManager",
    "PeakMeter",
    "PoolOptimization",
    "PoolReport",
    "RayEngine",
    "Report",
    "Sample",
    "SerialEngine",
    "StepResult",
    "Suggestion",
    "ThreadEngine",
    "Thresholds",
    "attribute_shared",
    "deep_size",
    "get_agent_optimizer",
    "get_gc_tuner",
    "get_memory_profiler",
    "open_engine",
    "optimize_gc_for_agents",
    "resident_mb",
    "size_by_category",
    "trim_heap",
]
