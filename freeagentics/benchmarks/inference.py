"""Inference: posterior, expected free energy and policy posterior, beside pymdp and beside a loop over agents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from freeagentics.arrays import F32, F64, I64
from freeagentics.benchmarks.pymdp_ways import as_agent, as_functions
from freeagentics.benchmarks.table import Spread, Table
from freeagentics.mind import GenerativeModel, evaluate_policies, infer_states
from freeagentics.randomness import generator

AGENTS = (1, 50, 1_000, 10_000)
SIZES = ((20, 5), (64, 4))
"""States and actions of each model; both have two modalities."""

OBSERVATIONS = (4, 5)
GAMMA = 16.0

_SECONDS = 0.05
"""A measurement repeats its call for at least about this long."""
_LARGEST_COPY = 2**26
"""Bytes: pymdp's agents hold transition matrices each; beyond this many in all they are left out, as planning takes ten times as much."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """Arguments of every way: a model, observations (n, 2) and priors (n, S)."""

    model: GenerativeModel
    observations: I64
    prior: F32


def inference(runs: int) -> Table:
    """Every size of model and of population; the ways take turns, so that a drifting machine hits all alike."""
    rows = []
    # A run keeps BLAS to one thread; pymdp is left all the threads it takes.
    with threadpool_limits(1, user_api="blas"):
        for states, actions in SIZES:
            rows += [_row(_cohort(states, actions, agents), runs) for agents in AGENTS]
    note = (
        f"Posterior, expected free energy and policy posterior of one step, policies of one action. Median of {runs} runs (least to "
        "most) after warming up; ratios are taken run by run, and above 1 ours is faster. pymdp is jitted, and waited for: `Agent` is its "
        "class with `batch_size`, where every agent holds a copy of the model (left out beyond 64 MB); *shared model* is its functions "
        "under `vmap` with one model for all."
    )
    return Table("Inference", note, rows)


def _cohort(states: int, actions: int, agents: int) -> Cohort:
    random = generator(7, "bench/inference", step=states)
    model = GenerativeModel(
        [random.dirichlet(np.ones(size), states).T for size in OBSERVATIONS],
        np.moveaxis(random.dirichlet(np.ones(states), (states, actions)), 2, 0),
        [random.normal(0, 1, size) for size in OBSERVATIONS],
        random.dirichlet(np.ones(states)),
    )
    observations = np.stack([random.integers(0, size, agents) for size in OBSERVATIONS], axis=1)
    return Cohort(model, observations, random.dirichlet(np.ones(states), agents).astype(np.float32))


def _row(cohort: Cohort, runs: int) -> dict[str, object]:
    agents = len(cohort.prior)
    given = (cohort.model, cohort.observations, cohort.prior, GAMMA)
    ways: dict[str, Callable[[], object]] = {"ours": lambda: _ours(cohort), "shared": as_functions(*given), "loop": lambda: _loop(cohort)}
    if cohort.model.B.size * agents * 4 <= _LARGEST_COPY:
        ways["agent"] = as_agent(*given)
    times: dict[str, list[float]] = {name: [] for name in ways}
    repeats = {name: _repeats(way) for name, way in ways.items()}
    for _ in range(runs):
        for name, way in ways.items():
            times[name].append(_microseconds(way, repeats[name]))
    return {
        "states": cohort.model.states,
        "actions": cohort.model.actions,
        "agents": f"{agents:,}",
        "ours, µs": Spread(tuple(times["ours"])),
        "µs an agent": Spread(tuple(time / agents for time in times["ours"])),
        "pymdp `Agent` / ours": _ratios(times["agent"], times["ours"]) if "agent" in times else "",
        "pymdp, shared model / ours": _ratios(times["shared"], times["ours"]),
        "loop over agents / ours": _ratios(times["loop"], times["ours"]),
    }


def _ratios(these: list[float], those: list[float]) -> Spread:
    return Spread(tuple(this / that for this, that in zip(these, those, strict=True)))


def _repeats(way: Callable[[], object]) -> int:
    """Calls that take about as long as a measurement should; the first call, which compiles, does not count."""
    way()
    return max(1, round(_SECONDS * 1e6 / _microseconds(way, 3)))


def _microseconds(way: Callable[[], object], repeats: int) -> float:
    start = perf_counter()
    for _ in range(repeats):
        way()
    return 1e6 * (perf_counter() - start) / repeats


def _ours(cohort: Cohort) -> tuple[F32, F32]:
    return evaluate_policies(cohort.model, infer_states(cohort.model, cohort.observations, cohort.prior), gamma=GAMMA)


def _loop(cohort: Cohort) -> list[tuple[F64, F64]]:
    """Numpy as one would write it for one agent, agent by agent."""
    return [_alone(cohort.model, *agent) for agent in zip(cohort.observations, cohort.prior, strict=True)]


def _alone(model: GenerativeModel, observations: I64, prior: Any) -> tuple[F64, F64]:
    posterior = prior * np.prod([A[o] for A, o in zip(model.A, observations, strict=True)], axis=0)
    posterior /= posterior.sum()
    value = np.zeros(model.actions)
    for action in range(model.actions):
        state = model.B[:, :, action] @ posterior
        for likelihood, preference in zip(model.A, model.C, strict=True):
            expected = likelihood @ state
            ambiguity = -(likelihood * np.log(likelihood + 1e-16)).sum(axis=0) @ state
            value[action] += preference @ expected - expected @ np.log(expected + 1e-16) - ambiguity
    weights = np.exp(GAMMA * (value - value.max()))
    return weights / weights.sum(), value
