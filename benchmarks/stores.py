"""Measure stores: `python benchmarks/stores.py`, or `freeagentics bench stores`."""

from freeagentics.benchmarks import run_benchmark

if __name__ == "__main__":
    print(run_benchmark("stores", 3).markdown())
