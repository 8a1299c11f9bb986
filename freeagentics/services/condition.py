"""A condition: a threshold on one feature, perhaps in one context only, or a context by itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.services.evidence import Column, Evidence
from freeagentics.services.record import PlainData


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

    def met(self, evidence: Evidence) -> Column:
        """Mask (N,) of the rows that meet it."""
        mask = self._in_context(evidence)
        if not self.feature:
            return mask
        values = evidence.features[self.feature]
        return mask & (values >= self.threshold if self.above else values <= self.threshold)

    def missed(self, evidence: Evidence) -> Column:
        """Mask (N,) of the rows that it is held against: those of its context that do not meet its threshold, and where it has no
        threshold those of other contexts; so what a context does by itself is not put down to a threshold."""
        return ~self.met(evidence) & (self._in_context(evidence) if self.feature else np.ones(len(evidence), bool))

    def is_about(self, evidence: Evidence) -> bool:
        """True where the evidence has its feature and its context."""
        known = not self.feature or self.feature in evidence.features
        return known and (self.context is None or self.context[0] in evidence.contexts)

    def _in_context(self, evidence: Evidence) -> Column:
        if self.context is None:
            return np.ones(len(evidence), bool)
        mask: Column = evidence.contexts[self.context[0]] == self.context[1]
        return mask

    def to_data(self) -> PlainData:
        """The condition as plain data, by the plan's names: ``FEATURE_min`` or ``FEATURE_max``, and ``context``."""
        bound = {f"{self.feature}_{'min' if self.above else 'max'}": self.threshold} if self.feature else {}
        return bound if self.context is None else bound | {"context": list(self.context)}

    @classmethod
    def of_data(cls, data: PlainData) -> Condition:
        """Inverse of `to_data`."""
        given = data.get("context")
        context = None if given is None else (given[0], given[1])
        for bound in data.keys() - {"context"}:
            return cls(bound[:-4], data[bound], bound.endswith("_min"), context)
        return cls("", context=context)
