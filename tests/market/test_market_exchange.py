from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from market_factories import make_orders

from freeagentics.arrays import I64
from freeagentics.errors import BadInput
from freeagentics.market import UNITS, Accounts, Orders, Terms, Units, fee_cents, notional_cents
from freeagentics.market.exchange import fill, impacted_prices, rationed
from freeagentics.market.money import LARGEST_UNITS

DESKS, ASSETS = 3, 2
FEE_PPM = 500
ROWS = st.lists(st.tuples(st.integers(0, DESKS - 1), st.integers(0, ASSETS - 1), st.integers(-20 * UNITS, 20 * UNITS)), max_size=25)
PRICES = st.tuples(*[st.integers(UNITS // 3, 900 * UNITS)] * ASSETS)


def prices_of(orders: Orders, *prices: float) -> I64:
    return np.array([round(price * UNITS) for price in prices], dtype=np.int64)[orders.asset]


def holding(quantity: int, cash_cents: int = 0) -> Accounts:
    """One desk that holds some of asset 0, and this much cash."""
    accounts = Accounts(1, 1, cash_cents)
    accounts.position[0, 0] = quantity * UNITS
    return accounts


@given(rounds=st.lists(st.tuples(ROWS, PRICES), max_size=4), charge=st.integers(0, 5000))
def test_money_and_positions_are_conserved_to_the_cent_and_never_negative(
    rounds: list[tuple[list[tuple[int, int, int]], tuple[int, ...]]], charge: int
) -> None:
    accounts = Accounts(DESKS, ASSETS, 100_000)
    spent, held = np.zeros(DESKS, dtype=np.int64), np.zeros((DESKS, ASSETS), dtype=np.int64)
    for rows, prices in rounds:
        orders = make_orders(*rows)
        fills = fill(orders, accounts, np.array(prices)[orders.asset], FEE_PPM)
        np.add.at(spent, fills.desk, np.sign(fills.quantity) * fills.notional)
        np.add.at(held, (fills.desk, fills.asset), fills.quantity)
        accounts.charge(np.arange(DESKS, dtype=np.int32), np.full(DESKS, charge))
        assert (accounts.cash + spent + accounts.fees + accounts.data_costs == accounts.initial).all()
        assert np.array_equal(accounts.position, held)
        assert min(accounts.cash.min(), accounts.position.min(), accounts.cost.min()) >= 0
        assert (accounts.cost[accounts.position == 0] == 0).all()


@given(rows=ROWS, prices=PRICES)
def test_filling_all_at_once_is_filling_one_after_the_other(rows: list[tuple[int, int, int]], prices: tuple[int, ...]) -> None:
    together, apart = (Accounts(DESKS, ASSETS, 100_000) for _ in range(2))
    for accounts in (together, apart):
        fill(make_orders(*[(desk, asset, 2 * UNITS) for desk in range(DESKS) for asset in range(ASSETS)]), accounts, np.full(6, UNITS), 0)
    orders = make_orders(*rows)
    by_order = np.array(prices)[orders.asset]
    fills = fill(orders, together, by_order, FEE_PPM)
    one_by_one = [fill(orders.take(np.array([row])), apart, by_order[[row]], FEE_PPM) for row in range(len(orders))]
    expected = fills.concatenate(one_by_one)
    assert all(np.array_equal(getattr(fills, name), column) for name, column in expected.arrays().items())
    assert all(np.array_equal(together.state()[name], array) for name, array in apart.state().items())


def test_a_sell_beyond_the_position_is_cut() -> None:
    accounts = holding(3)
    orders = make_orders((0, 0, -5 * UNITS))
    fills = fill(orders, accounts, prices_of(orders, 100), 0)
    assert fills.quantity.tolist() == [-3 * UNITS]
    assert (accounts.cash.tolist(), accounts.position.tolist()) == ([30_000], [[0]])


def test_a_buy_beyond_free_cash_is_cut_to_what_it_pays_for_with_its_fee() -> None:
    accounts = Accounts(1, 1, 100_000)
    orders = make_orders((0, 0, 50 * UNITS))
    fills = fill(orders, accounts, prices_of(orders, 100), FEE_PPM)
    assert 9.99 * UNITS < fills.quantity[0] < 10 * UNITS
    assert fills.fee.tolist() == fee_cents(fills.notional, FEE_PPM).tolist()
    assert 0 <= accounts.cash[0] <= 1


def test_orders_are_cut_in_the_order_in_which_they_stand() -> None:
    orders = make_orders((0, 0, 7 * UNITS), (1, 0, 2 * UNITS), (0, 0, 7 * UNITS), (0, 0, 7 * UNITS))
    fills = fill(orders, Accounts(2, 1, 100_000), prices_of(orders, 100), 0)
    assert fills.agent.tolist() == [0, 1, 2]
    assert fills.quantity.tolist() == [7 * UNITS, 2 * UNITS, 3 * UNITS]


def test_a_sell_pays_for_a_later_buy_but_not_for_an_earlier_one() -> None:
    buy, sell = (0, 0, 2 * UNITS), (0, 0, -2 * UNITS)
    for rows, expected in (((sell, buy), [-2 * UNITS, 2 * UNITS]), ((buy, sell), [-2 * UNITS])):
        orders = make_orders(*rows)
        assert fill(orders, holding(2), prices_of(orders, 100), 0).quantity.tolist() == expected


def test_dust_that_would_cost_no_cent_is_not_sold_to_anyone() -> None:
    orders = make_orders((0, 0, 4))
    assert len(fill(orders, Accounts(1, 1, 100_000), prices_of(orders, 100), 0)) == 0


def test_no_orders_give_no_fills() -> None:
    assert len(fill(Orders.empty(), Accounts(1, 1, 0), np.zeros(0, dtype=np.int64), 0)) == 0


def impact_of(*rows: tuple[int, int, int], volume: float = 100.0, bps: float = 10.0, shared: bool = False) -> list[float]:
    terms = Terms(impact_bps=bps, shared_impact=shared)
    prices = impacted_prices(make_orders(*rows), 2, np.array([1000.0]), np.array([volume]), Units.usual(1), terms)
    return [float(price) / UNITS for price in prices]


def test_impact_is_the_square_root_of_the_share_of_volume() -> None:
    assert impact_of((0, 0, 100 * UNITS)) == [pytest.approx(1001.0)]
    assert impact_of((0, 0, 25 * UNITS)) == [pytest.approx(1000.5)]
    assert impact_of((0, 0, -25 * UNITS)) == [pytest.approx(999.5)]


def test_impact_comes_from_the_desks_own_net_flow_alone() -> None:
    prices = impact_of((0, 0, 30 * UNITS), (1, 0, 25 * UNITS), (0, 0, -30 * UNITS), (1, 0, 0))
    assert prices == [1000.0, pytest.approx(1000.5), 1000.0, pytest.approx(1000.5)]


def test_shared_impact_comes_from_what_all_desks_want_together() -> None:
    assert impact_of((0, 0, 30 * UNITS), (1, 0, -5 * UNITS), shared=True) == [pytest.approx(1000.5)] * 2
    assert impact_of((0, 0, 30 * UNITS), (1, 0, -30 * UNITS), shared=True) == [1000.0] * 2


def test_shared_impact_of_orders_that_pass_64_bits_together_is_exact() -> None:
    most = int(LARGEST_UNITS)
    assert impact_of((0, 0, most), (1, 0, most), (0, 0, -most), (1, 0, 100 * UNITS - most), shared=True) == [pytest.approx(1001.0)] * 4


def rationed_to(share: float, *rows: tuple[int, int, int], volume: float = 100.0) -> list[int]:
    return rationed(make_orders(*rows), np.full(ASSETS, volume), Units.usual(ASSETS), Terms(max_participation=share)).quantity.tolist()


def test_without_a_cap_orders_stay_as_they_are() -> None:
    assert rationed_to(0.0, (0, 0, 10**6 * UNITS), volume=0.0) == [10**6 * UNITS]


def test_orders_of_all_desks_are_cut_in_proportion_to_a_share_of_the_volume() -> None:
    rows = (0, 0, 30 * UNITS), (1, 0, -10 * UNITS), (2, 0, 10 * UNITS), (0, 1, 9 * UNITS)
    assert rationed_to(0.1, *rows) == [6 * UNITS, -2 * UNITS, 2 * UNITS, 9 * UNITS]
    assert rationed_to(0.1, *rows, volume=0.0) == [0, 0, 0, 0]


WANTED = st.lists(
    st.tuples(st.integers(0, DESKS - 1), st.integers(0, ASSETS - 1), st.integers(-int(LARGEST_UNITS), int(LARGEST_UNITS))), max_size=25
)


@given(rows=WANTED, share=st.floats(0.001, 1), volume=st.floats(0, 1e9), data=st.data())
def test_what_is_filled_under_a_cap_is_exact_and_depends_on_no_order_of_arrival(
    rows: list[tuple[int, int, int]], share: float, volume: float, data: st.DataObject
) -> None:
    cut = rationed_to(share, *rows, volume=volume)
    for asset in range(ASSETS):
        mine = [(quantity, left) for (_, of, quantity), left in zip(rows, cut, strict=True) if of == asset]
        wanted, allowed = sum(abs(quantity) for quantity, _ in mine), int(share * volume * UNITS)
        if wanted <= allowed:
            assert all(quantity == left for quantity, left in mine)
        else:
            assert all(abs(left) == abs(quantity) * allowed // wanted and left * quantity >= 0 for quantity, left in mine)
            assert allowed - len(mine) < sum(abs(left) for _, left in mine) <= allowed
    order = data.draw(st.permutations(range(len(rows))))
    assert rationed_to(share, *(rows[place] for place in order), volume=volume) == [cut[place] for place in order]


@pytest.mark.parametrize("volume", [0.0, 1e-9])
def test_impact_is_two_per_cent_at_most(volume: float) -> None:
    assert impact_of((0, 0, 30 * UNITS), (1, 0, -UNITS), volume=volume, bps=1000) == [1020.0, 980.0]


def test_without_impact_the_open_is_the_price() -> None:
    assert impact_of((0, 0, 30 * UNITS), volume=0.0, bps=0.0) == [1000.0]


def test_notional_of_a_fill_is_its_quantity_at_its_price() -> None:
    orders = make_orders((0, 0, 7), (0, 0, 3 * UNITS))
    fills = fill(orders, Accounts(1, 1, 10**9), prices_of(orders, 40_000.12345678), 0)
    assert fills.notional.tolist() == notional_cents(fills.price, fills.quantity).tolist()


def test_orders_of_unequal_length_or_of_fractions_are_refused() -> None:
    three, two = np.arange(3, dtype=np.int32), np.arange(2, dtype=np.int32)
    with pytest.raises(BadInput, match="asset is int32"):
        Orders(three, three, two, three.astype(np.int64))
    halves: Any = two * 0.5
    with pytest.raises(BadInput, match="whole numbers"):
        Orders(two, two, two, halves)
