from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from freeagentics.agents.ranges import PositiveSpan, RateSpan, Span

KINDS = {"rates": TypeAdapter(RateSpan), "positive": TypeAdapter(PositiveSpan), "not negative": TypeAdapter(Span)}


@pytest.mark.parametrize("kind", KINDS)
@given(ends=st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)))
def test_a_range_goes_from_one_end_to_another_that_is_not_lower(kind: str, ends: tuple[float, float]) -> None:
    low, high = sorted(ends)
    assert KINDS[kind].validate_python([low, high]) == (low, high)
    assert KINDS[kind].validate_python([low, low]) == (low, low)
    if low < high:
        with pytest.raises(ValidationError, match="from its lower to its higher end"):
            KINDS[kind].validate_python([high, low])


@pytest.mark.parametrize(
    ("kind", "least", "beyond"),
    [("rates", 0.0, -1e-9), ("rates", 1.0, 1 + 1e-9), ("positive", 1e-9, 0.0), ("not negative", 0.0, -1e-9)],
)
def test_ends_stay_within_what_the_kind_allows(kind: str, least: float, beyond: float) -> None:
    assert KINDS[kind].validate_python([least, least]) == (least, least)
    with pytest.raises(ValidationError):
        KINDS[kind].validate_python([beyond, beyond])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("end", [float("inf"), float("nan")])
def test_ends_are_finite(kind: str, end: float) -> None:
    with pytest.raises(ValidationError):
        KINDS[kind].validate_python([0.5, end])
