"""The connection to a cluster of Ray."""

from __future__ import annotations

import os
import signal
import warnings
from contextlib import suppress
from typing import Any

from freeagentics.errors import BadInput
from freeagentics.kernels import fingerprint


def import_ray() -> Any:
    """The package. Raises BadInput where it is not installed."""
    # Read when Ray is imported.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError as error:
        raise BadInput("the engine ray needs Ray; install with: pip install 'freeagentics[ray]'") from error
    return ray


def connect(ray: Any, address: str | None, workers: int) -> bool:
    """Start or join Ray, unless it is there already; returns whether that was done here. Raises BadInput where no cluster answers."""
    if ray.is_initialized():
        return False
    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    # Ray takes SIGTERM for itself.
    before = signal.getsignal(signal.SIGTERM)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if address is None:
                # Named, or a cluster that RAY_ADDRESS or an earlier `ray start` speaks of would be joined.
                ray.init("local", num_cpus=workers or None, include_dashboard=False, _node_ip_address="127.0.0.1", **quiet)
            else:
                ray.init(address, **quiet)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        raise BadInput(f"Ray: no cluster at {address or 'this machine'}: {str(error).splitlines()[0]}") from error
    finally:
        with suppress(ValueError):
            signal.signal(signal.SIGTERM, before)
    return True


def other_arithmetic(node: str, arithmetic: str) -> BadInput:
    """The error of a node that computes otherwise than this machine."""
    return BadInput(
        f"Ray: numbers come out otherwise on node {node} (arithmetic {arithmetic}) than here (arithmetic {fingerprint()}); "
        "install the same freeagentics and numpy on all nodes, or leave that one out"
    )
