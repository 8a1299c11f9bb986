"""A step on a cluster, measured: nodes of Ray on this machine, one core each, and what a step costs in each process.

``python benchmarks/cluster_steps.py AGENTS NODES STEPS`` prints one line of JSON; no nodes are a run without Ray.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from freeagentics import MarketModel, load_scenario
from freeagentics.journal import Journal, JournalWriter
from freeagentics.runtime import RayEngine, SerialEngine

WARM_UP = 3
"""Steps before those that are measured."""

WEIGHED = 2
"""Steps after them whose messages are weighed, which takes time of its own."""

LOOK_S = 1.0
"""Seconds between looks at the memory of all processes."""


class Weighing(RayEngine):
    """Ray's engine that counts calls and bytes by what is called, while *counts* is a table."""

    counts: dict[str, float] | None = None

    def share(self, value: object) -> object:
        """A handle of a value that crosses to each node once."""
        self._count("shared", value)
        return super().share(value)

    def call(self, function: Any, given: Mapping[int, object], shared: object = None) -> list[Any]:
        """Call a function where things are."""
        found = super().call(function, given, shared)
        self._count("given", given)
        self._count("back", found)
        return found

    def _count(self, name: str, value: object) -> None:
        if self.counts is not None:
            self.counts[name] = self.counts.get(name, 0) + len(self._ray.cloudpickle.dumps(value))


@contextmanager
def cluster(nodes: int) -> Iterator[str]:
    """The address of a cluster of so many nodes of one core each."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    made: Any = Cluster()
    for _ in range(nodes):
        made.add_node(num_cpus=1, include_dashboard=False, object_store_memory=1500 * 2**20)
    try:
        yield made.address
    finally:
        made.shutdown()


def stepped(agents: int, nodes: int, steps: int) -> dict[str, Any]:
    """Seconds and bytes of a step, at so many agents and nodes."""
    if not nodes:
        return _measured(agents, 0, steps, SerialEngine())
    with cluster(nodes) as address:
        return _measured(agents, nodes, steps, Weighing(address, nodes))


def _measured(agents: int, nodes: int, steps: int, engine: Any) -> dict[str, Any]:
    scenario = load_scenario("btc-replay", {"agents.count": agents, "steps": WARM_UP + steps + WEIGHED})
    with (
        tempfile.TemporaryDirectory() as folder,
        Journal(Path(folder) / "journal.db", create=True) as journal,
        MarketModel(scenario, engine=engine) as model,
    ):
        model.record_to(JournalWriter(journal))
        _step(model, WARM_UP)
        before, lying = _spent(model), _size(folder)
        _step(model, steps)
        after = _spent(model)
        found = {name: (after[name] - before[name]) / steps for name in ("wall", "driver", "journal", "threads")}
        each = [(spent - before["workers"][pid]) / steps for pid, spent in after["workers"].items()]
        return {
            "agents": agents,
            "nodes": nodes,
            "steps": steps,
            **found,
            "workers": sum(each),
            "slowest": max(each, default=0.0),
            "journalled": (_size(folder) - lying) / steps,
            **_weighed(model, engine),
        }


def _step(model: MarketModel, steps: int) -> None:
    for _ in range(steps):
        model.step()
    model.writer.flush()


def _spent(model: MarketModel) -> dict[str, Any]:
    """Processor time so far: of the driver's main thread, of its journal's, of its others, of each worker; and the clock on the wall."""
    workers: dict[int, float] = {}
    if isinstance(model.engine, RayEngine):
        workers = dict(model.engine.call(_worker_spent, {cohort.number: None for cohort in model.population.cohorts}))
    driver, journal = time.thread_time(), _journal_spent()
    threads = time.process_time() - driver - journal
    return {"wall": time.perf_counter(), "driver": driver, "journal": journal, "threads": threads, "workers": workers}


def _journal_spent() -> float:
    [ident] = [thread.ident for thread in threading.enumerate() if thread.name == "freeagentics-journal"]
    assert ident is not None
    return time.clock_gettime(time.pthread_getcpuclockid(ident))


def _worker_spent(cohort: object, given: object, shared: object) -> tuple[int, float]:
    return os.getpid(), time.process_time()


def _weighed(model: MarketModel, engine: Any) -> dict[str, float]:
    """Bytes a step: shared with each node, given to workers, and back."""
    if not isinstance(engine, Weighing):
        return {}
    engine.counts = {}
    _step(model, WEIGHED)
    return {name: size / WEIGHED for name, size in engine.counts.items()}


def _size(folder: str) -> int:
    return sum(file.stat().st_size for file in Path(folder).iterdir())


def measured(agents: int, nodes: int, steps: int) -> dict[str, Any]:
    """The same in a process of its own, with the most that all processes together held, MB (proportional sets, so that what they share
    counts once)."""
    command = [sys.executable, __file__, *map(str, (agents, nodes, steps))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        most = 0.0
        while process.poll() is None:
            most = max(most, _held_mb(psutil.Process(process.pid)))
            time.sleep(LOOK_S)
        assert process.stdout is not None
        said = process.stdout.read()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return json.loads(said.splitlines()[-1]) | {"held_mb": most}


def _held_mb(process: psutil.Process) -> float:
    total = 0
    with suppress(psutil.Error):
        for one in [process, *process.children(recursive=True)]:
            with suppress(psutil.Error, OSError):
                total += one.memory_full_info().pss
    return total / 2**20


def calls() -> tuple[int, float]:
    """Rounds of calls in a step, and the least seconds that a call of one worker takes when it has nothing to do."""
    with cluster(1) as address, MarketModel(load_scenario("btc-replay", {"agents.count": 100}), engine=RayEngine(address, 1)) as model:
        model.step()
        first = {model.population.cohorts[0].number: None}
        return len(model.population.phases()) + 1, min(_seconds(model.engine, first) for _ in range(200))


def _seconds(engine: Any, given: Mapping[int, object]) -> float:
    began = time.perf_counter()
    engine.call(_worker_spent, given)
    return time.perf_counter() - began


def main() -> None:
    """Measure one row."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("agents", "nodes", "steps"):
        parser.add_argument(name, type=int)
    given = parser.parse_args()
    print(json.dumps(stepped(given.agents, given.nodes, given.steps)))


if __name__ == "__main__":
    main()
