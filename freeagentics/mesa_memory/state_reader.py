"""Reading agents: the state of many as one matrix."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import accumulate
from operator import attrgetter, itemgetter
from typing import Any

import numpy as np

from freeagentics.arrays import F64
from freeagentics.errors import BadInput
from freeagentics.mesa_memory.feature import VECTOR, Feature

State = Sequence[str] | Callable[[Any], Mapping[str, Any]]
"""Names of attributes, dotted ones too; or a function from an agent to its state by name."""


class StateReader:
    """Reads the state of agents of one class; what features there are it learns from the first of them.

    Args:
        state: names or a function.
        where: the class, for errors.

    Attributes:
        features: in the order of their columns; empty until an agent was read.
        places: columns of each.

    Raises:
        BadInput: *state* is neither, or names nothing.
    """

    def __init__(self, state: State, where: str) -> None:
        if isinstance(state, str) or not (callable(state) or (isinstance(state, Sequence) and all(isinstance(one, str) for one in state))):
            raise BadInput(f"state={state!r}: give names of attributes, e.g. ['wealth', 'cell'], or a function that returns a dict")
        if not callable(state) and (not state or len(set(state)) < len(state)):
            raise BadInput(f"state={state!r}: give one name or more, each once")
        self.state = state if callable(state) else tuple(state)
        self.features: tuple[Feature, ...] = ()
        self.places: tuple[slice, ...] = ()
        self._names: tuple[str, ...] = () if callable(state) else tuple(state)
        self._where = where

    @property
    def width(self) -> int:
        """Columns of all features together."""
        return sum(feature.width for feature in self.features)

    def read(self, agents: Sequence[Any]) -> F64:
        """The state of agents, (n, width); None becomes NaN. Raises BadInput for an agent without it, or of another kind."""
        if callable(self.state):
            return self.matrix([self.snapshot(agent) for agent in agents])
        if not self.features:
            self._learn([self._raw(agent) for agent in agents])
        try:
            return self._filled(len(agents), [partial(map, attrgetter(name), agents) for name in self.state])
        except AttributeError:
            return self.matrix([self._raw(agent) for agent in agents])

    def matrix(self, snapshots: Sequence[tuple[Any, ...]]) -> F64:
        """The states of snapshots, (n, width)."""
        if not self.features:
            self._learn(snapshots)
        return self._filled(len(snapshots), [partial(map, itemgetter(place), snapshots) for place in range(len(self.features))])

    def snapshot(self, agent: Any) -> tuple[Any, ...]:
        """The values of an agent now, which it may change afterwards."""
        if not self.features:
            self._learn([self._raw(agent)])
        raw = self._raw(agent)
        # A position in a cell is as fixed as a number; a vector may be a list that the agent goes on writing to.
        return tuple(_still(feature, value) for feature, value in zip(self.features, raw, strict=True))

    def adopt(self, features: Sequence[Feature]) -> None:
        """Have these features."""
        ends = accumulate(feature.width for feature in features)
        self.features = tuple(features)
        self.places = tuple(slice(end - feature.width, end) for feature, end in zip(features, ends, strict=True))
        self._names = tuple(feature.name for feature in features)

    def columns(self, values: Mapping[str, Any]) -> F64:
        """A state of which only some features are given, (width,), with NaN for the others. Raises BadInput for a name that is none."""
        found = np.full(self.width, np.nan)
        known = {feature.name: (feature, place) for feature, place in zip(self.features, self.places, strict=True)}
        for name, value in values.items():
            if name not in known:
                raise BadInput(f"like={{'{name}': …}}: {self._where} remembers {', '.join(known)}")
            feature, place = known[name]
            feature.fill(found[None, place], partial(iter, [value]))
        return found

    def values(self, columns: F64) -> dict[str, Any]:
        """The state that columns (width,) stand for."""
        return {feature.name: feature.value(columns[place]) for feature, place in zip(self.features, self.places, strict=True)}

    def _raw(self, agent: Any) -> tuple[Any, ...]:
        if callable(self.state):
            return self._returned(self.state(agent))
        return tuple(self._attribute(agent, name) for name in self.state)

    def _returned(self, found: object) -> tuple[Any, ...]:
        if not isinstance(found, Mapping) or not found or (self._names and tuple(found) != self._names):
            wanted = f"with {', '.join(self._names)}" if self._names else "by name, e.g. {'wealth': agent.wealth}"
            raise BadInput(f"the state function of {self._where} returned {found!r}: it is to return a dict {wanted}")
        self._names = tuple(found)
        return tuple(found.values())

    def _attribute(self, agent: Any, name: str) -> Any:
        try:
            return attrgetter(name)(agent)
        except AttributeError as error:
            message = f"{type(agent).__name__} {agent.unique_id} has no '{name}'; say which class has what: state={{SomeAgent: ['{name}']}}"
            raise BadInput(message) from error

    def _learn(self, rows: Sequence[tuple[Any, ...]]) -> None:
        known = (next((value for value in column if value is not None), None) for column in zip(*rows, strict=True))
        self.adopt([Feature.of(name, value) for name, value in zip(self._names, known, strict=True)])

    def _filled(self, count: int, sources: Sequence[Callable[[], Any]]) -> F64:
        found = np.empty((count, self.width))
        for feature, place, values in zip(self.features, self.places, sources, strict=True):
            feature.fill(found[:, place], values)
        return found


def _still(feature: Feature, value: Any) -> Any:
    return tuple(value) if feature.kind == VECTOR and value is not None else value
