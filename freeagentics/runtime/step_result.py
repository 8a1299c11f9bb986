"""What came of one agent's step."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from freeagentics.clock import wall_clock


@dataclass(frozen=True, slots=True)
class StepResult:
    """What an agent's step returned, or how it failed.

    Attributes:
        success: whether it returned. result: what; None where it failed.
        error: what it raised, else None. execution_time_ms: wall time of the step.
    """

    agent_id: str
    success: bool
    result: Any
    error: Exception | None
    execution_time_ms: float


@dataclass(frozen=True, slots=True)
class Task:
    """An agent that is to step, and what it sees."""

    agent_id: str
    step: Callable[..., Any]
    observation: Any
    takes_observation: bool

    def carry_out(self) -> StepResult:
        """Step; whatever the agent raises is its own result, and nobody else's."""
        began = wall_clock()
        result, failed = None, None
        try:
            result = self.step(self.observation) if self.takes_observation else self.step()
        except Exception as error:
            failed = error
        return StepResult(self.agent_id, failed is None, result, failed, 1000 * (wall_clock() - began))


def takes_observation(agent: object) -> bool:
    """Whether an agent's ``step`` takes an argument; Mesa's does not."""
    step = getattr(type(agent), "step", None)
    if step is None:
        step = agent.step  # type: ignore[attr-defined]
        return bool(inspect.signature(step).parameters)
    return _has_argument(step)


@lru_cache(maxsize=1024)
def _has_argument(step: Callable[..., Any]) -> bool:
    return len(inspect.signature(step).parameters) > 1
