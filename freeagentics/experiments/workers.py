"""Workers of an experiment: processes that end with the process that started them, or tasks of Ray."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for
from multiprocessing.synchronize import Event

from freeagentics.errors import BadInput, RunFailed
from freeagentics.experiments.ray_tasks import rows_on_ray
from freeagentics.experiments.single_run import Row, run_row

_stop: list[Event] = []
"""In a worker: set when the experiment is asked to stop."""


def check_workers(engine: str, jobs: int | None) -> None:
    """Raise BadInput for an engine that there is not, or no job."""
    if engine != "processes" and engine.partition("://")[0] != "ray":
        raise BadInput(f"engine {engine}: give processes, ray, or ray://HOST:PORT")
    if jobs is not None and jobs < 1:
        raise BadInput(f"jobs: give at least one (it is {jobs})")


def rows_of(runs: Mapping[str, str], engine: str, jobs: int | None) -> Iterator[tuple[str, Row]]:
    """Key and row of each run, as they end.

    Args:
        runs: scenarios as TOML, by key.
        engine: ``processes``, ``ray``, or ``ray://ADDRESS`` of a cluster.
        jobs: runs at once; None takes one here, with Ray as many as there are cores. One process is this one.

    Raises:
        BadInput: there is no such cluster, or a node of it computes otherwise than this machine.
        RunFailed: a process was ended from outside, or workers of Ray were lost again and again.
    """
    kind, _, address = engine.partition("://")
    if kind == "ray":
        yield from rows_on_ray(runs, address or None, jobs or 0)
    elif min(jobs or 1, len(runs)) <= 1:
        yield from ((key, run_row(toml)) for key, toml in runs.items())
    else:
        yield from _in_processes(runs, min(jobs or 1, len(runs)))


def _in_processes(runs: Mapping[str, str], jobs: int) -> Iterator[tuple[str, Row]]:
    # Threads of this process must not be forked away, and mesa asks for it.
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(stop,)) as pool:
        waiting = {pool.submit(_work, toml): key for key, toml in runs.items()}
        try:
            yield from _as_they_end(waiting)
        except BrokenProcessPool as error:
            raise RunFailed("a process of the experiment was ended from outside, perhaps for want of RAM: try fewer --jobs") from error
        finally:
            # What runs ends with its step.
            stop.set()
            pool.shutdown(cancel_futures=True)


def _as_they_end(waiting: dict[Future[Row], str]) -> Iterator[tuple[str, Row]]:
    while waiting:
        for future in wait(waiting, return_when=FIRST_COMPLETED).done:
            yield waiting.pop(future), future.result()


def _begin(stop: Event) -> None:
    # Ctrl-C reaches all processes of a terminal: the one that started this one says what is to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _stop.append(stop)
    threading.Thread(target=_end_with_parent, name="freeagentics-parent", daemon=True).start()


def _end_with_parent() -> None:
    """End this process when its parent has ended, however: it would wait for work for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait_for([parent.sentinel])
    os._exit(1)


def _work(toml: str) -> Row:
    return run_row(toml, _stop[0].is_set)
