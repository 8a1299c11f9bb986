"""Agents of 34.5 MB, lean: `python benchmarks/agent_34mb.py`, or `freeagentics bench agent_34mb`."""

from freeagentics.benchmarks import run_benchmark

if __name__ == "__main__":
    print(run_benchmark("agent_34mb", 3).markdown())
