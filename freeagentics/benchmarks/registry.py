"""Benchmarks by name."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from freeagentics.errors import BadInput, did_you_mean
from freeagentics.progress import ProgressCallback, no_progress

if TYPE_CHECKING:
    from freeagentics.benchmarks.table import Table

BENCHMARKS = {
    "agent_34mb": "agent_34mb:agent_34mb",
    "beliefs": "beliefs:beliefs",
    "cache": "cache:cache",
    "codec": "codec:codec",
    "codec_agreement": "codec:codec_agreement",
    "codec_nets": "codec_nets:codec_nets",
    "codec_speed": "codec:codec_speed",
    "environments": "environments:environments",
    "flat": "flat:flat",
    "forgetting": "forgetting:forgetting",
    "gc": "collector:collector",
    "history": "history:history",
    "inference": "inference:inference",
    "memory_targets": "memory_targets:memory_targets",
    "mesa_memory": "mesa_memory:mesa_memory",
    "mind": "mind:mind",
    "recall": "recall:recall",
    "registration": "registration:registration",
    "scale": "scale:scale",
    "searches": "searches:searches",
    "startup": "startup:startup",
    "step_scaling": "step_scaling:step_scaling",
    "stores": "stores:stores",
}
"""File and function of each benchmark by name; the function takes the number of runs per row. They are imported when they are run: together
they would make every command start later."""


def known(name: str) -> str:
    """The name. Raises BadInput with the nearest one where there is no such benchmark."""
    if name not in BENCHMARKS:
        raise BadInput(f"no benchmark '{name}'; {did_you_mean(name, BENCHMARKS)}")
    return name


def run_benchmark(name: str, runs: int, progress: ProgressCallback = no_progress) -> Table:
    """Measure one benchmark. Raises BadInput with the nearest name, or where what it compares with is not installed."""
    file, _, function = BENCHMARKS[known(name)].partition(":")
    try:
        measure = getattr(import_module(f"freeagentics.benchmarks.{file}"), function)
        progress(name, 0, 0)
        table: Table = measure(runs)
    except ModuleNotFoundError as error:
        raise BadInput(f"the benchmark '{name}' needs {error.name}; install freeagentics[test]") from error
    return table
