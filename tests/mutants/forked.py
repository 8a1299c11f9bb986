"""Forked processes: each has the libraries that tests need already in memory, and none of the package."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Generic, TypeVar

Job = TypeVar("Job")

QUIETLY = ("-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")
"""Options of pytest in such a process: that its plugins are there already is no fault."""

_LIBRARIES = ("mesa", "msgpack", "numpy", "polars", "psutil", "pydantic", "pytest", "scipy.special", "scipy.stats")


@dataclass(frozen=True)
class Ended(Generic[Job]):
    """How a job ended: its exit code, or None where it took too long, and what it wrote."""

    job: Job
    code: int | None
    written: str


def import_libraries() -> None:
    """Import what every test would, and pytest's plugins, once."""
    for name in _LIBRARIES:
        import_module(name)
    for plugin in entry_points(group="pytest11"):
        plugin.load()


def run_forked(jobs: Iterator[tuple[Job, float]], work: Callable[[Job], int], workers: int, logs: Path) -> Iterator[Ended[Job]]:
    """Work on jobs in processes of their own, so many at a time.

    Args:
        jobs: each with the seconds that it may take.
        work: returns the exit code of the process it runs in.
        workers: number of processes.
        logs: folder for what those processes write, a file each, gone when a job is done.
    """
    logs.mkdir(parents=True, exist_ok=True)
    running: dict[int, Job] = {}
    for job, seconds in jobs:
        if len(running) == workers:
            yield _next_ended(running, logs)
        running[_forked(job, work, seconds, logs)] = job
    while running:
        yield _next_ended(running, logs)


def _next_ended(running: dict[int, Job], logs: Path) -> Ended[Job]:
    process, status = os.wait()
    # Servers and other processes that its tests had started are of its group.
    with suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
    log = logs / f"{process}.txt"
    written = log.read_text(encoding="utf-8", errors="replace")
    log.unlink()
    return Ended(running.pop(process), os.WEXITSTATUS(status) if os.WIFEXITED(status) else None, written)


def _forked(job: Job, work: Callable[[Job], int], seconds: float, logs: Path) -> int:
    process = os.fork()
    if process:
        return process
    code = 70
    try:
        os.setsid()
        out = os.open(logs / f"{os.getpid()}.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(out, 1)
        os.dup2(out, 2)
        # The signal's default is the end, which a loop without end inside a library cannot put off.
        signal.alarm(max(1, round(seconds)))
        code = work(job)
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
