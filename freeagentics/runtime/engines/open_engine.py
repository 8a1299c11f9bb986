"""Engines by name."""

from __future__ import annotations

import os

from freeagentics.runtime.engines.engine import AdaptiveEngine, Engine, SerialEngine, ThreadEngine
from freeagentics.runtime.engines.ray_engine import RayEngine


def open_engine(name: str = "threads", workers: int | None = None) -> Engine:
    """An engine by name: ``threads``, ``serial``, ``ray``, or ``ray://ADDRESS`` of a cluster.

    *workers* None or 0 takes as many threads as pay, up to one per core, or one of Ray's workers a core. One thread needs no pool.
    """
    kind, _, address = name.partition("://")
    if kind == "ray":
        return RayEngine(address or None, workers or 0)
    count = workers or os.cpu_count() or 1
    if name == "serial" or count == 1:
        return SerialEngine()
    return ThreadEngine(count) if workers else AdaptiveEngine(count)
