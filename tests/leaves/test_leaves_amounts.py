from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeagentics import amounts


@pytest.mark.parametrize(
    ("value", "reads"),
    [
        (41_234.5, "41,234.50"),
        (10.0, "10.00"),
        (0.5, "0.5000"),
        (0.00000977, "0.00000977"),
        (8.2e-7, "0.00000082"),
        (1.23456789e-10, "0.000000000123457"),
        (0.0, "0.0000"),
        (float("nan"), "nan"),
    ],
)
def test_a_price_reads_in_full(value: float, reads: str) -> None:
    assert amounts.price(value) == reads


@given(value=st.floats(1e-12, 1e9))
def test_a_price_as_written_is_the_price_to_a_part_in_a_thousand(value: float) -> None:
    text = amounts.price(value)
    assert "e" not in text
    assert float(text.replace(",", "")) == pytest.approx(value, rel=1e-3)


@pytest.mark.parametrize(("value", "reads"), [(106_249.4, "106,249"), (-99.994, "-99.99"), (0.004, "0.00"), (1.5, "1.50"), (0.0, "0")])
def test_money_reads_whole_where_cents_are_nothing(value: float, reads: str) -> None:
    assert amounts.money(value) == reads


@pytest.mark.parametrize(
    ("value", "digits", "reads"),
    [
        (121_951_219_512.75, 8, "121,951,219,513"),
        (0.5, 8, "0.5"),
        (1234.56789, 8, "1,234.5679"),
        (1e-9, 4, "0.000000001"),
        (100.0, 4, "100"),
        (0.0, 4, "0"),
    ],
)
def test_a_quantity_reads_in_full(value: float, digits: int, reads: str) -> None:
    assert amounts.quantity(value, digits) == reads


@given(first=st.floats(0, 1e6), distance=st.floats(1e-12, 1e6))
def test_numbers_apart_are_told_apart(first: float, distance: float) -> None:
    decimals = amounts.decimals_apart(distance)
    if first + distance - first > distance / 2:
        assert f"{first:.{decimals}f}" != f"{first + distance:.{decimals}f}"
