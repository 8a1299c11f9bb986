"""The resident set stays where it is. `freeagentics bench flat` does the same at full size."""

from __future__ import annotations

from freeagentics.benchmarks.flat import CODE
from freeagentics.benchmarks.subprocesses import measure


def test_models_that_were_built_and_closed_leave_nothing_behind() -> None:
    told = measure(CODE, "models_built", 8, 400).said
    assert told["end_mb"] <= 1.05 * told["warm_mb"]


def test_steps_leave_nothing_behind_once_histories_are_full() -> None:
    told = measure(CODE, "steps_taken", 200, 25).said
    assert told["end_mb"] <= 1.02 * told["warm_mb"]
