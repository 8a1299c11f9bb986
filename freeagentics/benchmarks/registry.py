"""Which benchmarks there are."""

from __future__ import annotations

from collections.abc import Callable

from freeagentics.benchmarks.scale import scale
from freeagentics.benchmarks.table import Table
from freeagentics.errors import BadInput, did_you_mean

BENCHMARKS: dict[str, Callable[[int], Table]] = {"scale": scale}
"""By name; each takes the number of runs per row."""


def run_benchmark(name: str, runs: int) -> Table:
    """Measure one benchmark. Raises BadInput with the nearest name."""
    if name not in BENCHMARKS:
        raise BadInput(f"no benchmark '{name}'; {did_you_mean(name, BENCHMARKS)}")
    return BENCHMARKS[name](runs)
