"""A condition that a situation may meet: a threshold on one feature, perhaps in one context only, or a context by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from freeagentics.arrays import AnyArray

LEAST, MOST = "_min", "_max"
"""Ends of the names of thresholds in plain data, of a floor and of a ceiling."""


class Situations(Protocol):
    """Situations, a row each: numbers (..., N) by name of the feature, and texts (N,) by name of the context."""

    @property
    def features(self) -> Mapping[str, AnyArray]:
        """Numbers of each feature."""

    @property
    def contexts(self) -> Mapping[str, AnyArray]:
        """Texts of each context."""

    def __len__(self) -> int:
        """Number of rows."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that a situation may meet.

    Attributes:
        feature: its name; empty for a context by itself.
        threshold: the smallest value that meets it, or the largest where it is a ceiling.
        above: it is a floor.
        context: (name, value) of the context that it is about; None for any.
    """

    feature: str
    threshold: float = 0.0
    above: bool = True
    context: tuple[str, str] | None = None

    def __str__(self) -> str:
        where = "" if self.context is None else f"{self.context[0]} is {self.context[1]}"
        bound = f"{self.feature} {'>=' if self.above else '<='} {self.threshold:g}" if self.feature else ""
        return " where ".join(part for part in (bound, where) if part)

    @property
    def name(self) -> str:
        """All of it but the threshold, which moves as evidence grows: the id of its pattern."""
        where = "" if self.context is None else f"@{self.context[0]}={self.context[1]}"
        return f"{self.feature}-{'min' if self.above else 'max'}{where}" if self.feature else where

    def met(self, situations: Situations) -> AnyArray:
        """Mask of the rows that meet it, of the shape of its feature."""
        mask = self._in_context(situations)
        if not self.feature:
            return mask
        values = situations.features[self.feature]
        return mask & (values >= self.threshold if self.above else values <= self.threshold)

    def missed(self, situations: Situations) -> AnyArray:
        """Mask of the rows that it is held against: those of its context that do not meet its threshold, and where it has no
        threshold those of other contexts; so what a context does by itself is not put down to a threshold."""
        return ~self.met(situations) & (self._in_context(situations) if self.feature else np.ones(len(situations), bool))

    def is_about(self, situations: Situations) -> bool:
        """True where there are its feature and its context."""
        known = not self.feature or self.feature in situations.features
        return known and (self.context is None or self.context[0] in situations.contexts)

    def _in_context(self, situations: Situations) -> AnyArray:
        if self.context is None:
            return np.ones(len(situations), bool)
        mask: AnyArray = situations.contexts[self.context[0]] == self.context[1]
        return mask

    def to_data(self) -> dict[str, Any]:
        """The condition as plain data, by the plan's names: ``FEATURE_min`` or ``FEATURE_max``, and ``context``."""
        bound = {f"{self.feature}{LEAST if self.above else MOST}": self.threshold} if self.feature else {}
        return bound if self.context is None else bound | {"context": list(self.context)}

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Condition:
        """Inverse of `to_data`. Raises ValueError for anything else."""
        context, bounds = data.get("context"), [name for name in data if name != "context"]
        if context is not None and not (isinstance(context, list | tuple) and [type(part) for part in context] == [str, str]):
            raise ValueError(f'context must be a name and a value, e.g. ["trend", "rising"]; it is {context!r}')
        where = None if context is None else (context[0], context[1])
        if not bounds and where:
            return cls("", context=where)
        if len(bounds) != 1 or not bounds[0].endswith((LEAST, MOST)):
            raise ValueError(
                f"give one threshold, FEATURE{LEAST} or FEATURE{MOST}, or a context; there is {', '.join(bounds) or 'nothing'}"
            )
        bound = data[bounds[0]]
        if isinstance(bound, bool) or not isinstance(bound, int | float) or not np.isfinite(bound):
            raise ValueError(f"{bounds[0]} must be a finite number; it is {bound!r}")
        return cls(bounds[0][: -len(LEAST)], float(bound), bounds[0].endswith(LEAST), where)
