"""Runs the command line as a user does: in a process of its own."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-c", "from freeagentics.cli.main import main; main()"]


def freeagentics(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The finished command."""
    return subprocess.run([*COMMAND, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False)


def called(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command in this process: as good as one of its own where nothing is killed, and without its second of imports."""
    from freeagentics.cli.app import answer

    words = [*map(str, arguments)]
    out, err = io.StringIO(), io.StringIO()
    with chdir(cwd), redirect_stdout(out), redirect_stderr(err):
        code = answer(words)
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def summary_of(*arguments: object, cwd: Path) -> dict[str, Any]:
    """What ``--json`` printed; the command must have succeeded."""
    done = freeagentics(*arguments, "--json", cwd=cwd)
    assert done.returncode == 0, done.stderr
    loaded: dict[str, Any] = json.loads(done.stdout)
    return loaded
