"""Mind: processor time of beliefs and choices within a whole step, at 50 to 10,000 agents."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from freeagentics.agents.signal_policy import SignalPolicy
from freeagentics.benchmarks.table import Spread, Table
from freeagentics.mind import FacultyWeights, GridBelief
from freeagentics.scenario import load_scenario
from freeagentics.simulation import MarketModel

AGENTS = (50, 1_000, 10_000)
_WARM, _STEPS = 10, 5
BELIEVING = ((GridBelief, "advance"), (GridBelief, "value_at_risk"), (GridBelief, "expected_shortfall"))
CHOOSING = ((SignalPolicy, "message_probabilities"), (FacultyWeights, "worth"), (FacultyWeights, "learn"))


def mind(runs: int) -> Table:
    """Processor time of the calls in which agents believe and choose, beside that of the whole step, without the journal."""
    rows = []
    for agents in AGENTS:
        scenario = load_scenario("btc-replay", {"agents.count": agents, "steps": _WARM + runs * _STEPS})
        with MarketModel(scenario) as model, _clocked(BELIEVING) as believing, _clocked(CHOOSING) as choosing:
            for _ in range(_WARM):
                model.step()
            turns = [_turn(model, agents, believing, choosing) for _ in range(runs)]
        beliefs, choices, steps = zip(*turns, strict=True)
        rows.append(
            {
                "agents": f"{agents:,}",
                "belief, µs an agent": Spread(beliefs),
                "choice, µs an agent": Spread(choices),
                "whole step, µs an agent": Spread(steps),
            }
        )
    note = f"`btc-replay`, one worker; {runs} turns of {_STEPS} steps, processor time, median (least to most)."
    return Table("Minds in a step", note, rows)


class _Clock:
    """Seconds of processor time spent in what it watches."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def watching(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any, **kwargs: Any) -> Any:
            began = time.thread_time()
            try:
                return call(*args, **kwargs)
            finally:
                self.seconds += time.thread_time() - began

        return watched


@contextmanager
def _clocked(methods: tuple[tuple[type, str], ...]) -> Iterator[_Clock]:
    clock = _Clock()
    patches = [patch.object(owner, name, clock.watching(getattr(owner, name))) for owner, name in methods]
    for one in patches:
        one.start()
    try:
        yield clock
    finally:
        for one in patches:
            one.stop()


def _turn(model: MarketModel, agents: int, believing: _Clock, choosing: _Clock) -> tuple[float, float, float]:
    """µs an agent-step for beliefs, for choices, and in all."""
    believing.seconds = choosing.seconds = 0.0
    began = time.thread_time()
    for _ in range(_STEPS):
        model.step()
    whole = time.thread_time() - began
    micro = 1e6 / (_STEPS * agents)
    return believing.seconds * micro, choosing.seconds * micro, whole * micro
