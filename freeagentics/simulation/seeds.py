"""Seeds: which one a model takes, as Mesa's runners and the scenario have it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from numbers import Integral

import numpy as np

from freeagentics.errors import BadScenario
from freeagentics.scenario.scenario import Scenario

SeedLike = int | Sequence[int] | np.random.SeedSequence | np.random.Generator
"""What Mesa takes for ``seed`` or ``rng``, in one version or another."""

_LIMIT = 2**63


def seeded(scenario: Scenario, seed: SeedLike | None, rng: SeedLike | None, model: object) -> Scenario:
    """The scenario with the seed that was given, or else with its own, counted on by the iteration of `mesa.batch_run` that makes *model*.

    Raises:
        BadScenario: both were given, or what is no seed.
    """
    if seed is not None and rng is not None:
        raise BadScenario(f"seed={seed!r} and rng={rng!r}: give one of them")
    given = seed if seed is not None else rng
    number = scenario.seed + _iteration(model) if given is None else _number(given)
    return scenario if number == scenario.seed else scenario.model_copy(update={"seed": number})


def _number(given: SeedLike) -> int:
    """The seed as a scenario has it; a generator draws one."""
    try:
        number = int(given) if isinstance(given, Integral) else int(np.random.default_rng(given).integers(_LIMIT))
    except (TypeError, ValueError) as error:
        raise BadScenario(f"seed: {given!r} is none; give a whole number from 0 on") from error
    if not 0 <= number < _LIMIT:
        raise BadScenario(f"seed: {number} is not from 0 to {_LIMIT - 1}")
    return number


def _iteration(model: object) -> int:
    """The iteration for which `mesa.batch_run` makes *model*, 0 for whoever else makes it.

    No version of Mesa tells a model: without a look at who calls, all iterations would be one run, many times over.
    """
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_locals.get("self") is model:
        frame = frame.f_back
    made_in_batch = frame.f_globals.get("__name__") == "mesa.batchrunner"
    return int(frame.f_locals.get("iteration", 0)) if made_in_batch else 0
