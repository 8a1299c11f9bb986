"""Which benchmarks there are."""

from __future__ import annotations

from collections.abc import Callable

from freeagentics.benchmarks.agent_34mb import agent_34mb
from freeagentics.benchmarks.beliefs import beliefs
from freeagentics.benchmarks.cache import cache
from freeagentics.benchmarks.codec import codec, codec_agreement, codec_speed
from freeagentics.benchmarks.collector import collector
from freeagentics.benchmarks.flat import flat
from freeagentics.benchmarks.history import history
from freeagentics.benchmarks.inference import inference
from freeagentics.benchmarks.memory_targets import memory_targets
from freeagentics.benchmarks.registration import registration
from freeagentics.benchmarks.scale import scale
from freeagentics.benchmarks.step_scaling import step_scaling
from freeagentics.benchmarks.stores import stores
from freeagentics.benchmarks.table import Table
from freeagentics.errors import BadInput, did_you_mean

BENCHMARKS: dict[str, Callable[[int], Table]] = {
    "agent_34mb": agent_34mb,
    "beliefs": beliefs,
    "cache": cache,
    "codec": codec,
    "codec_agreement": codec_agreement,
    "codec_speed": codec_speed,
    "flat": flat,
    "gc": collector,
    "history": history,
    "inference": inference,
    "memory_targets": memory_targets,
    "registration": registration,
    "scale": scale,
    "step_scaling": step_scaling,
    "stores": stores,
}
"""By name; each takes the number of runs per row."""


def run_benchmark(name: str, runs: int) -> Table:
    """Measure one benchmark. Raises BadInput with the nearest name."""
    if name not in BENCHMARKS:
        raise BadInput(f"no benchmark '{name}'; {did_you_mean(name, BENCHMARKS)}")
    return BENCHMARKS[name](runs)
