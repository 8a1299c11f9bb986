"""Pages of states: what agents of a class were in up to sixteen steps, coded as what is left of a prediction.

A column is predicted for an agent by what it had the step before, or by the mean of all agents then, whichever leaves less over the page.
What is left are small whole numbers. A page needs no other page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from freeagentics.arrays import F64, I64, AnyArray, Mask
from freeagentics.errors import CorruptRecord
from freeagentics.mesa_memory.lattice import Lattice, narrowed


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """The states of all agents of a class at the end of a step.

    Attributes:
        step: of the model.
        time: of the model.
        agents: their numbers, rising, (n,).
        values: a row each, (n, C); NaN where nothing was.
    """

    step: int
    time: float
    agents: I64
    values: F64


@dataclass(slots=True)
class _Before:
    """The step before, as both sides of a page know it: agents (n,) and their levels (C, n)."""

    agents: I64
    levels: I64

    def predictions(self, agents: I64) -> tuple[I64, I64]:
        """Levels (C, n) that each agent had, and the mean of all, (C, 1)."""
        count = max(len(self.agents), 1)
        mean = (self.levels.sum(axis=1, keepdims=True) + count // 2) // count
        if np.array_equal(agents, self.agents):
            return self.levels, mean
        place = np.minimum(np.searchsorted(self.agents, agents), len(self.agents) - 1)
        return np.where(self.agents[place] == agents, self.levels[:, place], mean), mean


def encode_states(steps: Sequence[States], lattice: Lattice) -> dict[str, AnyArray]:
    """Named arrays of a page. *steps* are not empty, nor is any of them."""
    states = np.ascontiguousarray(np.concatenate([one.values for one in steps]).T)
    lattice.fit(states)
    gone = np.isnan(states)
    levels = lattice.levels(states, gone)
    origin = levels[:, :1].copy()
    before, start = _Before(steps[0].agents[:1], origin), 0
    by_last, by_mean = np.empty_like(levels), np.empty_like(levels)
    for one in steps:
        here = np.s_[:, start : start + len(one.agents)]
        own, mean = before.predictions(one.agents)
        np.copyto(levels[here], own, where=gone[here])
        np.subtract(levels[here], own, out=by_last[here])
        np.subtract(levels[here], mean, out=by_mean[here])
        before, start = _Before(one.agents, levels[here]), start + len(one.agents)
    by_mean[gone] = 0
    means = np.abs(by_mean).sum(axis=1) < np.abs(by_last).sum(axis=1)
    arrays = {
        "step": np.array([one.step for one in steps]),
        "time": np.array([one.time for one in steps]),
        "unit": lattice.unit,
        "origin": origin[:, 0],
        "means": means,
        **_membership([one.agents for one in steps]),
        **_columns(np.where(means[:, None], by_mean, by_last)),
    }
    return arrays | _missing(gone)


def decode_states(arrays: Mapping[str, AnyArray]) -> Iterator[States]:
    """The steps of a page. Raises CorruptRecord where the arrays do not belong together."""
    try:
        yield from _decoded(arrays)
    except (KeyError, IndexError, ValueError, TypeError) as error:
        raise CorruptRecord(f"page of states whose arrays do not belong together: {error}") from error


def _decoded(arrays: Mapping[str, AnyArray]) -> Iterator[States]:
    unit, origin, means = arrays["unit"], arrays["origin"], arrays["means"]
    members = list(_members(arrays))
    residual = np.stack([arrays[f"column{place}"].astype(np.int64) for place in range(len(unit))])
    if residual.shape[1] != sum(map(len, members)) or f"column{len(unit)}" in arrays:
        raise ValueError(f"{residual.shape[1]} states of {sum(map(len, members))} agents")
    gone = _gone(arrays, residual.shape)
    before, start = _Before(members[0][:1], origin[:, None]), 0
    for step, time, agents in zip(arrays["step"].tolist(), arrays["time"].tolist(), members, strict=True):
        here = np.s_[:, start : start + len(agents)]
        own, mean = before.predictions(agents)
        levels = np.where(gone[here] | ~means[:, None], own, mean) + residual[here]
        states = np.where(gone[here], np.nan, levels * np.where(unit == 0, 1.0, unit)[:, None])
        yield States(step, time, agents, np.ascontiguousarray(states.T))
        before, start = _Before(agents, levels), start + len(agents)


def _membership(steps: Sequence[I64]) -> dict[str, AnyArray]:
    """Membership: all agents of the first step, then those that came and left."""
    came = [_beyond(before, after) for before, after in pairwise(steps)]
    left = [_beyond(after, before) for before, after in pairwise(steps)]
    first = np.diff(steps[0], prepend=0)
    found: dict[str, AnyArray] = {"first": narrowed(first)}
    for name, changes in (("came", came), ("left", left)):
        found[f"{name}_count"] = narrowed(np.array([len(change) for change in changes], dtype=np.int64))
        found[name] = narrowed(np.concatenate([np.zeros(0, np.int64), *changes]))
    return found


def _beyond(these: I64, agents: I64) -> I64:
    """Those of *agents* who are not among these."""
    return agents[:0] if np.array_equal(these, agents) else np.setdiff1d(agents, these, assume_unique=True)


def _members(arrays: Mapping[str, AnyArray]) -> Iterator[I64]:
    agents = arrays["first"].astype(np.int64).cumsum()
    yield agents
    ends = {name: arrays[f"{name}_count"].astype(np.int64).cumsum() for name in ("came", "left")}
    changes = {name: np.split(arrays[name].astype(np.int64), ends[name]) for name in ends}
    for came, left in zip(changes["came"][:-1], changes["left"][:-1], strict=True):
        agents = np.union1d(np.setdiff1d(agents, left, assume_unique=True), came)
        yield agents


def _columns(residual: I64) -> dict[str, AnyArray]:
    return {f"column{place}": narrowed(column) for place, column in enumerate(residual)}


def _missing(gone: Mask) -> dict[str, AnyArray]:
    return {"missing": np.packbits(gone.T)} if gone.any() else {}


def _gone(arrays: Mapping[str, AnyArray], shape: tuple[int, int]) -> Mask:
    if "missing" not in arrays:
        return np.zeros(shape, np.bool_)
    columns, count = shape
    return np.unpackbits(arrays["missing"], count=columns * count).reshape(count, columns).astype(np.bool_).T
