from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_markets import created, trade
from market_factories import make_bars

from freeagentics.errors import BadInput, CorruptRecord
from freeagentics.market import AuctionMarket, AuctionSettings, Calendar, CrowdSettings, Orders, PriceSource, ReplayMarket, WhaleSource
from freeagentics.market.events import CircuitBreaker, DarkSource, FatFinger, Halt, Metaorder, Planned, ValueShock

CASH = 10**7
DESKS = 4
SYMBOLS = ("A", "B")
ONE_TURNOVER = 1e6
SMALL = CrowdSettings(traders=30, noise_traders=30, makers=4)


def market(*events: Planned, seed: int = 3, crowd: CrowdSettings = SMALL, bars: int = 60) -> AuctionMarket:
    planned = Calendar(sorted(events, key=lambda event: event.at), SYMBOLS)
    auction = AuctionSettings(symbols=SYMBOLS, turnover=ONE_TURNOVER, rounds=4, crowd=crowd)
    sources = [PriceSource(), WhaleSource()]
    return AuctionMarket(auction, seed=seed, bars=bars, desks=DESKS, cash_cents=CASH, sources=sources, start=5, events=planned)


STEPS = st.integers(1, 10)
EVENTS = st.one_of(
    st.builds(Metaorder, at=STEPS, side=st.sampled_from(["buy", "sell"]), size=st.floats(0.01, 30), bars=st.integers(1, 4)),
    st.builds(FatFinger, at=STEPS, side=st.sampled_from(["buy", "sell"]), size=st.floats(0.01, 30), symbols=st.just(("B",))),
    st.builds(Halt, at=STEPS, bars=st.integers(1, 3), symbols=st.sampled_from([(), ("A",)])),
    st.builds(CircuitBreaker, move=st.floats(0.001, 0.1), within=st.integers(1, 9), halt=st.integers(1, 9)),
    st.builds(ValueShock, at=STEPS, change=st.floats(-0.5, 0.5)),
)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**6), events=st.lists(EVENTS, max_size=5), brought=st.sampled_from([0.0, 0.3]))
def test_money_and_units_change_hands_to_the_cent_and_the_unit_whatever_happens(seed: int, events: list[Planned], brought: float) -> None:
    made = market(*events, seed=seed, crowd=SMALL.model_copy(update={"replenished": brought}), bars=22)
    trade(made, 11)
    assert created(made, CASH) == (0, [0, 0])
    assert min(made.accounts.cash.min(), made.accounts.position.min(), made.crowd.cash.min(), made.crowd.held.min()) >= 0


def test_a_metaorder_is_worked_evenly_until_it_is_filled_and_moves_the_price_its_way() -> None:
    closes = {}
    for side in ("buy", "sell"):
        made = market(Metaorder(at=3, side=side, size=2, bars=2, symbols=("A",)))
        trade(made, 8)
        sign = 1 if side == "buy" else -1
        whole = np.rint(sign * 2 * ONE_TURNOVER / 41_000 * made.units.quantity[0])
        assert made.outsiders.filled.tolist() == [[pytest.approx(whole, rel=0.1), 0]]
        assert np.sign(made.outsiders.cents).tolist() == [[sign, 0]]
        closes[side] = made.close(4)[0]
    quiet = market()
    trade(quiet, 8)
    assert closes["sell"] < quiet.close(4)[0] < closes["buy"]


def test_before_an_event_nothing_is_otherwise() -> None:
    assert trade(market(), 5) == trade(market(FatFinger(at=6, size=3), ValueShock(at=6, change=0.2)), 5)


def test_what_a_fat_finger_leaves_open_is_withdrawn() -> None:
    made = market(FatFinger(at=2, size=100, symbols=("B",)))
    trade(made, 2)
    filled = made.outsiders.filled.copy()
    assert filled[0, 1] < 0
    assert [event[:2] for event in made.happened.tolist()] == [(0, 1)]
    trade(made, 3)
    assert made.outsiders.filled.tolist() == filled.tolist()
    assert not len(made.happened)


def test_a_halt_trades_nothing_keeps_the_price_and_lets_orders_lapse() -> None:
    made = market(Halt(at=3, bars=2, symbols=("A",)))
    trade(made, 2)
    before = made.close(2)
    for step in (3, 4):
        trade(made, 1)
        assert made.shown().volume[-1, 0] == 0 < made.shown().volume[-1, 1]
        assert made.close(step)[0] == before[0] != made.close(step)[1]
        assert 0 not in made.fills.asset
        assert made.happened["asset"].tolist() == [0]
    trade(made, 1)
    assert made.shown().volume[-1, 0] > 0


