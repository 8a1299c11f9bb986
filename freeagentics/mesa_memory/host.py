"""The host: a Mesa model of any version, from 3.3 to the 4.0 pre-release, as its memory sees it.

It is read, never drawn from: neither ``model.rng`` nor ``model.random`` is touched, no agent is held, and nothing is put in the place of
the model's own ``step``: a simulator of Mesa 3.3 or 3.4 schedules the next step only where ``model.step`` is the method that it knows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from freeagentics.errors import BadInput

_SLOT = "_freeagentics_memory"
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LONGEST_NAME = 40


class Host:
    """A model and the clock of its steps.

    Args:
        model: any Mesa model whose own ``__init__`` has run.

    Raises:
        BadInput: it is no Mesa model, or not yet.
    """

    def __init__(self, model: Any) -> None:
        if not hasattr(model, "agents_by_type"):
            raise BadInput(f"{type(model).__name__} is no Mesa model yet: attach memory after super().__init__()")
        self.model = model
        self._recurring: Any = None

    @property
    def time(self) -> float:
        """The model's time; of Mesa 3.3, which has none, its steps."""
        time = getattr(self.model, "time", None)
        return float(self.model.steps if time is None else time)

    @property
    def step(self) -> int:
        """Steps taken, that of the moment included; of Mesa 4, which counts none, the whole units of time."""
        steps = getattr(self.model, "steps", None)
        return int(self.time if steps is None else steps)

    @property
    def memory(self) -> Any:
        """The memory that is attached to the model, or None."""
        return vars(self.model).get(_SLOT)

    def hold(self, memory: Any) -> None:
        """Keep a memory with the model: copied and pickled with it, and what an agent's own `attach` finds."""
        setattr(self.model, _SLOT, memory)

    def after_each_step(self, call: Callable[[], None]) -> None:
        """Call a bound method after every step from the next on, by whatever way the model is stepped."""
        if hasattr(self.model, "schedule_recurring"):
            from mesa.time import Priority, Schedule

            schedule = Schedule(interval=1.0, start=math.floor(self.time) + 1.0)
            self._recurring = self.model.schedule_recurring(call, schedule, priority=Priority.LOW)
        else:
            self.model._user_step = _StepThenCall(self.model._user_step, call)

    def let_go(self) -> None:
        """Undo `hold` and `after_each_step`."""
        if self.memory is not None:
            delattr(self.model, _SLOT)
        if self._recurring is not None:
            self._recurring.stop()
        elif isinstance(step := vars(self.model).get("_user_step"), _StepThenCall):
            self.model._user_step = step.step


class _StepThenCall:
    """A model's step and what follows it. An object, because models are copied and pickled with all that they hold."""

    def __init__(self, step: Callable[..., None], call: Callable[[], None]) -> None:
        self.step, self.call = step, call

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        self.step(*args, **kwargs)
        self.call()


def class_name(agent_class: type) -> str:
    """The class of an agent as the beginning of a name: ``MoneyAgent`` is ``money-agent``."""
    words = _HUMP.sub("-", agent_class.__name__).lower()
    return re.sub(r"[^a-z0-9]+", "-", words).strip("-")[:_LONGEST_NAME] or "agent"


def is_agent(thing: object) -> bool:
    """True for an agent of a Mesa model, false for a model and for many agents."""
    return hasattr(thing, "unique_id") and hasattr(thing, "model")
