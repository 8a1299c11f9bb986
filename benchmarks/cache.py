"""Measure the hot tier: `python benchmarks/cache.py`, or `freeagentics bench cache`."""

from freeagentics.benchmarks import run_benchmark

if __name__ == "__main__":
    print(run_benchmark("cache", 3).markdown())