def test_a_breaker_halts_after_a_move_for_as_long_as_it_says_and_a_seller_goes_on_after_it() -> None:
    seller, rule = Metaorder(at=3, size=2, bars=2, symbols=("A",)), CircuitBreaker(move=0.03, within=4, halt=3)
    made, free = market(rule, seller), market(seller)
    happened = [event[0] for *_, events in trade(made, 20) for event in events]
    trade(free, 20)
    assert made.outsiders.filled[1, 0] == free.outsiders.filled[0, 0] < 0
    assert set(happened) == {0, 1}
    fall = [min(np.diff(np.log(each.shown().close[:, 0]))) for each in (made, free)]
    assert fall[0] > fall[1]


def test_traders_take_note_of_what_an_asset_is_worth() -> None:
    crowd = CrowdSettings(fundamental=0.3)
    shocked, calm = market(ValueShock(at=2, change=0.2, symbols=("A",)), crowd=crowd), market(crowd=crowd)
    for _ in range(30):
        shocked.advance()
        calm.advance()
    assert np.log(shocked.close(30)[0] / calm.close(30)[0]) == pytest.approx(np.log(1.2), abs=0.05)


@pytest.mark.parametrize("stopped", [2, 4, 6])
def test_a_market_restored_amid_events_goes_on_as_the_one_it_was_saved_from(stopped: int) -> None:
    events = (Metaorder(at=3, size=4, bars=3), CircuitBreaker(move=0.01, halt=5), FatFinger(at=6, side="buy", size=2))
    first, second = market(*events), market(*events)
    trade(first, stopped)
    second.load(first.state())
    assert trade(second, 6) == trade(first, 6)


def test_events_that_have_not_begun_may_differ_in_a_market_that_is_restored() -> None:
    seller, later = Metaorder(at=2, size=1), Halt(at=6)
    first, second = market(seller), market(seller, later)
    trade(first, 4)
    second.load(first.state())
    trade(second, 2)
    assert second.shown().volume[-1].tolist() == [0, 0]
    with pytest.raises(CorruptRecord, match="outsiders.filled is missing, or not of 1 events"):
        market(seller).load({name: array for name, array in first.state().items() if "outsiders" not in name})


@pytest.mark.parametrize("kind", ["auction", "replay"])
def test_a_source_that_goes_dark_shows_nothing_while_it_does(kind: str) -> None:
    dark, bars = DarkSource(source="price", at=2, bars=2), make_bars(30, 1)
    replayed = ReplayMarket(bars, desks=1, cash_cents=CASH, sources=[PriceSource()], start=20, events=Calendar([dark], bars.symbols))
    made = replayed if kind == "replay" else market(dark)
    shown = [np.abs(made.advance().column("price.volatility")).max() for _ in range(4)]
    assert [value > 0 for value in shown] == [True, False, False, True]
    assert not made.observe().values.flags.writeable


def test_nobody_trades_on_bars_that_are_replayed_while_there_is_a_halt() -> None:
    bars = make_bars(30, 2)
    halt = Calendar([Halt(at=2, symbols=(bars.symbols[0],))], bars.symbols)
    made = ReplayMarket(bars, desks=1, cash_cents=CASH, sources=[], start=20, events=halt)
    bought = []
    for _ in range(3):
        made.advance()
        bought.append(made.fills.asset.tolist())
        made.submit(Orders(np.zeros(2, np.int32), np.zeros(2, np.int32), np.arange(2, dtype=np.int32), np.full(2, 10**6)))
    assert bought == [[], [1], [0, 1]]
    assert made.happened.tolist() == []


def test_what_would_be_without_an_order_leaves_events_as_they_are() -> None:
    made, twin = (market(Metaorder(at=2, size=2, bars=3), CircuitBreaker(move=0.01)) for _ in range(2))
    trade(made, 3)
    trade(twin, 3)
    before = made.happened.tolist()
    made.closes_if(Orders.empty())
    assert made.happened.tolist() == before
    assert trade(made, 3) == trade(twin, 3)


def test_an_order_of_more_than_can_be_counted_is_refused() -> None:
    with pytest.raises(BadInput, match="metaorder at step 2: a size of 1000 is more than can be counted"):
        AuctionMarket(
            AuctionSettings(turnover=1e6, price=0.01),
            seed=1,
            bars=9,
            desks=1,
            cash_cents=CASH,
            sources=[],
            start=1,
            events=Calendar([Metaorder(at=2, size=1000)], ["BTCUSDT"]),
        )


def test_an_event_of_an_asset_that_is_not_there_is_refused() -> None:
    with pytest.raises(BadInput, match="halt at step 4: no symbol 'C'; there are A, B"):
        Calendar([Halt(at=4, symbols=("C",))], SYMBOLS)
