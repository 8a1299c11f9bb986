from __future__ import annotations

import hashlib
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_markets import created, orders_of, trade
from market_factories import make_bars

from freeagentics.errors import BadInput, CorruptRecord, EndOfBars
from freeagentics.market import UNITS, AuctionMarket, AuctionSettings, Bars, CrowdSettings, PriceSource, WhaleSource, to_price
from freeagentics.market.money import LARGEST_UNITS

CASH = 10**7
DESKS = 6
TWO = AuctionSettings(symbols=("A", "B"), turnover=1e6)


def market(
    auction: AuctionSettings | None = None, *, seed: int = 3, bars: int = 60, start: int = 20, value: Bars | None = None
) -> AuctionMarket:
    sources = [PriceSource(), WhaleSource()]
    given_settings = auction or AuctionSettings(turnover=1e6)
    return AuctionMarket(given_settings, seed=seed, bars=bars, desks=DESKS, cash_cents=CASH, sources=sources, start=start, value=value)


orders = partial(orders_of, DESKS)


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    crowd=st.sampled_from([(90, 60, 8), (5, 5, 1), (0, 30, 2), (10, 0, 0)]),
    brought=st.sampled_from([0.0, 0.002, 0.5]),
)
def test_money_and_units_change_hands_to_the_cent_and_the_unit(seed: int, crowd: tuple[int, int, int], brought: float) -> None:
    traders, noise, makers = crowd
    members = CrowdSettings(traders=traders, noise_traders=noise, makers=makers, replenished=brought)
    made = market(TWO.model_copy(update={"crowd": members}), seed=seed, start=5, bars=20)
    trade(made, 15)
    assert created(made, CASH) == (0, [0, 0])
    assert min(made.accounts.cash.min(), made.accounts.position.min(), made.crowd.cash.min(), made.crowd.held.min()) >= 0
    if not brought:
        assert made.crowd.cash_endowed.tolist() == (made.crowd.cash.shape[1] * made.crowd._first_cash).tolist()


def test_a_large_order_moves_the_price_its_own_way_and_pays_for_it() -> None:
    closes = {}
    for bought in (-40.0, 0.0, 40.0):
        made = AuctionMarket(AuctionSettings(turnover=1e6), seed=3, bars=60, desks=DESKS, cash_cents=10**9, sources=[], start=20)
        made.advance()
        made.submit(orders((0, 0, 50.0)))
        made.advance()
        made.submit(orders((0, 0, bought))) if bought else None
        made.advance()
        closes[bought] = made.close(3)[0]
    assert closes[-40.0] < closes[0.0] < closes[40.0]


def test_what_would_be_without_an_order_is_answered_and_changes_nothing() -> None:
    made, twin, without = market(), market(), market()
    for each in (made, twin, without):
        trade(each, 3)
    standing = made.orders
    assert made.closes_if(standing.take(np.zeros(0, np.int64))) != made.closes_if(standing)
    asked = made.closes_if(standing.take(np.arange(1)))
    without._queue.orders = standing.take(np.arange(1))
    without.advance()
    assert asked.tolist() == without.close(4).tolist()
    assert trade(made, 5) == trade(twin, 5)


def test_an_order_that_comes_earlier_in_the_queue_gets_nothing_more() -> None:
    rows = [(0, 0, 1.0), (1, 0, -1.0), (2, 0, 0.5), (3, 1, 2.0)]
    found = []
    for queue in (rows, rows[::-1]):
        made = market(TWO)
        trade(made, 3)
        made.advance()
        made.submit(orders(*queue))
        made.advance()
        fills = made.fills
        found.append((sorted(zip(fills.agent, fills.asset, fills.quantity, fills.notional, strict=True)), made.observe().prices.tolist()))
    assert found[0] == found[1]


def test_an_order_has_one_fill_at_its_mean_price_however_many_auctions_it_took() -> None:
    made = market()
    made.advance()
    made.submit(orders((0, 0, 1.5), (1, 0, 0.7)))
    made.advance()
    fills = made.fills
    assert fills.agent.tolist() == [0, 1]
    low, high = made.span(2)
    assert (low[0] <= fills.price).all()
    assert (fills.price <= high[0]).all()
    assert fills.notional == pytest.approx(fills.price.astype(float) * fills.quantity / 1e14, abs=10)
    assert (CASH - made.accounts.cash[:2]).tolist() == (fills.notional + fills.fee).tolist()


def test_desks_that_go_all_in_and_out_again_are_never_in_debt() -> None:
    made = market(TWO)
    for step in range(1, 25):
        made.advance()
        made.submit(orders(*[(desk, (step + desk) % 2, 100.0 if step % 3 else -100.0) for desk in range(DESKS)]))
        assert made.accounts.cash.min() >= 0
    assert created(made, CASH) == (0, [0, 0])


def test_what_is_not_filled_lapses_with_its_bar() -> None:
    made = market(AuctionSettings(turnover=1e4, crowd=CrowdSettings(traders=0, noise_traders=0, makers=1)))
    made.advance()
    made.submit(orders((0, 0, 2.0)))
    made.advance()
    bought = made.accounts.position[0, 0]
    assert 0 < bought < 2 * UNITS
    made.advance()
    assert made.accounts.position[0, 0] == bought


