"""Orders with a limit, and orders that stand for more than a bar."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_markets import created, orders_of, trade

from freeagentics.clock import HOUR_MS
from freeagentics.market import (
    UNITS,
    AuctionMarket,
    AuctionSettings,
    Bars,
    BookMarket,
    BookSettings,
    CrowdSettings,
    Orders,
    PriceSource,
    ReplayMarket,
    Terms,
)

CASH = 10**7
CROWD = CrowdSettings(traders=30, noise_traders=30, makers=4)


def standing(*rows: tuple[int, int, float], limit: float = 0, ttl: int = 1, desks: int = 2) -> Orders:
    """Orders from (agent, asset, units), all with one limit, in USD, and one life, in bars."""
    orders = orders_of(desks, *rows)
    return replace(orders, limit=np.full(len(rows), round(limit * UNITS)), ttl=np.full(len(rows), ttl))


def over_bars(*rows: tuple[float, float, float, float], **terms: float) -> ReplayMarket:
    """A market of bars (open, high, low, close), without fees and impact unless terms say otherwise."""
    opens, high, low, close = (np.array(column, dtype=np.float64)[:, None] for column in zip(*rows, strict=True))
    times = HOUR_MS * np.arange(len(rows), dtype=np.int64)
    bars = Bars(("A",), times, HOUR_MS, opens, high, low, close, np.full_like(close, 1000), {})
    return ReplayMarket(bars, desks=2, cash_cents=CASH, sources=[PriceSource()], terms=Terms(**({"fee_ppm": 0, "impact_bps": 0.0} | terms)))  # type: ignore[arg-type]


def bought(market: ReplayMarket) -> list[tuple[float, float]]:
    """Units and price of each fill of the last bar."""
    fills = market.fills
    return [(units / UNITS, price / UNITS) for units, price in zip(fills.quantity.tolist(), fills.price.tolist(), strict=True)]


FLAT = (100.0, 101.0, 99.0, 100.0)


@pytest.mark.parametrize(
    ("units", "limit", "bar", "filled"),
    [
        (2, 105, (100, 101, 99, 100), [(2, 100)]),
        (2, 100, (100, 101, 99, 100), [(2, 100)]),
        (2, 98, (100, 101, 97, 100), [(2, 98)]),
        (2, 98, (100, 101, 98, 100), []),
        (2, 98, (96, 101, 95, 100), [(2, 96)]),
        (-2, 103, (100, 104, 99, 100), [(-2, 103)]),
        (-2, 103, (100, 103, 99, 100), []),
        (-2, 103, (106, 107, 99, 100), [(-2, 106)]),
    ],
)
def test_a_limit_is_met_at_the_open_or_where_the_bar_goes_beyond_it(
    units: int, limit: float, bar: tuple[float, float, float, float], filled: list[tuple[float, float]]
) -> None:
    market = over_bars(FLAT, FLAT, bar)
    market.advance()
    market.submit(standing((0, 0, 5)))
    market.advance()
    market.submit(standing((0, 0, units), limit=limit))
    market.advance()
    assert bought(market) == filled


def test_impact_takes_no_price_past_the_limit_and_those_who_wait_have_none() -> None:
    market = over_bars(FLAT, (100.0, 101.0, 90.0, 100.0), impact_bps=500.0)
    market.advance()
    market.submit(Orders.concatenate([standing((0, 0, 500)), standing((1, 0, 500), limit=100.5)]))
    market.submit(standing((2, 0, 100), limit=95))
    market.advance()
    (_, free), (_, held), (_, waited) = bought(market)
    assert (free > 101, held, waited) == (True, 100.5, 95)


def test_an_order_stands_for_its_bars_and_no_longer() -> None:
    market = over_bars(FLAT, FLAT, FLAT, FLAT, (100.0, 101.0, 90.0, 100.0))
    market.advance()
    market.submit(Orders.concatenate([standing((0, 0, 1), limit=95, ttl=3), standing((1, 0, 1), limit=95, ttl=4)]))
    left = []
    for _ in range(3):
        market.advance()
        left.append(list(zip(market.orders.agent.tolist(), market.orders.ttl.tolist(), market.orders.age.tolist(), strict=True)))
    assert left == [[(0, 2, 1), (1, 3, 1)], [(0, 1, 2), (1, 2, 2)], [(1, 1, 3)]]
    market.advance()
    assert market.fills.agent.tolist() == [1]
    assert not len(market.orders)


def test_what_stands_keeps_the_cash_that_it_needs() -> None:
    market = over_bars(FLAT, FLAT, FLAT)
    market.advance()
    market.submit(standing((0, 0, 800), limit=95, ttl=2))
    market.advance()
    assert market.submit(standing((0, 0, 800))).quantity.tolist() == [240 * UNITS]


def test_open_orders_are_taken_back_by_agent_and_asset() -> None:
    market = over_bars(FLAT, FLAT, FLAT)
    market.advance()
    market.submit(standing((0, 0, 1), (1, 0, 1), (2, 0, 1), limit=95, ttl=2))
    market.advance()
    back = replace(standing((0, 0, 0), limit=0), ttl=np.zeros(1, dtype=np.int64))
    accepted = market.submit(Orders.concatenate([back, standing((0, 0, 2), limit=96)]))
    assert accepted.quantity.tolist() == [2 * UNITS]
    assert market.orders.agent.tolist() == [1, 2, 0]


def test_a_checkpoint_has_what_stands() -> None:
    bars = (FLAT, FLAT, FLAT, (100.0, 101.0, 90.0, 100.0))
    market, twin = over_bars(*bars), over_bars(*bars)
    market.advance()
    market.submit(standing((0, 0, 1), limit=95, ttl=3))
    market.advance()
    twin.load(market.state())
    for one in (market, twin):
        one.advance()
        one.advance()
        assert bought(one) == [(1, 95)]


def made(kind: str, seed: int = 3) -> AuctionMarket:
    given = {"symbols": ("A", "B"), "turnover": 1e6, "rounds": 4, "crowd": CROWD}
    market = {"auction": AuctionMarket, "book": BookMarket}[kind]
    made = {"auction": AuctionSettings, "book": BookSettings}[kind](**given)
    return market(made, seed=seed, bars=40, desks=4, cash_cents=CASH, sources=[PriceSource()], start=5)


@pytest.mark.parametrize("kind", ["auction", "book"])
def test_where_prices_answer_an_order_gets_no_price_beyond_its_limit_and_waits_for_it(kind: str) -> None:
    market = made(kind, seed=5)
    price = float(market.advance().prices[0]) / UNITS
    market.submit(standing((0, 0, 0.5), limit=0.995 * price, ttl=30, desks=4))
    market.submit(standing((1, 0, 0.5), limit=0.5 * price, ttl=30, desks=4))
    found: list[tuple[int, float]] = []
    for _ in range(30):
        market.advance()
        found += list(zip(market.fills.agent.tolist(), (market.fills.price / UNITS / price).tolist(), strict=True))
    assert {agent for agent, _ in found} == {0}
    assert all(paid <= 0.995 for _, paid in found)
    assert sum(market.accounts.position[0] > 0) == 1


@pytest.mark.parametrize("kind", ["auction", "book"])
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**6), away=st.floats(-0.05, 0.05), ttl=st.integers(1, 9))
def test_money_and_units_are_conserved_and_no_desk_is_in_debt(kind: str, seed: int, away: float, ttl: int) -> None:
    market = made(kind, seed)
    for step in range(10):
        price = market.advance().prices[0] / UNITS
        rows = [(agent, 0, float((-1) ** (agent + step))) for agent in range(4)]
        market.submit(standing(*rows, limit=float(price * (1 + away)), ttl=ttl, desks=4))
    assert created(market, CASH) == (0, [0, 0])
    assert min(market.accounts.cash.min(), market.accounts.position.min()) >= 0


@pytest.mark.parametrize("kind", ["auction", "book"])
def test_a_made_market_goes_on_from_a_checkpoint_with_what_stands(kind: str) -> None:
    market, twin = made(kind), made(kind)
    price = float(market.advance().prices[0]) / UNITS
    market.submit(standing(*((agent, 0, 0.5) for agent in range(4)), limit=0.99 * price, ttl=20, desks=4))
    market.advance()
    twin.load(market.state())
    assert trade(market, 6) == trade(twin, 6)
