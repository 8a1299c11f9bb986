"""Startup: processor time that a command takes before it does anything, beside that of importing Typer and a console alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence

from freeagentics.benchmarks.table import Spread, Table

_MAIN = "from freeagentics.cli.main import main; main()"
ROWS: dict[str, tuple[str, ...]] = {
    "`import typer, rich.console`": ("import typer, rich.console",),
    "`--version`": (_MAIN, "--version"),
    "`--help`": (_MAIN, "--help"),
    "`run --help`": (_MAIN, "run", "--help"),
    "`scenarios`": (_MAIN, "scenarios"),
    "`run quick --steps 1 --no-report`": (_MAIN, "run", "quick", "--steps", "1", "--quiet", "--no-report"),
    "`run quick --steps 1`": (_MAIN, "run", "quick", "--steps", "1", "--quiet"),
}
"""Code of each row for ``python -c``; the first is the baseline of the others."""


def startup(runs: int) -> Table:
    """Measure all rows, one after the other in every run."""
    found: dict[str, list[float]] = {name: [] for name in ROWS}
    for _ in range(runs):
        for name, code in ROWS.items():
            found[name].append(_measure(code))
    base = next(iter(found.values()))
    note = f"Processor time of whole processes. Median of {runs} runs (least to most); ratios are taken run by run."
    return Table("Startup", note, [_row(name, measured, base) for name, measured in found.items()])


def _row(name: str, measured: Sequence[float], base: Sequence[float]) -> dict[str, object]:
    return {
        "command": name,
        "processor time, ms": Spread(tuple(1000 * seconds for seconds in measured)),
        "to the first row": Spread(tuple(this / that for this, that in zip(measured, base, strict=True))),
    }


def _measure(code: Sequence[str]) -> float:
    """Seconds."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen([sys.executable, "-c", *code], cwd=folder, stdout=subprocess.DEVNULL)  # noqa: S603 - one of the rows
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return usage.ru_utime + usage.ru_stime
