"""Stepping agents in a pool of threads: the names of the documents, under their module's name."""

from freeagentics.runtime import OptimizedThreadPoolManager, PoolOptimization, PoolReport, StepResult

__all__ = ["OptimizedThreadPoolManager", "PoolOptimization", "PoolReport", "StepResult"]
