"""The result of one agent's step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from inspect import isasyncgen, isasyncgenfunction, isawaitable, isgenerator, isgeneratorfunction, signature
from typing import Any

from freeagentics.clock import wall_clock
from freeagentics.errors import BadInput
from freeagentics.runtime.lean.event_loop import EventLoop

AgentId = str | int
"""How an agent is called: by text, or by a whole number as Mesa does."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """The value that an agent's step returned, or its failure.

    Attributes:
        success: whether it returned.
        result: what, awaited where that is to be; None where it failed.
        error: what it raised, else None.
        execution_time_ms: wall time of the step.
    """

    agent_id: AgentId
    success: bool
    result: Any
    error: BaseException | None
    execution_time_ms: float


@dataclass(frozen=True, slots=True)
class Task:
    """An agent that is to step, what it sees, and the loop on which a step runs that is to be awaited."""

    agent_id: AgentId
    step: Callable[..., Any]
    observation: Any
    takes_observation: bool
    loop: EventLoop

    def carry_out(self) -> StepResult:
        """Step; whatever the agent raises is its own result, and nobody else's."""
        began = wall_clock()
        result: Any = None
        failed: BaseException | None = None
        try:
            result = self._outcome()
        except (Exception, SystemExit, GeneratorExit) as error:
            # Not KeyboardInterrupt: Ctrl-C is for the program. sys.exit() in an agent must not end it without a word.
            failed = error
        return StepResult(self.agent_id, failed is None, result, failed, 1000 * (wall_clock() - began))

    def _outcome(self) -> Any:
        result = self.step(self.observation) if self.takes_observation else self.step()
        if isawaitable(result):
            result = self.loop.result_of(result)
        if isgenerator(result) or isasyncgen(result):
            raise BadInput(f"step() returned {_A_GENERATOR}")
        return result


_A_GENERATOR = "a generator, whose code runs only when somebody goes through it; let it return what it yields, e.g. as a list"


def takes_observation(agent: Any) -> bool:
    """True where an agent's ``step`` takes an argument; Mesa's does not. Raises BadInput where it has none, or one that fits neither."""
    kind, step = type(agent).__name__, getattr(agent, "step", None)
    if not callable(step):
        raise BadInput(f"{kind} has no step() to call")
    if isgeneratorfunction(step) or isasyncgenfunction(step):
        raise BadInput(f"{kind}.step is {_A_GENERATOR}")
    if _can_be_called(step, None):
        return True
    if _can_be_called(step):
        return False
    arguments = ", ".join(signature(step).parameters)
    raise BadInput(f"{kind}.step({arguments}) is called with an observation or with nothing; it needs something else")


def _can_be_called(step: Callable[..., Any], *args: object) -> bool:
    try:
        signature(step).bind(*args)
    except TypeError:
        return False
    except ValueError:
        return True  # compiled code that does not tell
    return True
