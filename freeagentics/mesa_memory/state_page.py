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
    """The step before, as both sides of a page know it."""

    agents: I64
    levels: I64

    def predictions(self, agents: I64) -> tuple[I64, I64]:
        """Levels (n, C) that each agent had, and the mean of all, (C,)."""
        count = max(len(self.levels), 1)
        mean = (self.levels.cumsum(axis=0)[-1] + count // 2) // count
        if np.array_equal(agents, self.agents):
            return self.levels, mean
        place = np.minimum(np.searchsorted(self.agents, agents), len(self.agents) - 1)
        known = self.agents[place] == agents
        return np.where(known[:, None], self.levels[place], mean), mean


def encode_states(steps: Sequence[States], lattice: Lattice) -> dict[str, AnyArray]:
    """Named arrays of a page. *steps* are not empty, nor is any of them."""
    lattice.fit(np.concatenate([one.values for one in steps]))
    origin = lattice.levels(steps[0].values[:1])[0]
    before = _Before(steps[0].agents[:1], origin[None])
    left: tuple[list[I64], list[I64]] = ([], [])
    missing = []
    for one in steps:
        own, mean = before.predictions(one.agents)
        gone = np.isnan(one.values)
        levels = np.where(gone, own, lattice.levels(one.values))
        left[0].append(levels - own)
        left[1].append(np.where(gone, 0, levels - mean))
        missing.append(gone)
        before = _Before(one.agents, levels)
    by_last, by_mean = np.concatenate(left[0]), np.concatenate(left[1])
    means = np.abs(by_mean).cumsum(axis=0)[-1] < np.abs(by_last).cumsum(axis=0)[-1]
    arrays = {
        "step": np.array([one.step for one in steps]),
        "time": np.array([one.time for one in steps]),
        "unit": lattice.unit,
        "origin": origin,
        "means": means,
        **_membership([one.agents for one in steps]),
        **_columns(np.where(means, by_mean, by_last)),
    }
    return arrays | _missing(np.concatenate(missing))


def decode_states(arrays: Mapping[str, AnyArray]) -> Iterator[States]:
    """The steps of a page. Raises CorruptRecord where the arrays do not belong together."""
    try:
        yield from _decoded(arrays)
    except (KeyError, IndexError, ValueError, TypeError) as error:
        raise CorruptRecord(f"page of states whose arrays do not belong together: {error}") from error


def _decoded(arrays: Mapping[str, AnyArray]) -> Iterator[States]:
    unit, origin, means = arrays["unit"], arrays["origin"], arrays["means"]
    members = list(_members(arrays))
    residual = np.stack([arrays[f"column{place}"].astype(np.int64) for place in range(len(unit))], axis=1)
    if len(residual) != sum(map(len, members)) or f"column{len(unit)}" in arrays:
        raise ValueError(f"{len(residual)} states of {sum(map(len, members))} agents")
    gone = _gone(arrays, residual.shape)
    before, at = _Before(members[0][:1], origin[None]), 0
    for step, time, agents in zip(arrays["step"].tolist(), arrays["time"].tolist(), members, strict=True):
        part = slice(at, at + len(agents))
        at += len(agents)
        own, mean = before.predictions(agents)
        levels = np.where(gone[part] | ~means, own, mean) + residual[part]
        yield States(step, time, agents, np.where(gone[part], np.nan, levels * np.where(unit == 0, 1.0, unit)))
        before = _Before(agents, levels)


def _membership(steps: Sequence[I64]) -> dict[str, AnyArray]:
    """Membership: all agents of the first step, then those that came and left."""
    came = [np.setdiff1d(after, before, assume_unique=True) for before, after in pairwise(steps)]
    left = [np.setdiff1d(before, after, assume_unique=True) for before, after in pairwise(steps)]
    first = np.diff(steps[0], prepend=0)
    found: dict[str, AnyArray] = {"first": narrowed(first)}
    for name, changes in (("came", came), ("left", left)):
        found[f"{name}_count"] = narrowed(np.array([len(change) for change in changes], dtype=np.int64))
        found[name] = narrowed(np.concatenate([np.zeros(0, np.int64), *changes]))
    return found


def _members(arrays: Mapping[str, AnyArray]) -> Iterator[I64]:
    agents = arrays["first"].astype(np.int64).cumsum()
    yield agents
    ends = {name: arrays[f"{name}_count"].astype(np.int64).cumsum() for name in ("came", "left")}
    changes = {name: np.split(arrays[name].astype(np.int64), ends[name]) for name in ends}
    for came, left in zip(changes["came"][:-1], changes["left"][:-1], strict=True):
        agents = np.union1d(np.setdiff1d(agents, left, assume_unique=True), came)
        yield agents


def _columns(residual: I64) -> dict[str, AnyArray]:
    return {f"column{place}": narrowed(column) for place, column in enumerate(residual.T)}


def _missing(gone: Mask) -> dict[str, AnyArray]:
    return {"missing": np.packbits(gone)} if gone.any() else {}


def _gone(arrays: Mapping[str, AnyArray], shape: tuple[int, ...]) -> Mask:
    if "missing" not in arrays:
        return np.zeros(shape, np.bool_)
    return np.unpackbits(arrays["missing"], count=shape[0] * shape[1]).reshape(shape).astype(np.bool_)
