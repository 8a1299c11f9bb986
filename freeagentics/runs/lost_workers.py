"""Runs that go on when workers are lost."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from inspect import unwrap
from typing import Any, ParamSpec

from freeagentics.errors import WorkerLost
from freeagentics.records.run_record import RunRecord
from freeagentics.simulation.hooks import call_hook
from freeagentics.simulation.probe import Probe

Given = ParamSpec("Given")

LOSSES = 3
"""Losses in a row, without a step more than before, after which a run ends: what kills its workers is then the run itself."""


def outliving_workers(resume: Callable[[], Callable[..., RunRecord]]) -> Callable[[Callable[Given, RunRecord]], Callable[Given, RunRecord]]:
    """Decorator of what runs a run: where workers are lost, *resume* goes on from the last checkpoint, on those that are left.

    Raises WorkerLost where there is no run directory yet, or workers are lost again and again and no step is won.
    """

    def decorated(start: Callable[Given, RunRecord]) -> Callable[Given, RunRecord]:
        @wraps(start)
        def outliving(*args: Given.args, **named: Given.kwargs) -> RunRecord:
            same = {"probes": tuple(named.get("probes", ())), "allow_plugins": named.get("allow_plugins", False)}  # type: ignore[arg-type]
            return _carried_on(partial(start, *args, **{**named, **same}), partial(unwrap(resume()), **same), same["probes"])  # type: ignore[arg-type]

        return outliving

    return decorated


def _carried_on(start: Callable[[], RunRecord], resume: Callable[..., RunRecord], probes: Any) -> RunRecord:
    furthest, losses = -1, 0
    while True:
        try:
            return start()
        except WorkerLost as lost:
            losses = 1 if lost.step > furthest else losses + 1
            furthest = max(furthest, lost.step)
            if lost.run_dir is None or losses == LOSSES:
                raise
            call_hook(probes, Probe.progressed, "a worker was lost: going on from the last checkpoint", 0, 0)
            start = partial(resume, lost.run_dir)