def test_no_auction_moves_a_price_beyond_its_band() -> None:
    made = market(AuctionSettings(turnover=1e4, rounds=1, band=0.01))
    for _ in range(10):
        made.advance()
        made.submit(orders((0, 0, 2.0), (1, 0, 2.0)))
    closes = np.array([made.close(step)[0] for step in range(1, 11)])
    assert np.abs(closes[1:] / closes[:-1] - 1).max() <= 0.01 + 1e-9


def test_bars_are_whole_and_sources_follow_them_from_bar_to_bar() -> None:
    made = market(TWO, bars=80)
    seen = [made.advance() for _ in range(60)]
    bars = made.shown()
    assert len(bars) == 60
    assert (bars.low <= np.minimum(bars.open, bars.close)).all()
    assert (np.maximum(bars.open, bars.close) <= bars.high).all()
    assert (bars.extras["taker_buy_volume"] <= bars.volume).all()
    assert (bars.volume > 0).mean() > 0.9
    assert seen[-1].prices == pytest.approx(bars.close[-1] * made.units.price)
    assert seen[-1].column("price.return_1") == pytest.approx(np.log(bars.close[-1] / bars.close[-2]), rel=1e-4)
    assert made.off == {}


def test_a_restored_market_goes_on_as_the_one_it_was_saved_from() -> None:
    first, second = market(TWO), market(TWO)
    trade(first, 12)
    second.load(first.state())
    assert second.fills.quantity.tolist() == first.fills.quantity.tolist()
    assert trade(second, 20) == trade(first, 20)


def test_a_longer_market_begins_as_a_shorter_one() -> None:
    assert trade(market(bars=30), 10) == trade(market(bars=60), 10)


def test_assets_and_seeds_have_chance_of_their_own() -> None:
    both, other = market(TWO), market(TWO, seed=4)
    prices = both.advance().prices
    assert prices[0] != prices[1]
    assert (prices != other.advance().prices).all()


def test_traders_follow_the_value_of_bars() -> None:
    crowd = CrowdSettings(fundamental=0.3)
    value = make_bars(60, 1)
    made = market(AuctionSettings(symbols=("S0",), turnover=1e6, crowd=crowd), value=value)
    for _ in range(40):
        made.advance()
    assert np.corrcoef(np.log(made.shown().close[:, 0]), np.log(value.close[20:, 0]))[0, 1] > 0.7


def test_a_crowd_of_nobody_leaves_desks_to_trade_with_each_other() -> None:
    nobody = CrowdSettings(traders=0, noise_traders=0, makers=0)
    made = market(AuctionSettings(crowd=nobody, rounds=1))
    made.advance()
    made.submit(orders((0, 0, 1.0)))
    made.advance()
    assert len(made.fills) == 0


def test_bad_input_is_refused_in_one_line() -> None:
    made = market(bars=21)
    with pytest.raises(BadInput, match="advance first"):
        made.submit(orders((0, 0, 1.0)))
    made.advance()
    with pytest.raises(EndOfBars, match="all 1 bars are shown; ask for more steps"):
        made.advance()
    with pytest.raises(BadInput, match="step 2 is not shown"):
        made.close(2)
    with pytest.raises(BadInput, match="start 0 is no bar that others come before; give 1 to 59"):
        market(start=0)


def test_a_state_of_another_market_is_refused() -> None:
    made, other = market(), market(TWO)
    with pytest.raises(CorruptRecord, match="price is missing, or not of 1 assets"):
        made.load(other.state())
    with pytest.raises(CorruptRecord, match="at most 30 bars"):
        market(bars=30).load(trade_and_save(40))
    state = made.state()
    del state["crowd.cash"]
    with pytest.raises(CorruptRecord, match="Crowd: state differs"):
        made.load(state)


def trade_and_save(steps: int) -> dict[str, np.ndarray]:
    made = market()
    trade(made, steps)
    return made.state()


GOLDEN = {
    "one asset": (AuctionSettings(), "1af18c6beff90dda"),
    "two, few members": (TWO.model_copy(update={"crowd": CrowdSettings(traders=9, makers=2)}), "fa511d5279c25e29"),
}
"""Settings, and the beginning of the SHA-256 of what is seen of 30 bars of trading: it changes on purpose only, and CHANGELOG says so."""


@pytest.mark.parametrize(("auction", "digest"), GOLDEN.values(), ids=GOLDEN)
def test_a_made_floor_is_what_it_was(auction: AuctionSettings, digest: str) -> None:
    made = market(auction)
    seen = repr(
        (
            [row[:4] for row in trade(made, 30)],
            [[span.tolist() for span in made.span(step)] for step in range(1, 31)],
            made.crowd.cash.tolist(),
        )
    )
    assert hashlib.sha256(seen.encode()).hexdigest()[:16] == digest


def test_closes_and_spans_are_those_of_the_step() -> None:
    made = market()
    seen = [made.advance() for _ in range(4)]
    for step, observed in enumerate(seen, start=1):
        low, high = made.span(step)
        assert to_price(made.close(step), made.units.price).tolist() == observed.prices.tolist()
        assert (low <= observed.prices).all() and (observed.prices <= high).all()
    assert [int(bound[0]) for bound in made.span(5)] == [1, int(LARGEST_UNITS)]
