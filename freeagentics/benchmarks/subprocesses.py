"""Measuring whole processes from outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psutil

MB = 1024 * 1024
_MAXRSS_PER_MB = 1024 if sys.platform == "linux" else MB


@dataclass(frozen=True, slots=True)
class Outside:
    """A process that has ended.

    Attributes:
        said: the JSON object that it printed as one line.
        rss_mb: its resident set at that moment, as another process sees it.
        peak_mb: the most it ever had, as the kernel gives it (``/usr/bin/time -v`` shows the same).
    """

    said: dict[str, Any]
    rss_mb: float
    peak_mb: float


def measure(code: str, *arguments: object, python: str = sys.executable, folder: str = "") -> Outside:
    """Run Python *code* in a process and an empty folder of its own. It answers with one call of `tell`.

    Args:
        code: Python source.
        arguments: ``sys.argv[1:]`` of the code.
        python: the interpreter.
        folder: where it looks for packages first; empty for nowhere else.

    Raises:
        CalledProcessError: it failed; what it said is on standard error.
    """
    command = [python, "-c", code, *map(str, arguments)]
    environment = os.environ | ({"PYTHONPATH": folder} if folder else {})
    with tempfile.TemporaryDirectory() as place:
        # In a group of its own: a Ctrl-C is for us, and it would print a traceback.
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, cwd=place, env=environment, stdin=pipe, stdout=pipe, process_group=0)  # noqa: S603 - our own command
        try:
            return _looked_at(process)
        except BaseException:
            process.kill()
            process.wait()
            raise


def _looked_at(process: subprocess.Popen[bytes]) -> Outside:
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdout, process.stdin:
        line = process.stdout.readline()
        rss = psutil.Process(process.pid).memory_info().rss if line else 0
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return Outside(json.loads(line), rss / MB, usage.ru_maxrss / _MAXRSS_PER_MB)


def tell(said: object) -> None:
    """Called in the process that is measured: print a line, and wait until it was looked at."""
    print(json.dumps(said), flush=True)  # noqa: T201 - this is how a child answers
    sys.stdin.read()


def run_in_turn(code: str, rows: Sequence[Sequence[object]], runs: int) -> list[list[Outside]]:
    """Measure *code* with every row of arguments, *runs* times, in turn, so that a drifting machine hits all rows alike."""
    found: list[list[Outside]] = [[] for _ in rows]
    for _ in range(runs):
        for place, row in enumerate(rows):
            found[place].append(measure(code, *row))
    return found
