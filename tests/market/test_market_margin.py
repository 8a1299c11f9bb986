"""Margin: what desks may borrow and owe, what that costs, and when the broker closes their positions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_markets import created, orders_of, trade
from market_factories import make_orders

from freeagentics.clock import HOUR_MS
from freeagentics.errors import BadInput
from freeagentics.market import (
    BROKER,
    UNITS,
    Accounts,
    AuctionMarket,
    AuctionSettings,
    Bars,
    BookMarket,
    BookSettings,
    Calendar,
    CrowdSettings,
    Margin,
    PriceSource,
    ReplayMarket,
    Terms,
    notional_cents,
)
from freeagentics.market.events import CircuitBreaker, FatFinger, Halt, Metaorder, Planned, ValueShock
from freeagentics.market.exchange import fill
from freeagentics.market.margin import YEAR_MS

DESKS, ASSETS, CASH, FEE_PPM = 3, 2, 1_000_000, 500
BOTH_WAYS = Margin(max_leverage=3.0, short_selling=True, borrow_fee=0.1, maintenance=0.25)
ROWS = st.lists(st.tuples(st.integers(0, DESKS - 1), st.integers(0, ASSETS - 1), st.integers(-400 * UNITS, 400 * UNITS)), max_size=12)
PRICES = st.tuples(*[st.integers(UNITS, 200 * UNITS)] * ASSETS)
MARGINS = st.builds(
    Margin, max_leverage=st.floats(1, 4), short_selling=st.booleans(), borrow_fee=st.floats(0, 1), maintenance=st.floats(0, 0.24)
)


def account(margin: Margin = BOTH_WAYS, cash: int = CASH) -> Accounts:
    return Accounts(1, 1, cash, margin)


def filled(accounts: Accounts, quantity: int, price: int, fee_ppm: int = 0) -> int:
    """Units that a desk gets, of an order for so many, at a price in USD."""
    prices = np.array([price * UNITS])
    return int(fill(make_orders((0, 0, quantity * UNITS)), accounts, prices, fee_ppm, prices).quantity.sum()) // UNITS


@given(margin=MARGINS, rounds=st.lists(st.tuples(ROWS, PRICES), max_size=4))
def test_no_order_leads_beyond_the_leverage_and_every_cent_is_accounted_for(
    margin: Margin, rounds: list[tuple[list[tuple[int, int, int]], tuple[int, ...]]]
) -> None:
    accounts = Accounts(DESKS, ASSETS, CASH, margin)
    spent, held = np.zeros(DESKS, dtype=np.int64), np.zeros((DESKS, ASSETS), dtype=np.int64)
    for rows, prices in rounds:
        marks, orders = np.array(prices), make_orders(*rows)
        before = accounts.position.copy()
        fills = fill(orders, accounts, marks[orders.asset], FEE_PPM, marks)
        np.add.at(spent, fills.desk, np.sign(fills.quantity) * fills.notional)
        np.add.at(held, (fills.desk, fills.asset), fills.quantity)
        accounts.lend(marks, 3_600_000)
        assert (accounts.cash + spent + accounts.fees == accounts.initial).all()
        assert np.array_equal(accounts.position, held)
        assert (accounts.cost[accounts.position == 0] == 0).all()
        assert (accounts.cost * np.sign(accounts.position) >= 0).all()
        if not margin.short_selling:
            assert (accounts.position >= 0).all()
        value = notional_cents(marks, accounts.position)
        grown = (np.abs(accounts.position) > np.abs(before)).any(axis=1)
        equity = accounts.cash + value.sum(axis=1)
        # The hour's fee, and cents that fills round.
        slack = margin.max_leverage * (margin.fee(accounts.cash, value, 3_600_000) + 20)
        added = grown & ~(np.abs(accounts.position) < np.abs(before)).any(axis=1)
        assert (np.abs(value).sum(axis=1) <= margin.max_leverage * equity + slack)[added].all()


def test_a_desk_may_owe_units_and_buys_them_back_without_room_for_more() -> None:
    accounts = account()
    assert filled(accounts, -400, 100) == -300
    assert accounts.cost[0, 0] == -3_000_000
    assert filled(accounts, -1, 100) == 0
    assert filled(accounts, 100, 120) == 100
    assert accounts.cost[0, 0] == -2_000_000
    # Beyond what it owes it turns: what it bought more than that is a position of its own, of what is left of its equity.
    assert filled(accounts, 10_000, 100) > 200
    assert accounts.position[0, 0] > 0
    assert accounts.cost[0, 0] == notional_cents(np.array([100 * UNITS]), accounts.position[:, 0])[0]


def test_an_order_at_a_better_price_than_the_mark_needs_no_more_room_for_it() -> None:
    marks = np.array([100 * UNITS])
    for price, wanted, got in ((400, -70, -70), (400, -80, -75), (25, 290, 290), (25, 310, 299)):
        fills = fill(make_orders((0, 0, wanted * UNITS)), account(), np.array([price * UNITS]), 0, marks)
        assert int(fills.quantity[0]) // UNITS == got


def test_without_short_selling_a_desk_with_leverage_borrows_cash_alone() -> None:
    accounts = account(Margin(max_leverage=2.0))
    assert filled(accounts, -5, 100) == 0
    assert filled(accounts, 500, 100) in (199, 200)
    assert accounts.cash[0] < 0
    assert filled(accounts, -500, 100) in (-199, -200)


def test_what_is_borrowed_costs_its_share_of_a_year() -> None:
    owing, short = account(), account()
    filled(owing, 200, 100)
    filled(short, -200, 100)
    for accounts, borrowed in ((owing, 1_000_000), (short, 2_000_000)):
        before = int(accounts.cash[0])
        accounts.lend(np.array([100 * UNITS]), YEAR_MS // 2)
        assert before - accounts.cash[0] == accounts.fees[0] == pytest.approx(borrowed * 0.05, abs=60)


def test_data_costs_are_borrowed_too_and_a_desk_never_reads_for_nothing() -> None:
    accounts = account(cash=10)
    assert accounts.charge(np.zeros(2, dtype=np.int32), np.array([7, 7])).tolist() == [7, 7]
    assert (accounts.cash[0], accounts.data_costs[0]) == (-4, 14)


def test_a_desk_is_called_when_its_equity_falls_below_the_maintenance_margin() -> None:
    accounts = account()
    filled(accounts, -200, 100)
    # Equity 30,000 - 200 p, against a quarter of 200 p.
    assert accounts.called(np.array([119 * UNITS])).tolist() == []
    assert accounts.called(np.array([121 * UNITS])).tolist() == [0]
    assert not account().called(np.array([UNITS])).size


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"max_leverage": 0.5}, "max_leverage 0.5 must be from 1 to 100"),
        ({"borrow_fee": -1.0}, "borrow_fee -1.0 from 0 to 10 a year"),
        ({"max_leverage": 4.0, "maintenance": 0.25}, "maintenance_margin 0.25 must be below 0.25"),
    ],
)
def test_terms_that_cannot_be_are_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        Margin(**given)


def over_bars(closes: list[float]) -> ReplayMarket:
    prices = np.array(closes, dtype=np.float64)[:, None]
    times = HOUR_MS * np.arange(len(closes), dtype=np.int64)
    bars = Bars(("A",), times, HOUR_MS, prices, prices, prices, prices, np.ones_like(prices), {})
    return ReplayMarket(bars, desks=2, cash_cents=CASH, sources=[PriceSource()], terms=Terms(0, 0.0, margin=BOTH_WAYS))


def test_the_broker_closes_positions_at_the_next_open_and_nobody_else_orders_for_the_desk() -> None:
    market = over_bars([100, 100, 130, 131, 131])
    market.advance()
    market.submit(orders_of(2, (0, 0, -200.0), (1, 0, 10.0)))
    market.advance()
    assert market.accounts.position[:, 0].tolist() == [-200 * UNITS, 10 * UNITS]
    market.advance()
    assert market.submit(orders_of(2, (0, 0, -5.0), (1, 0, 1.0))).agent.tolist() == [1]
    twin = over_bars([100, 100, 130, 131, 131])
    twin.load(market.state())
    for one in (market, twin):
        one.advance()
        assert one.fills.agent.tolist() == [BROKER, 1]
        assert one.accounts.position[:, 0].tolist() == [0, 11 * UNITS]
    market.submit(orders_of(2, (0, 0, -5.0)))
    market.advance()
    assert market.accounts.position[0, 0] == -5 * UNITS


def test_a_desk_that_owes_more_than_it_had_is_bankrupt() -> None:
    market = over_bars([100, 100, 160, 161, 161])
    market.advance()
    market.submit(orders_of(2, (0, 0, -200.0)))
    for _ in range(2):
        market.advance()
    assert market.accounts.bankrupt().tolist() == [False, False]
    market.advance()
    assert market.accounts.cash[0] < 0
    assert market.accounts.bankrupt().tolist() == [True, False]


STEPS = st.integers(1, 8)
EVENTS = st.one_of(
    st.builds(Metaorder, at=STEPS, side=st.sampled_from(["buy", "sell"]), size=st.floats(1, 30), bars=st.integers(1, 3)),
    st.builds(FatFinger, at=STEPS, side=st.sampled_from(["buy", "sell"]), size=st.floats(1, 30)),
    st.builds(Halt, at=STEPS, bars=st.integers(1, 3)),
    st.builds(CircuitBreaker, move=st.floats(0.01, 0.2), within=st.integers(1, 9), halt=st.integers(1, 9)),
    st.builds(ValueShock, at=STEPS, change=st.floats(-0.5, 0.5)),
)
CROWD = CrowdSettings(traders=30, noise_traders=30, makers=4)
LENT = 10**7


def made_market(kind: str, seed: int, events: Sequence[Planned], margin: Margin) -> AuctionMarket:
    planned = Calendar(sorted(events, key=lambda event: event.at), ("A", "B"))
    given = {"symbols": ("A", "B"), "turnover": 1e6, "rounds": 4, "crowd": CROWD}
    market = {"auction": AuctionMarket, "book": BookMarket}[kind]
    made = {"auction": AuctionSettings, "book": BookSettings}[kind](**given)
    terms = Terms(500, 0.0, margin=margin)
    return market(made, seed=seed, bars=20, desks=4, cash_cents=LENT, sources=[PriceSource()], start=5, events=planned, terms=terms)


@pytest.mark.parametrize("kind", ["auction", "book"])
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6), events=st.lists(EVENTS, max_size=4), leverage=st.floats(1, 4), maintenance=st.floats(0, 0.24))
def test_money_and_units_are_conserved_through_loans_calls_bankruptcies_and_halts(
    kind: str, seed: int, events: list[Planned], leverage: float, maintenance: float
) -> None:
    margin = Margin(max_leverage=leverage, short_selling=True, borrow_fee=0.5, maintenance=maintenance)
    made = made_market(kind, seed, events, margin)
    trade(made, 12, size=8.0)
    assert created(made, LENT) == (0, [0, 0])
    assert min(made.crowd.cash.min(), made.crowd.held.min()) >= 0


@pytest.mark.parametrize("kind", ["auction", "book"])
def test_a_squeezed_market_calls_desks_and_goes_on_from_a_checkpoint(kind: str) -> None:
    rise = [Metaorder(at=7, side="buy", size=12, bars=2)]
    margin = Margin(max_leverage=4.0, short_selling=True, borrow_fee=0.0, maintenance=0.24)
    made, twin = (made_market(kind, 3, rise, margin) for _ in range(2))
    for one in (made, twin):
        for _ in range(6):
            one.advance()
            one.submit(orders_of(4, *((desk, 0, -9.0) for desk in range(4))))
        while not len(one.orders) or one.orders.agent[0] != BROKER:
            one.advance()
    called = made.orders.agent == BROKER
    assert called.any()
    assert (made.orders.quantity[called] > 0).all()
    fresh = made_market(kind, 3, rise, margin)
    fresh.load(twin.state())
    assert trade(made, 4) == trade(fresh, 4)
