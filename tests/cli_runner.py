"""Runs the command line as a user does: in a process of its own.

The process is forked from one that has imported what a run needs: a kill, a signal or a full disk hits it like any other, and it lacks only
the seconds of imports that every fresh Python takes.
"""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil

COMMAND = [sys.executable, "-c", "from freeagentics.cli.main import main; main()"]

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["freeagentics.cli.app", "freeagentics.cli.running", "freeagentics.report", "freeagentics.evaluation"])


class Command:
    """``freeagentics`` with some arguments, running.

    Args:
        largest_file: bytes that a file of it may have: every write beyond fails, as on a full disk.
    """

    def __init__(self, *arguments: object, cwd: Path, largest_file: int = resource.RLIM_INFINITY) -> None:
        self._words = ["freeagentics", *map(str, arguments)]
        self._folder = TemporaryDirectory()
        self._said = [Path(self._folder.name) / name for name in ("out", "err")]
        self._process = _FORKS.Process(target=_main, args=(self._words, str(cwd), [str(path) for path in self._said], largest_file))
        self._process.start()

    def running(self) -> bool:
        """Whether it still runs."""
        return self._process.is_alive()

    def worked(self) -> float:
        """Seconds of processor time that it has used: on a busy machine a better measure of how far it is than time is."""
        assert self._process.pid is not None
        used = psutil.Process(self._process.pid).cpu_times()
        return float(used.user + used.system)

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    def finish(self, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Wait for its end."""
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            self._process.kill()
            raise TimeoutError(" ".join(self._words))
        out, err = (path.read_text(encoding="utf-8") if path.exists() else "" for path in self._said)
        self._folder.cleanup()
        return subprocess.CompletedProcess(self._words, code, out, err)


def _main(words: Sequence[str], cwd: str, said: Sequence[str], largest_file: int) -> None:
    for number, path in enumerate(said, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), number)
    os.chdir(cwd)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, resource.RLIM_INFINITY))
    from freeagentics.cli.main import main

    sys.argv = list(words)
    main()


def freeagentics(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The finished command."""
    return Command(*arguments, cwd=cwd).finish()


def called(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command in this process: as good as one of its own where nothing is killed."""
    from freeagentics.cli.app import run_command_line

    words = [*map(str, arguments)]
    out, err = io.StringIO(), io.StringIO()
    with chdir(cwd), redirect_stdout(out), redirect_stderr(err):
        code = run_command_line(words)
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def summary_of(*arguments: object, cwd: Path) -> dict[str, Any]:
    """What ``--json`` printed, in this process; the command must have succeeded. It writes no report."""
    done = called(*arguments, "--json", "--no-report", cwd=cwd)
    assert done.returncode == 0, done.stderr
    loaded: dict[str, Any] = json.loads(done.stdout)
    return loaded
