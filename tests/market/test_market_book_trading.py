"""The book market: a crowd and desks on order books."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_markets import created, orders_of, trade

from freeagentics.errors import CorruptRecord
from freeagentics.market import (
    UNITS,
    BookMarket,
    BookSettings,
    BookSource,
    Calendar,
    CrowdSettings,
    Orders,
    PriceSource,
    Units,
    WhaleSource,
)
from freeagentics.market.book.bar_of_trades import BarOfTrades
from freeagentics.market.book.messages import MessageKind
from freeagentics.market.book.scale import Scale
from freeagentics.market.book.sending import Wanted, send
from freeagentics.market.book.trading import ContinuousTrading
from freeagentics.market.events import CircuitBreaker, FatFinger, Halt, Metaorder, Planned

CASH = 10**7
DESKS = 6
TWO = BookSettings(symbols=("A", "B"), turnover=1e6)
SMALL = TWO.model_copy(update={"rounds": 4, "crowd": CrowdSettings(traders=20, noise_traders=30, makers=3)})


def market(book: BookSettings = TWO, *events: Planned, seed: int = 3, bars: int = 40, start: int = 10, desks: int = DESKS) -> BookMarket:
    planned = Calendar(sorted(events, key=lambda event: event.at), book.symbols)
    sources = [PriceSource(), WhaleSource(), BookSource()]
    return BookMarket(book, seed=seed, bars=bars, desks=desks, cash_cents=CASH, sources=sources, start=start, events=planned)


def venue(made: BookMarket) -> ContinuousTrading:
    assert isinstance(made.venue, ContinuousTrading)
    return made.venue


orders = partial(orders_of, DESKS)


STEPS = st.integers(1, 6)
EVENTS = st.one_of(
    st.builds(Metaorder, at=STEPS, side=st.sampled_from(["buy", "sell"]), size=st.floats(0.01, 30), bars=st.integers(1, 4)),
    st.builds(FatFinger, at=STEPS, side=st.sampled_from(["buy", "sell"]), size=st.floats(0.01, 30)),
    st.builds(Halt, at=STEPS, bars=st.integers(1, 3), symbols=st.sampled_from([(), ("A",)])),
    st.builds(CircuitBreaker, move=st.floats(0.001, 0.1), within=st.integers(1, 9), halt=st.integers(1, 9)),
)


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    members=st.sampled_from([(20, 30, 3), (5, 5, 1), (0, 20, 2), (10, 0, 0)]),
    brought=st.sampled_from([0.0, 0.002, 0.5]),
    events=st.lists(EVENTS, max_size=2),
)
def test_money_and_units_change_hands_to_the_cent_and_the_unit(
    seed: int, members: tuple[int, int, int], brought: float, events: list[Planned]
) -> None:
    traders, noise, makers = members
    crowd = CrowdSettings(traders=traders, noise_traders=noise, makers=makers, replenished=brought)
    made = market(SMALL.model_copy(update={"crowd": crowd}), *events, seed=seed, start=3, bars=12)
    trade(made, 9)
    assert created(made, CASH) == (0, [0, 0])
    assert min(made.accounts.cash.min(), made.accounts.position.min(), made.crowd.cash.min(), made.crowd.held.min()) >= 0
    for book in venue(made).books:
        spread = book.depth().spread
        assert spread is None or spread > 0


def test_what_stands_is_what_the_crowd_still_wants_in_whole_lots() -> None:
    made = market(SMALL)
    trade(made, 5)
    crowd, (lots,) = made.crowd, set(venue(made).scale.lot.tolist())
    standing = np.stack([book.left[:-1] for book in venue(made).books])
    assert (standing != 0).sum() > 4
    assert (np.abs(standing) * lots <= np.abs(crowd.quantity)).all()
    assert (standing[standing != 0] * crowd.quantity[standing != 0] > 0).all()


def test_an_order_moves_the_price_its_own_way_and_has_one_fill_at_its_mean_price() -> None:
    closes = {}
    for bought in (-2.0, 0.0, 2.0):
        made = market(SMALL)
        made.advance()
        made.submit(orders((0, 0, 2.0)))
        made.advance()
        made.submit(orders((0, 0, bought))) if bought else None
        made.advance()
        closes[bought] = made.close(3)[0]
        for price, notional, quantity in zip(made.fills.price, made.fills.notional, made.fills.quantity, strict=True):
            low, high = made.span(3)
            assert low[0] <= price <= high[0]
            assert notional == pytest.approx(price * abs(float(quantity)) / 1e14, abs=100)
    assert closes[-2.0] < closes[0.0] < closes[2.0]


def test_an_order_that_comes_earlier_in_the_queue_gets_nothing_more() -> None:
    rows = [(0, 0, 1.0), (1, 0, 1.0), (2, 0, 0.5), (3, 1, 2.0)]
    found = []
    for queue in (rows, rows[::-1]):
        made = market(SMALL)
        trade(made, 2)
        made.advance()
        made.submit(orders(*queue))
        made.advance()
        fills = made.fills
        found.append((sorted(zip(fills.agent, fills.asset, fills.quantity, fills.notional, strict=True)), made.observe().prices.tolist()))
    assert found[0] == found[1]


def test_desks_that_go_all_in_and_out_again_are_never_in_debt_and_what_is_not_filled_lapses() -> None:
    made = market(SMALL.model_copy(update={"turnover": 1e5}))
    for step in range(1, 15):
        made.advance()
        made.submit(orders(*[(desk, (step + desk) % 2, 100.0 if step % 3 else -100.0) for desk in range(DESKS)]))
        assert made.accounts.cash.min() >= 0
    made.advance()
    assert 0 < np.abs(made.fills.quantity).max() < 100 * UNITS
    held = made.accounts.position.copy()
    made.advance()
    assert (made.accounts.position == held).all()
    assert created(made, CASH) == (0, [0, 0])


def test_bars_are_whole_and_sources_follow_them() -> None:
    made = market(TWO, bars=60)
    seen = [made.advance() for _ in range(40)]
    bars, last = made.shown(), seen[-1]
    assert (bars.low <= np.minimum(bars.open, bars.close)).all()
    assert (np.maximum(bars.open, bars.close) <= bars.high).all()
    assert (bars.extras["taker_buy_volume"] <= bars.volume).all()
    assert (bars.extras["trades"] > 0).mean() > 0.9
    assert made.off == {}
    for asset, book in enumerate(venue(made).books):
        depth, tick = book.depth(), venue(made).scale.tick[asset]
        middle = int(depth.bids[0, 0] + depth.asks[0, 0]) // 2
        near = [side[np.abs(side[:, 0] - middle) * 100 <= middle, 1].sum() for side in (depth.bids, depth.asks)]
        assert last.column("book.spread")[asset] == pytest.approx(depth.spread * tick / last.prices[asset])
        assert last.column("book.imbalance")[asset] == pytest.approx((near[0] - near[1]) / (near[0] + near[1]), rel=1e-6)
    assert np.abs(last.column("book.depth")).max() <= 4


def test_a_bar_is_made_of_trades() -> None:
    bar = BarOfTrades(np.array([100, 200, 300]), np.array([5, 5, 5]))
    bar.add(np.array([0, 0, 1]), np.array([103, 101, 190]), np.array([2, -3, 4]))
    bar.add(np.array([0, 1, 1]), np.array([99, 195, 192]), np.array([1, -1, -1]))
    bar.add(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64))
    bar.add_whales(np.array([0, 1, 2, 1], dtype=np.int32), np.array([5, -6, 4, 7]))
    row = bar.row(Units(np.ones(3), np.ones(3)))
    assert {name: column.tolist() for name, column in row.items()} == {
        "open": [103, 190, 300],
        "high": [103, 195, 300],
        "low": [99, 190, 300],
        "close": [99, 192, 300],
        "volume": [6, 6, 0],
        "trades": [3, 3, 0],
        "taker_buy_volume": [3, 4, 0],
        "whale_count": [1, 2, 0],
    }


@given(price=st.floats(0.01, 1e7), lots=st.integers(0, 2**40), ticks=st.integers(1, 2**18 - 1))
def test_ticks_and_lots_are_fine_and_trades_are_worth_what_they_come_to(price: float, lots: int, ticks: int) -> None:
    shift = 2 if price < 1 else 0 if price < 1e4 else -2
    scale = Scale(np.array([price]), Units.shifted([shift]))
    tick, lot = int(scale.tick[0]), int(scale.lot[0])
    assert tick * 5000 <= price * 10 ** (8 + shift) < tick * 12_501
    assert lot == 1 or lot * price <= 10 ** (8 - shift)
    exact = Fraction(ticks * tick * lots * lot, 10**14)
    assert scale.cents(np.array([0]), np.array([ticks]), np.array([lots])).tolist() == [int(exact)]


def sent(*rows: tuple[Any, ...]) -> list[tuple[int, MessageKind, int, int]]:
    """Asset, kind, price and lots of messages, for orders that stand at a price with some lots left, and that are wanted at another."""
    asset, price, left, wanted_price, wanted_lots, stays, arrives = (np.array(column) for column in zip(*rows, strict=True))
    number = np.arange(len(rows), dtype=np.int32)
    found = send(Wanted(asset, number, number, wanted_price, wanted_lots, stays, arrives), price, left, 2)
    return [
        (asset, MessageKind(kind), price, lots)
        for asset, _, messages in found.by_book()
        for kind, price, lots in zip(messages.kind, messages.price.tolist(), messages.quantity.tolist(), strict=True)
    ]


@pytest.mark.parametrize(
    ("left", "wanted", "messages"),
    [
        ((100, 5), (100, 5), []),
        ((100, 5), (100, 3), [(0, MessageKind.REPLACE, 100, 3)]),
        ((100, 5), (100, 0), [(0, MessageKind.CANCEL, 100, 0)]),
        ((100, 5), (100, 6), [(0, MessageKind.CANCEL, 100, 6), (0, MessageKind.LIMIT, 100, 6)]),
        ((100, 5), (101, 5), [(0, MessageKind.CANCEL, 101, 5), (0, MessageKind.LIMIT, 101, 5)]),
        ((100, -5), (100, 5), [(0, MessageKind.CANCEL, 100, 5), (0, MessageKind.LIMIT, 100, 5)]),
        ((0, 0), (100, -5), [(0, MessageKind.LIMIT, 100, -5)]),
        ((0, 0), (100, 0), []),
    ],
    ids=["keeps", "cut", "ended", "larger", "elsewhere", "other side", "new", "none"],
)
def test_an_order_that_stands_is_kept_cut_or_replaced(
    left: tuple[int, int], wanted: tuple[int, int], messages: list[tuple[int, MessageKind, int, int]]
) -> None:
    assert sent((0, *left, *wanted, True, 0.5)) == messages


def test_what_is_taken_off_goes_first_and_then_all_come_in_their_order() -> None:
    found = sent((1, 0, 0, 9, 1, True, 0.9), (0, 0, 0, 9, 2, False, 0.3), (1, 7, 4, 9, 3, True, -0.1), (0, 0, 0, 9, 4, True, 0.1))
    assert [(asset, kind.name, lots) for asset, kind, _, lots in found] == [
        (0, "LIMIT", 4),
        (0, "IMMEDIATE_OR_CANCEL", 2),
        (1, "CANCEL", 3),
        (1, "LIMIT", 3),
        (1, "LIMIT", 1),
    ]


def test_a_restored_market_goes_on_as_the_one_it_was_saved_from() -> None:
    events = (Metaorder(at=9, size=3.0, bars=4), CircuitBreaker(move=0.01, within=2, halt=3))
    first, second = market(SMALL, *events), market(SMALL, *events)
    trade(first, 10)
    second.load(first.state())
    assert trade(second, 12) == trade(first, 12)
    assert {name: array.tobytes() for name, array in second.state().items()} == {
        name: array.tobytes() for name, array in first.state().items()
    }


def test_what_would_be_without_an_order_is_answered_and_changes_nothing() -> None:
    made, twin = market(SMALL), market(SMALL)
    for each in (made, twin):
        trade(each, 3)
    assert (made.closes_if(made.orders) != made.closes_if(Orders.empty())).any()
    assert trade(made, 4) == trade(twin, 4)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("order", [10**6], "not whole"),
        ("lots", [], "not whole"),
        ("asset", [2], "not whole"),
        ("price", [-1], "cannot stand"),
        ("crossed", None, "would trade"),
    ],
)
def test_a_state_whose_orders_could_not_stand_is_refused(name: str, value: list[int] | None, said: str) -> None:
    made = market(SMALL)
    state = made.state() | {f"venue.{key}": np.zeros(1, np.int64) for key in ("asset", "order")}
    state |= {"venue.price": np.array([500]), "venue.lots": np.array([4])}
    if value is None:
        pair = {"asset": [0, 0], "order": [0, 1], "price": [500, 499], "lots": [4, -4]}
        state |= {f"venue.{key}": np.array(column) for key, column in pair.items()}
    else:
        state[f"venue.{name}"] = np.array(value, dtype=np.int64)
    with pytest.raises(CorruptRecord, match=said):
        made.load(state)
