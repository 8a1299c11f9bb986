"""Clusters of Ray on this machine, which see within a second or two that a node is gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    # A node that is killed refuses to be asked; one that is slow has time.
    "RAY_health_check_initial_delay_ms": "0",
    "RAY_health_check_period_ms": "300",
    "RAY_health_check_timeout_ms": "10000",
    "RAY_health_check_failure_threshold": "3",
}


@contextmanager
def nodes(count: int) -> Iterator[Any]:
    """A cluster of so many nodes of one core each; the first is its head."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patched:
        for name, value in SETTINGS.items():
            patched.setenv(name, value)
        made: Any = Cluster()
        for _ in range(count):
            add_node(made)
        yield made
        made.shutdown()


def add_node(cluster: Any) -> None:
    """One more node of one core."""
    cluster.add_node(num_cpus=1, include_dashboard=False, object_store_memory=100 * 2**20)


def kill_node(cluster: Any) -> None:
    """Kill a node that is not the head, with all that runs on it, by -9."""
    cluster.remove_node(next(iter(cluster.worker_nodes)), allow_graceful=False)
