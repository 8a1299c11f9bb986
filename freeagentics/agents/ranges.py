"""Spans: the range of a setting from which each agent of a role draws its own value.

A user's role uses them as types of its settings. A scenario then gives two numbers, and each agent finds its own between them in
`self.settings`, under the same name:

    class MineSettings(BaseModel):
        share: RateSpan = (0.1, 0.3)
        bars: CountSpan = (12, 48)
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import AfterValidator, BaseModel, Field

from freeagentics.arrays import AnyArray

Rate = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


def _rising(span: tuple[float, float]) -> tuple[float, float]:
    if span[0] > span[1]:
        raise ValueError(f"a range goes from its lower to its higher end, it is {list(span)}")
    return span


RateSpan = Annotated[tuple[Rate, Rate], AfterValidator(_rising)]
"""From a rate to a rate that is not lower, both in 0..1."""

PositiveSpan = Annotated[tuple[Positive, Positive], AfterValidator(_rising)]
"""From a number above 0 to one that is not lower."""

Span = Annotated[tuple[NotNegative, NotNegative], AfterValidator(_rising)]
"""From 0 or a number above it to one that is not lower."""

RealSpan = Annotated[tuple[Finite, Finite], AfterValidator(_rising)]
"""From a number to one that is not lower."""

CountSpan = Annotated[tuple[int, int], AfterValidator(_rising)]
"""From a whole number to one that is not lower; what is drawn is whole, and may be either of them."""


def spans(settings: BaseModel) -> dict[str, tuple[float, float]]:
    """Settings that are spans, by name."""
    fields = type(settings).model_fields
    return {name: getattr(settings, name) for name, field in fields.items() if AfterValidator(_rising) in field.metadata}


def draw(span: tuple[float, float], random: np.random.Generator, count: int) -> AnyArray:
    """So many values, (count,), spread evenly over a span; whole numbers where its ends are."""
    low, high = span
    if isinstance(low, int) and isinstance(high, int):
        return random.integers(low, high, count, endpoint=True)
    return random.uniform(low, high, count)
