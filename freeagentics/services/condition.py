"""A condition: a threshold on one feature, perhaps in one context only."""

from __future__ import annotations

from dataclasses import dataclass

from freeagentics.services.evidence import Column, Evidence
from freeagentics.services.record import PlainData


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that a situation may meet.

    Attributes:
        feature: its name.
        threshold: the smallest value that meets it, or the largest where it is a ceiling.
        above: it is a floor.
        context: (name, value) of the context that it is about; None for any.
    """

    feature: str
    threshold: float
    above: bool = True
    context: tuple[str, str] | None = None

    def __str__(self) -> str:
        where = "" if self.context is None else f" where {self.context[0]} is {self.context[1]}"
        return f"{self.feature} {'>=' if self.above else '<='} {self.threshold:g}{where}"

    @property
    def name(self) -> str:
        """All of it but the threshold, which moves as evidence grows: the id of its pattern."""
        where = "" if self.context is None else f"@{self.context[0]}={self.context[1]}"
        return f"{self.feature}-{'min' if self.above else 'max'}{where}"

    def met(self, evidence: Evidence) -> Column:
        """Mask (N,) of the rows that meet it."""
        values = evidence.features[self.feature]
        mask: Column = values >= self.threshold if self.above else values <= self.threshold
        return mask if self.context is None else mask & (evidence.contexts[self.context[0]] == self.context[1])

    def to_data(self) -> PlainData:
        """The condition as plain data, by the plan's names: ``FEATURE_min`` or ``FEATURE_max``, and ``context``."""
        bound = {f"{self.feature}_{'min' if self.above else 'max'}": self.threshold}
        return bound if self.context is None else bound | {"context": list(self.context)}

    @classmethod
    def of_data(cls, data: PlainData) -> Condition:
        """Inverse of `to_data`."""
        (bound,) = (name for name in data if name != "context")
        context = data.get("context")
        return cls(bound[:-4], data[bound], bound.endswith("_min"), None if context is None else (context[0], context[1]))
