from __future__ import annotations

import numpy as np
import pytest
from auction_reference import Order, best_price, fills
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.errors import BadInput
from freeagentics.market.auction.clearing import Book, Cleared, clear

ORDERS = st.lists(st.tuples(st.integers(1, 14), st.integers(-9, 9)), min_size=1, max_size=25).map(
    lambda rows: [Order(owner, limit, quantity) for owner, (limit, quantity) in enumerate(rows)]
)
LASTS = st.integers(1, 14)


def book(orders: list[Order], scale: int = 1) -> Book:
    columns = np.array(orders, dtype=np.int64).reshape(-1, 3)
    small = columns.astype(np.int32)
    return Book(np.zeros_like(small[:, 0]), small[:, 0].copy(), columns[:, 1] * scale, columns[:, 2] * scale)


def cleared(orders: list[Order], last: int, scale: int = 1) -> Cleared:
    return clear(book(orders, scale), np.array([last * scale]))


@given(orders=ORDERS, last=LASTS)
def test_price_and_fills_are_those_of_a_slow_reference(orders: list[Order], last: int) -> None:
    found = cleared(orders, last)
    assert (int(found.price[0]), int(found.volume[0])) == best_price(orders, last)
    expected = fills(orders, int(found.volume[0]), buys=True) | {
        owner: -quantity for owner, quantity in fills(orders, int(found.volume[0]), buys=False).items()
    }
    assert found.filled.tolist() == [expected.get(order.owner, 0) for order in orders]


@given(orders=ORDERS, last=LASTS, scale=st.sampled_from([1, 10**4, 12_345_678]))
def test_units_and_cents_only_change_hands(orders: list[Order], last: int, scale: int) -> None:
    found = cleared(orders, last, scale)
    bought, sold = found.filled > 0, found.filled < 0
    assert found.filled[bought].sum() == -found.filled[sold].sum() == found.volume[0]
    assert found.cents[bought].sum() == found.cents[sold].sum() == (int(found.price[0]) * int(found.volume[0]) * 2 + 10**14) // (2 * 10**14)
    exact = np.abs(found.filled.astype(object)) * int(found.price[0]) / 10**14
    assert (np.abs(found.cents - exact.astype(np.float64)) <= 1).all()


@given(orders=ORDERS, last=LASTS)
def test_nobody_trades_beyond_his_limit_or_past_a_better_one(orders: list[Order], last: int) -> None:
    found = cleared(orders, last)
    for order, filled in zip(orders, found.filled.tolist(), strict=True):
        side = 1 if order.quantity > 0 else -1
        assert 0 <= side * filled <= abs(order.quantity)
        assert not filled or side * (order.limit - int(found.price[0])) >= 0
        if filled != order.quantity:
            worse = [row for row, other in enumerate(orders) if side * other.quantity > 0 and side * (order.limit - other.limit) > 0]
            assert not found.filled[worse].any()


@given(orders=ORDERS, last=LASTS, random=st.randoms(use_true_random=False))
def test_it_does_not_matter_who_came_first(orders: list[Order], last: int, random: object) -> None:
    shuffled = list(orders)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    found, again = cleared(orders, last), cleared(shuffled, last)
    assert again.price[0] == found.price[0]
    for column in ("filled", "cents"):
        by_owner = {order.owner: value for order, value in zip(shuffled, getattr(again, column).tolist(), strict=True)}
        assert [by_owner[order.owner] for order in orders] == getattr(found, column).tolist()


@given(first=ORDERS, second=ORDERS, lasts=st.tuples(LASTS, LASTS))
def test_assets_do_not_touch_each_other(first: list[Order], second: list[Order], lasts: tuple[int, int]) -> None:
    one, other = book(first), book(second)
    both = Book(
        np.concatenate([one.asset, other.asset + 1]).astype(np.int32),
        *(np.concatenate([getattr(one, name), getattr(other, name)]) for name in ("owner", "limit", "quantity")),
    )
    together = clear(both, np.array(lasts))
    apart = [clear(alone, np.array([last])) for alone, last in zip((one, other), lasts, strict=True)]
    assert together.price.tolist() == [int(alone.price[0]) for alone in apart]
    assert together.filled.tolist() == [*apart[0].filled.tolist(), *apart[1].filled.tolist()]


@pytest.mark.parametrize(
    ("orders", "last", "price"),
    [
        ([Order(0, 12, 5), Order(1, 8, -5)], 10, 10),
        ([Order(0, 12, 5), Order(1, 8, -5)], 3, 8),
        ([Order(0, 12, 5), Order(1, 12, -5), Order(2, 8, 5), Order(3, 8, -5)], 10, 10),
        ([Order(0, 12, 6), Order(1, 11, -5)], 10, 11),
        ([Order(0, 9, 5), Order(1, 11, -5)], 10, 10),
    ],
    ids=["between limits", "nearest the last", "between levels", "at the limit that gives", "no cross"],
)
def test_the_price_where_most_is_traded(orders: list[Order], last: int, price: int) -> None:
    assert int(cleared(orders, last).price[0]) == price


def test_nothing_but_what_can_be_counted_is_cleared() -> None:
    for orders in ([Order(0, 0, 5)], [Order(0, 5, 3 * 10**18), Order(1, 5, 3 * 10**18), Order(2, 5, -1)]):
        with pytest.raises(BadInput, match="more than can be counted"):
            cleared(orders, 5)
