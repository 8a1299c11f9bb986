from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from market_factories import flat_bars, make_orders

from freeagentics.clock import HOUR_MS
from freeagentics.errors import BadBars, BadInput
from freeagentics.market import Bars, PriceSource, ReplayMarket, SyntheticMarket, SyntheticSettings, Terms, Units, to_price
from freeagentics.market.money import LARGEST_UNITS
from freeagentics.market.terms import LARGEST_IMPACT

FREE = Terms(fee_ppm=0, impact_bps=0)


def market_of(*prices: float, cash: float = 1000.0, terms: Terms = FREE) -> ReplayMarket:
    """One desk in a market of one asset at these prices."""
    bars = flat_bars(prices, volume=100 / prices[0])
    return ReplayMarket(bars, desks=1, cash_cents=round(cash * 100), sources=[PriceSource()], terms=terms)


def all_in(market: ReplayMarket) -> None:
    """Show a bar and order more than anybody can pay for."""
    market.advance()
    market.submit(make_orders((0, 0, int(LARGEST_UNITS))))


@pytest.mark.parametrize("price", [0.01, 0.05, 1.0, 40_000.0, 3e5])
def test_usual_prices_and_quantities_are_counted_in_hundred_millionths(price: float) -> None:
    units = market_of(price, 3 * price, cash=100_000).units
    assert (units.price.tolist(), units.quantity.tolist()) == ([1e8], [1e8])


@pytest.mark.parametrize("price", [8.2e-7, 5e-7, 1.234567e-10, 1e7, 3.21e9])
def test_prices_far_from_one_trade_as_the_same_bars_at_a_hundred_do(price: float) -> None:
    far, near = market_of(price, 2 * price, 3 * price), market_of(100, 200, 300)
    for market in (far, near):
        all_in(market)
        market.advance()
        market.submit(make_orders((0, 0, -int(LARGEST_UNITS))))
        market.advance()
    assert abs(far.accounts.cash[0] - near.accounts.cash[0]) <= 1
    assert far.accounts.position.tolist() == [[0]]


@pytest.mark.parametrize("price", [1.23456789e-9, 0.00000977, 0.0099, 0.0123456789])
def test_a_low_price_keeps_at_least_six_digits(price: float) -> None:
    seen = market_of(price, price)
    assert seen.advance().prices[0] / seen.units.price[0] == pytest.approx(price, rel=5e-7)


def test_each_asset_has_units_of_its_own_and_values_add_up_in_cents() -> None:
    prices = np.array([[1e-7, 100.0, 1e8]] * 3)
    bars = Bars(("low", "usual", "high"), flat_bars([1] * 3).timestamps, HOUR_MS, prices, prices, prices, prices, prices, {})
    market = ReplayMarket(bars, desks=1, cash_cents=300_000, sources=[PriceSource()], terms=FREE)
    market.advance()
    amounts = 1000 / prices[0] * market.units.quantity
    market.submit(make_orders(*[(0, asset, int(amount)) for asset, amount in enumerate(amounts)]))
    seen = market.advance()
    assert market.accounts.values(seen.prices).tolist() == [[100_000, 100_000, 100_000]]
    assert market.accounts.cash.tolist() == [0]


def test_synthetic_bars_are_counted_in_the_same_units_however_many_there_are() -> None:
    few, many = (
        SyntheticMarket(SyntheticSettings(price=0.01), seed=3, bars=bars, desks=1, cash_cents=10**7, sources=[PriceSource()])
        for bars in (2, 4000)
    )
    assert few.units.price.tolist() == many.units.price.tolist()


@pytest.mark.parametrize(
    ("prices", "cash", "message"),
    [
        ((1e-13, 2e-13), 1000.0, "S0, at 1e-13 to 2e-13 USD: .* count prices from 1e-12 USD on; quote it per 1,000,000"),
        ((1e-9, 1e-9), 1e12, "count prices from 1.11111e-05 USD on"),
        ((1e19, 1e19), 1000.0, "up to 9e[+]18 USD can be counted; quote it per 0.000001"),
        ((1.0, 1000.0), 1e12, "a desk could come to more than the 4e[+]16 USD that an account holds; lower market.cash"),
    ],
)
def test_prices_that_cannot_be_counted_are_refused_with_the_bound(prices: tuple[float, ...], cash: float, message: str) -> None:
    with pytest.raises(BadBars, match=message):
        market_of(*prices, cash=cash)


def test_a_price_that_a_synthetic_market_comes_to_is_never_wrapped() -> None:
    units = Units.fitting(flat_bars([1.0, 1.0]), 10**7)
    assert to_price(1e10, units.price).tolist() == [10**18]


EXPONENTS = st.floats(-14, 19).map(lambda exponent: 10**exponent)


@given(low=EXPONENTS, rise=st.floats(1, 1e8), cash=st.floats(0.01, 1e12), sources=st.integers(0, 10**12))
def test_bars_that_load_never_overflow(low: float, rise: float, cash: float, sources: int) -> None:
    """A desk that buys with all its cash at the lowest price, and sells at the highest, impact against it."""
    bars = flat_bars([low, low, low * rise, low * rise], volume=1 / low)
    try:
        market = ReplayMarket(bars, desks=2, cash_cents=round(cash * 100), sources=[], terms=Terms(0, impact_bps=1000))
    except BadBars:
        assume(False)
    all_in(market)
    market.advance()
    market.submit(make_orders((0, 0, -int(LARGEST_UNITS))))
    equity = market.accounts.equity(market.advance().prices)
    market.accounts.charge(np.array([0, 0, 1], dtype=np.int32), np.array([sources] * 3))
    market.advance()
    accounts = market.accounts
    assert (accounts.position >= 0).all() and (accounts.cash >= 0).all() and (accounts.cost >= 0).all()
    assert equity[0] >= 0.95 * rise * (cash * 100 - 2 - 100 * low / market.units.quantity[0])
    assert (accounts.cash + accounts.data_costs >= 0).all()


def test_a_desk_that_grows_beyond_all_bounds_is_named() -> None:
    bars = flat_bars([1.0, 1.0, 300.0, 1.0, 1.0, 300.0])
    market = ReplayMarket(bars, desks=1, cash_cents=10**14, sources=[], terms=FREE)
    for _ in range(2):
        all_in(market)
        market.advance()
        market.submit(make_orders((0, 0, -int(LARGEST_UNITS))))
        if market.remaining > 2:
            market.advance()
    with pytest.raises(BadInput, match="4e[+]16 USD or more cannot be accounted for; give desks less market.cash"):
        market.advance()


def test_a_price_is_counted_up_to_the_largest_that_impact_moves_below_the_bound() -> None:
    highest = float(LARGEST_UNITS) / (1 + LARGEST_IMPACT)
    assert market_of(highest * 0.99, highest * 0.99).units.price.tolist() == [1.0]
    with pytest.raises(BadBars, match="quote it per 0.000001"):
        market_of(highest * 1.001, highest * 1.001)
