"""Calls of probes' hooks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Concatenate, ParamSpec, TypeVar

from freeagentics.errors import FreeagenticsError, ProbeFailed
from freeagentics.simulation.probe import Probe
from freeagentics.user_code import Place, blaming

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def call_hook(
    probes: Iterable[Probe], hook: Callable[Concatenate[Any, Given], Answer], *given: Given.args, **named: Given.kwargs
) -> list[Answer]:
    """Call a hook, e.g. `Probe.decides`, of every probe, in the order in which they were given, and return the answers.

    Raises:
        ProbeFailed: a probe raised; errors of this package and Ctrl-C pass as they are.
    """
    return [_call(probe, hook.__name__, *given, **named) for probe in probes]


def _call(probe: Probe, name: str, *given: Any, **named: Any) -> Any:
    def failure(said: str) -> ProbeFailed:
        return ProbeFailed(f"probe {type(probe).__name__}, {name}: {said}")

    hook = getattr(probe, name)
    with blaming(Place.of(hook), failure, passing=(FreeagenticsError, KeyboardInterrupt)):
        return hook(*given, **named)
