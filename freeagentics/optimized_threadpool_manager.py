"""Stepping agents in a pool of threads, by itself."""

from freeagentics.runtime import OptimizedThreadPoolManager, PoolOptimization, PoolReport, StepResult

__all__ = ["OptimizedThreadPoolManager", "PoolOptimization", "PoolReport", "StepResult"]
