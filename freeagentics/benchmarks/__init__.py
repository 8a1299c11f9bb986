"""Benchmarks: named tables of measurements, each beside a baseline taken in the same run, with number of runs and spread."""

from freeagentics.benchmarks.registry import BENCHMARKS, known, run_benchmark

__all__ = ["BENCHMARKS", "known", "run_benchmark"]
