"""Measure inference: `python benchmarks/inference.py`, or `freeagentics bench inference`."""

from freeagentics.benchmarks import run_benchmark

if __name__ == "__main__":
    print(run_benchmark("inference", 5).markdown())
