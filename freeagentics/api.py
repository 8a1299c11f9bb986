"""Runs as the front door gives them: with a report to save."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec

from freeagentics import records, runs

Arguments = ParamSpec("Arguments")


class RunRecord(records.RunRecord):
    """What a run left, and the page about it."""

    def save_report(self, path: str | Path = "report.html") -> Path:
        """Write the report: one self-contained HTML file, and its tables as CSV beside it. Returns its path."""
        # Here, because charts need matplotlib, and a run does not.
        from freeagentics.report import save_report

        return save_report(self, path)


def _with_report(function: Callable[Arguments, records.RunRecord]) -> Callable[Arguments, RunRecord]:
    @wraps(function)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> RunRecord:
        return RunRecord(function(*args, **kwargs).path)

    return run


run = _with_report(runs.run)
resume = _with_report(runs.resume)
fork = _with_report(runs.fork)
