"""Spans: the range of a setting from which each agent of a role draws its own value."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

Rate = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def _rising(span: tuple[float, float]) -> tuple[float, float]:
    if span[0] > span[1]:
        raise ValueError(f"a range goes from its lower to its higher end, it is {list(span)}")
    return span


Share = Annotated[float, Field(ge=-100, le=100)]

ShareSpan = Annotated[tuple[Share, Share], AfterValidator(_rising)]
"""From a share of equity to one that is not lower; below 0 is sold short, above 1 is partly borrowed."""

RateSpan = Annotated[tuple[Rate, Rate], AfterValidator(_rising)]
"""From a rate to a rate that is not lower, both in 0..1."""

PositiveSpan = Annotated[tuple[Positive, Positive], AfterValidator(_rising)]
"""From a number above 0 to one that is not lower."""

Span = Annotated[tuple[NotNegative, NotNegative], AfterValidator(_rising)]
"""From 0 or a number above it to one that is not lower."""
