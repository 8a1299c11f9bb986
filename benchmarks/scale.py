"""Measure whole runs: `python benchmarks/scale.py`, or `freeagentics bench scale`."""

from freeagentics.benchmarks import run_benchmark

if __name__ == "__main__":
    print(run_benchmark("scale", 3).markdown())
