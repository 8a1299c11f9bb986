"""Runs of an experiment as tasks of Ray, on one machine or many."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from freeagentics.errors import RunFailed
from freeagentics.experiments.single_run import Row, run_row
from freeagentics.kernels import fingerprint
from freeagentics.runtime.engines.ray_connection import connect, import_ray, other_arithmetic

LOSSES = 5
"""How often a run is made again after its worker was lost; what kills its workers more often is the run itself."""


def rows_on_ray(runs: Mapping[str, str], address: str | None, jobs: int = 0) -> Iterator[tuple[str, Row]]:
    """Key and row of each run, as they end: a task of one core a run. A task that is lost with its worker or node is run again.

    Args:
        runs: scenarios as TOML, by key; files that they name are read on the node that runs them.
        address: of the cluster, ``HOST:PORT``, or ``auto`` for the one that this machine is part of; None starts Ray here.
        jobs: how many at once at most; 0 takes as many as there are cores.

    Raises:
        BadInput: Ray is not installed, no cluster answers, or a node computes otherwise than this machine.
        RunFailed: a run was lost again and again, or a node could not run it at all.
    """
    ray = import_ray()
    connected = connect(ray, address, jobs)
    waiting: dict[Any, str] = {}
    try:
        task = ray.remote(num_cpus=1, max_retries=LOSSES, scheduling_strategy="SPREAD")(_work)
        left = iter(runs.items())
        while True:
            waiting |= {task.remote(toml): key for key, toml in islice(left, (jobs or len(runs)) - len(waiting))}
            if not waiting:
                return
            for answer in ray.wait(list(waiting))[0]:
                yield waiting.pop(answer), _row(ray, answer)
    finally:
        for answer in waiting:
            ray.cancel(answer, force=True)
        if connected:
            ray.shutdown()


def _work(toml: str) -> tuple[str, str, Row]:
    """Node, its arithmetic, and the row."""
    return os.uname().nodename, fingerprint(), run_row(toml)


def _row(ray: Any, answer: Any) -> Row:
    gone = ray.exceptions
    try:
        node, arithmetic, row = ray.get(answer)
    except (gone.WorkerCrashedError, gone.NodeDiedError, gone.OutOfMemoryError, gone.ObjectLostError) as error:
        raise RunFailed(f"Ray: a run lost its worker {LOSSES + 1} times, perhaps for want of RAM: try fewer --jobs") from error
    except gone.RayError as error:
        raise RunFailed(f"Ray: a node could not run it: {str(error).strip().splitlines()[-1]}") from error
    if arithmetic != fingerprint():
        raise other_arithmetic(node, arithmetic)
    return row
