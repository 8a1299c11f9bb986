"""Benchmarks: named tables of measurements, each beside a baseline taken in the same run, with number of runs and spread."""

from freeagentics.benchmarks.registry import BENCHMARKS, run_benchmark
from freeagentics.benchmarks.table import Table

__all__ = ["BENCHMARKS", "Table", "run_benchmark"]
