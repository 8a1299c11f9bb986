from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.errors import BadInput
from freeagentics.market import UNITS, fee_cents, notional_cents, to_price, to_quantity
from freeagentics.market.money import affordable_quantity

PRICES = st.integers(1, 10**7 * UNITS)
QUANTITIES = st.integers(-(10**9) * UNITS, 10**9 * UNITS)
FEES = st.integers(0, 1_000_000)
INT64 = st.integers(-(2**63), 2**63 - 1)


def array(value: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.array([value], dtype=np.int64)


def exact_cents(price: int, quantity: int) -> int:
    size, rest = divmod(abs(price * quantity), 10**14)
    rounded = size + (2 * rest >= 10**14)
    return rounded if price * quantity >= 0 else -rounded


@given(price=PRICES, quantity=QUANTITIES)
def test_notional_is_the_exact_product_rounded_once(price: int, quantity: int) -> None:
    assert notional_cents(array(price), array(quantity)).tolist() == [exact_cents(price, quantity)]


@given(price=st.integers(0, 2**63 - 1), quantity=INT64)
def test_notional_is_exact_or_refused_over_all_of_int64(price: int, quantity: int) -> None:
    size = abs(price * quantity) / 10**14
    if size < 3.9e18:
        assert notional_cents(array(price), array(quantity)).tolist() == [exact_cents(price, quantity)]
    elif size > 4.1e18:
        with pytest.raises(BadInput, match="4e[+]16 USD"):
            notional_cents(array(price), array(quantity))


@pytest.mark.parametrize("sign", [1, -1])
def test_half_a_cent_is_rounded_away_from_zero(sign: int) -> None:
    assert notional_cents(array(UNITS), array(sign * UNITS // 200)).tolist() == [sign]
    assert notional_cents(array(UNITS), array(sign * (UNITS // 200 - 1))).tolist() == [0]


@given(notional=st.integers(0, 9 * 10**18), fee_ppm=FEES)
def test_a_fee_is_rounded_half_up(notional: int, fee_ppm: int) -> None:
    fee = int(fee_cents(array(notional), fee_ppm)[0])
    assert fee == (notional * fee_ppm + 500_000) // 1_000_000
    assert 0 <= fee <= notional


@given(cash=st.integers(0, 10**16), price=PRICES, fee_ppm=FEES)
def test_what_is_affordable_is_paid_for_and_almost_nothing_more_would_be(cash: int, price: int, fee_ppm: int) -> None:
    quantity = int(affordable_quantity(array(cash), array(price), fee_ppm)[0])

    def cost(units: int) -> int:
        notional = exact_cents(price, units)
        return notional + (notional * fee_ppm + 500_000) // 1_000_000

    assert quantity >= 0
    assert cost(quantity) <= cash
    cent = 10**14 // price + 1
    if quantity < 8 * 10**18:
        assert cost(quantity + cent + quantity // 10**14 + 1) > cash


def test_cash_for_exactly_one_unit_buys_one_unit() -> None:
    assert affordable_quantity(array(4_000_000), array(40_000 * UNITS), 0)[0] == UNITS


@given(price=st.floats(1e-8, 1e7))
def test_a_price_is_rounded_to_the_nearest_unit(price: float) -> None:
    assert abs(Fraction(int(to_price(price))) - Fraction(price) * UNITS) <= Fraction(1, 2) + Fraction(price) * UNITS / 2**52


def test_a_quantity_is_cut_towards_zero() -> None:
    assert to_quantity([1.999999999, -1.999999999, 0.0]).tolist() == [199_999_999, -199_999_999, 0]


@pytest.mark.parametrize("price", [0.0, -1.0, 1e-9, np.nan, np.inf, 1e12])
def test_a_price_that_is_none_is_refused(price: float) -> None:
    with pytest.raises(BadInput, match="is no price"):
        to_price([1.0, price])


@pytest.mark.parametrize("quantity", [np.nan, np.inf, -np.inf])
def test_a_quantity_that_is_not_finite_is_refused(quantity: float) -> None:
    with pytest.raises(BadInput, match="is no quantity"):
        to_quantity([1.0, quantity])


def test_a_quantity_beyond_what_can_be_counted_is_cut_to_that() -> None:
    assert to_quantity([1e12, -1e300]).tolist() == [9 * 10**18, -9 * 10**18]
