"""How work is run and what it costs. Knows no agent: what to run is handed in."""

from freeagentics.runtime.alerts import Alert, AlertRules, Sample
from freeagentics.runtime.categories import ANY_AGENT, Categories
from freeagentics.runtime.collections import CollectionMeter
from freeagentics.runtime.engines import AdaptiveEngine, Engine, SerialEngine, ThreadEngine, open_engine
from freeagentics.runtime.footprint import Bill, PeakMeter, bill, give_back, itemise, resident_mb
from freeagentics.runtime.footprint_report import FootprintReport, Operation
from freeagentics.runtime.gc_contexts import GCContextManager
from freeagentics.runtime.gc_stats import GCStats
from freeagentics.runtime.gc_thresholds import Thresholds
from freeagentics.runtime.gc_tuner import GCTuner, get_gc_tuner, optimize_gc_for_agents
from freeagentics.runtime.leaks import GrowingLine, LeakFinder
from freeagentics.runtime.lean_agent import LeanAgent
from freeagentics.runtime.lifecycle import Hibernates, Lifecycle
from freeagentics.runtime.limit import FootprintLimit
from freeagentics.runtime.optimization_stats import OptimizationStats
from freeagentics.runtime.optimizer import AgentOptimizer, get_agent_optimizer
from freeagentics.runtime.pool_report import PoolOptimization, PoolReport
from freeagentics.runtime.profiler import FootprintProfiler, get_memory_profiler
from freeagentics.runtime.report import Report
from freeagentics.runtime.shares import AgentFootprint, share_out
from freeagentics.runtime.step_result import StepResult
from freeagentics.runtime.suggestions import Advice, Suggestion
from freeagentics.runtime.threadpool_manager import OptimizedThreadPoolManager

__all__ = [
    "ANY_AGENT",
    "AdaptiveEngine",
    "Advice",
    "AgentFootprint",
    "AgentOptimizer",
    "Alert",
    "AlertRules",
    "Bill",
    "Categories",
    "CollectionMeter",
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
    "Report",
    "Sample",
    "SerialEngine",
    "StepResult",
    "Suggestion",
    "ThreadEngine",
    "Thresholds",
    "bill",
    "get_agent_optimizer",
    "get_gc_tuner",
    "get_memory_profiler",
    "give_back",
    "itemise",
    "open_engine",
    "optimize_gc_for_agents",
    "resident_mb",
    "share_out",
]
