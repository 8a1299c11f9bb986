from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.errors import BadInput, CorruptRecord
from freeagentics.market import UNITS, Accounts, Fills, notional_cents

CHARGES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 700)), max_size=30)


def one_fill(quantity: int, price: int, *, fee: int = 0, desk: int = 0) -> Fills:
    none, whose = np.zeros(1, dtype=np.int32), np.array([desk], dtype=np.int32)
    units, at = np.array([quantity * UNITS]), np.array([price * UNITS])
    return Fills(none, whose, none, units, at, np.abs(notional_cents(at, units)), np.array([fee]))


@given(charges=CHARGES)
def test_charges_are_taken_in_order_and_cut_to_the_cash_left(charges: list[tuple[int, int]]) -> None:
    accounts = Accounts(4, 1, 1000)
    cash = [1000] * 4
    expected = []
    for desk, cents in charges:
        expected.append(min(cents, cash[desk]))
        cash[desk] -= expected[-1]
    desks, cents_wanted = np.array(charges, dtype=np.int64).reshape(-1, 2).T
    assert accounts.charge(desks.astype(np.int32), cents_wanted).tolist() == expected
    assert accounts.cash.tolist() == cash
    assert (accounts.cash + accounts.data_costs == 1000).all()


def test_a_negative_charge_is_refused() -> None:
    with pytest.raises(BadInput, match="cannot be negative"):
        Accounts(1, 1, 1000).charge(np.array([0], dtype=np.int32), np.array([-1]))


def test_a_sell_takes_its_share_of_the_average_cost() -> None:
    accounts = Accounts(1, 1, 100_000)
    accounts.settle(Fills.concatenate([one_fill(2, 100), one_fill(1, 130)]))
    assert accounts.cost.tolist() == [[33_000]]
    accounts.settle(one_fill(-1, 500))
    assert accounts.cost.tolist() == [[22_000]]
    accounts.settle(one_fill(-2, 10))
    assert (accounts.cost.tolist(), accounts.position.tolist()) == ([[0]], [[0]])


def test_the_smallest_purchase_is_paid_for() -> None:
    accounts = Accounts(1, 1, 100_000)
    none = np.zeros(1, dtype=np.int32)
    accounts.settle(Fills(none, none, none, np.array([1]), np.array([100 * UNITS]), np.array([3]), np.array([1])))
    assert accounts.cash.tolist() == [100_000 - 3 - 1]


def test_equity_is_cash_and_positions_and_its_peak_is_kept() -> None:
    accounts = Accounts(2, 1, 100_000)
    accounts.settle(one_fill(4, 100, fee=40))
    for price, equity in ((150, 119_960), (50, 79_960)):
        prices = np.array([price * UNITS])
        accounts.mark(prices)
        assert accounts.equity(prices).tolist() == [equity, 100_000]
    assert accounts.peak.tolist() == [119_960, 100_000]
    assert accounts.fees.tolist() == [40, 0]


def test_exposure_is_the_invested_share() -> None:
    accounts = Accounts(2, 1, 100_000)
    accounts.settle(one_fill(5, 100))
    assert accounts.exposure(np.array([100 * UNITS])).tolist() == [0.5, 0.0]
    assert Accounts(1, 1, 0).exposure(np.array([UNITS])).tolist() == [0.0]


@pytest.mark.parametrize("fill", [one_fill(11, 100), one_fill(-1, 100), one_fill(10, 100, fee=1)])
def test_a_fill_beyond_cash_or_position_is_refused_and_changes_nothing(fill: Fills) -> None:
    accounts = Accounts(1, 1, 100_000)
    before = accounts.state()
    with pytest.raises(BadInput, match="must be cut"):
        accounts.settle(fill)
    assert all(np.array_equal(before[name], array) for name, array in accounts.state().items())


def test_the_first_desk_that_a_fill_would_ruin_is_named() -> None:
    accounts = Accounts(3, 1, 100_000)
    with pytest.raises(BadInput, match="a fill takes desk 1 to -10000 cents and"):
        accounts.settle(Fills.concatenate([one_fill(1, 100), one_fill(11, 100, desk=1), one_fill(-1, 100, desk=2)]))


def test_a_saved_state_is_taken_over_and_stays_apart() -> None:
    accounts, other = Accounts(2, 1, 100_000), Accounts(2, 1, 100_000)
    accounts.settle(one_fill(5, 100, desk=1))
    state = accounts.state()
    other.load(state)
    accounts.settle(one_fill(-5, 100, desk=1))
    assert (other.position.tolist(), state["cash"].tolist()) == ([[0], [5 * UNITS]], [100_000, 50_000])


def test_a_state_of_other_desks_is_refused() -> None:
    with pytest.raises(CorruptRecord, match=r"cash is of shape \(3,\); \(2,\) is needed"):
        Accounts(2, 1, 0).load(Accounts(3, 1, 0).state())
    with pytest.raises(CorruptRecord, match="cash is missing"):
        Accounts(2, 1, 0).load({})


@pytest.mark.parametrize(("desks", "assets", "cash"), [(0, 1, 1), (1, 0, 1), (1, 1, -1)])
def test_accounts_for_nobody_or_in_debt_are_refused(desks: int, assets: int, cash: int) -> None:
    with pytest.raises(BadInput, match="at least one desk"):
        Accounts(desks, assets, cash)
