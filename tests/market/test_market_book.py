from __future__ import annotations

import importlib
import platform
import sys

import numpy as np
import pytest
from book_reference import SlowBook
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.errors import BadInput
from freeagentics.market import BookMessage, BookMessages, BookTrades, MessageKind, OrderBook, Outcome

TICKS, CAPACITY = 192, 12
K = MessageKind

# Prices lie on both sides of a word of the bits that say which levels are occupied; some numbers are out of bounds.
FLOWS = st.lists(
    st.builds(
        BookMessage,
        kind=st.sampled_from([*K, K.LIMIT, K.LIMIT, K.LIMIT]),
        order=st.integers(0, CAPACITY),
        owner=st.integers(0, 3),
        price=st.one_of(st.integers(60, 68), st.sampled_from([-1, 0, TICKS - 1, TICKS])),
        quantity=st.integers(-9, 9),
        until=st.sampled_from([0, 0, 1, 2, 3]),
    ),
    max_size=60,
)


def book() -> OrderBook:
    return OrderBook(ticks=TICKS, capacity=CAPACITY)


def trades_of(found: BookTrades) -> list[tuple[int, ...]]:
    return list(zip(*(getattr(found, name).tolist() for name in ("message", "taker", "maker", "price", "quantity")), strict=True))


def sent(one: OrderBook, *messages: BookMessage) -> BookTrades:
    return one.process(BookMessages.of(messages))


@given(flow=FLOWS)
def test_a_book_trades_as_a_slow_reference_does(flow: list[BookMessage]) -> None:
    fast, slow = book(), SlowBook(TICKS, CAPACITY)
    found = sent(fast, *flow)
    assert found.outcome.tolist() == [slow.process(row, message) for row, message in enumerate(flow)]
    assert trades_of(found) == slow.trades
    assert tuple(side.tolist() for side in (fast.depth().bids, fast.depth().asks)) == slow.depth()
    assert (fast.standing, fast.now) == (len(slow.standing), slow.now)
    assert {order.order: order.quantity for order in slow.standing} == {int(row): int(fast.left[row]) for row in fast.left.nonzero()[0]}


@given(flow=FLOWS)
def test_prices_never_cross_and_none_trades_through_a_better_one(flow: list[BookMessage]) -> None:
    one = book()
    for message in flow:
        before, found = one.depth(), sent(one, message)
        best, left = (before.asks, one.depth().asks) if message.quantity > 0 else (before.bids, one.depth().bids)
        reached = found.price.tolist()
        assert all((message.price - price) * message.quantity >= 0 for price in reached if message.kind is not K.MARKET)
        better = best[: best[:, 0].tolist().index(reached[-1]), 0] if reached else best[:0, 0]
        assert not np.isin(better, left[:, 0]).any()
        spread = one.depth().spread
        assert spread is None or spread > 0


@given(flow=FLOWS)
def test_lots_are_traded_stand_or_are_withdrawn(flow: list[BookMessage]) -> None:
    one = book()
    for message in flow:
        before, found = one.left.copy(), sent(one, message)
        taken = np.zeros(CAPACITY, dtype=np.int64)
        np.add.at(taken, found.maker, found.quantity)
        assert found.quantity.sum() == found.filled[0]
        assert abs(int(found.filled[0])) <= abs(message.quantity)
        others = np.arange(CAPACITY) != message.order
        kept = others & (one.left != 0)
        assert (one.left[kept] == before[kept] + taken[kept]).all()
        if found.outcome[0] == Outcome.STANDS:
            assert one.left[message.order] == message.quantity - found.filled[0]
        if found.outcome[0] == Outcome.REFUSED:
            assert (one.left == before).all()
        assert one.depth().bids[:, 1].sum() == one.left[one.left > 0].sum()
        assert one.depth().asks[:, 1].sum() == -one.left[one.left < 0].sum()


@given(flow=FLOWS, cut=st.integers(0, 60))
def test_it_does_not_matter_how_messages_are_batched_nor_that_a_book_is_saved_in_between(flow: list[BookMessage], cut: int) -> None:
    whole, first, second = book(), book(), book()
    together = sent(whole, *flow)
    early = sent(first, *flow[:cut])
    second.load(first.state())
    late = sent(second, *flow[cut:])
    for name in ("taker", "maker", "price", "quantity", "outcome", "filled"):
        assert getattr(together, name).tolist() == [*getattr(early, name).tolist(), *getattr(late, name).tolist()]


@given(flow=FLOWS)
def test_orders_by_age_put_on_an_empty_book_make_the_same_book(flow: list[BookMessage]) -> None:
    one, other = book(), book()
    sent(one, *flow)
    owners = {message.order: message.owner for message in flow}
    numbers = one.by_age().tolist()
    found = sent(other, *(BookMessage(K.LIMIT, number, owners[number], one.prices[number], one.left[number]) for number in numbers))
    assert (found.outcome == Outcome.STANDS).all()
    assert (sorted(numbers), other.depth().bids.tolist()) == (one.left.nonzero()[0].tolist(), one.depth().bids.tolist())
    for quantity in (60, -60):
        sweep = BookMessage(K.MARKET, CAPACITY - 1, 99, quantity=quantity)
        assert trades_of(sent(one, sweep)) == trades_of(sent(other, sweep))


STANDING = (BookMessage(K.LIMIT, 0, 0, 64, -5), BookMessage(K.LIMIT, 1, 1, 64, -5), BookMessage(K.LIMIT, 2, 2, 65, -5))


@pytest.mark.parametrize(
    ("messages", "makers", "left"),
    [
        ([BookMessage(K.LIMIT, 3, 3, 64, 12)], [0, 1], {2: -5, 3: 2}),
        ([BookMessage(K.MARKET, 3, 3, quantity=20)], [0, 1, 2], {}),
        ([BookMessage(K.IMMEDIATE_OR_CANCEL, 3, 3, 64, 12)], [0, 1], {2: -5}),
        ([BookMessage(K.FILL_OR_KILL, 3, 3, 64, 11)], [], {0: -5, 1: -5, 2: -5}),
        ([BookMessage(K.FILL_OR_KILL, 3, 3, 65, 11)], [0, 1, 2], {2: -4}),
        ([BookMessage(K.FILL_OR_KILL, 3, 1, 64, 6)], [], {0: -5, 1: -5, 2: -5}),
        ([BookMessage(K.POST_ONLY, 3, 3, 64, 1)], [], {0: -5, 1: -5, 2: -5}),
        ([BookMessage(K.POST_ONLY, 3, 3, 63, 1)], [], {0: -5, 1: -5, 2: -5, 3: 1}),
        ([BookMessage(K.LIMIT, 3, 0, 64, 4)], [1], {1: -1, 2: -5}),
        ([BookMessage(K.REPLACE, 0, 0, 64, -3), BookMessage(K.MARKET, 3, 3, quantity=4)], [0, 1], {1: -4, 2: -5}),
        ([BookMessage(K.REPLACE, 0, 0, 64, -6), BookMessage(K.MARKET, 3, 3, quantity=6)], [1, 0], {0: -5, 2: -5}),
        ([BookMessage(K.CANCEL, 0, 0), BookMessage(K.MARKET, 3, 3, quantity=6)], [1, 2], {2: -4}),
        ([BookMessage(K.CANCEL, 0, 1)], [], {0: -5, 1: -5, 2: -5}),
    ],
    ids=[
        "limit",
        "market",
        "ioc",
        "fok killed",
        "fok filled",
        "fok and own",
        "post refused",
        "post",
        "own goes",
        "smaller keeps",
        "larger is last",
        "cancel",
        "not another's",
    ],
)
def test_the_kinds_of_orders(messages: list[BookMessage], makers: list[int], left: dict[int, int]) -> None:
    one = book()
    found = sent(one, *STANDING, *messages)
    assert (found.maker.tolist(), {int(row): int(one.left[row]) for row in one.left.nonzero()[0]}) == (makers, left)


def test_orders_end_when_the_clock_reaches_their_end() -> None:
    one = book()
    sent(one, BookMessage(K.LIMIT, 0, 0, 64, 5, until=3), BookMessage(K.LIMIT, 1, 0, 63, 5), BookMessage(K.CLOCK, until=2))
    assert (one.best_bid, one.best_ask, one.now) == (64, None, 2)
    assert sent(one, BookMessage(K.CLOCK, until=3), BookMessage(K.CLOCK, until=1)).outcome.tolist() == [Outcome.GONE, Outcome.REFUSED]
    assert (one.best_bid, one.standing) == (63, 1)


def test_a_book_says_what_it_cannot_be_or_take() -> None:
    with pytest.raises(BadInput, match=r"ticks must be from 1 to 16,777,216, not 0"):
        OrderBook(ticks=0)
    with pytest.raises(BadInput, match=r"capacity must be from 1"):
        OrderBook(capacity=2**23)
    with pytest.raises(BadInput, match=r"messages to a book: .* 32 bits"):
        BookMessages.of([BookMessage(K.LIMIT, 2**31)])
    with pytest.raises(BadInput, match="all are whole numbers"):
        BookMessages.of([BookMessage(K.LIMIT, quantity=1.5)])  # type: ignore[arg-type]
    good = BookMessages.of(STANDING)
    with pytest.raises(BadInput, match="columns of one length"):
        book().process(BookMessages(good.kind, good.order[:1], good.owner, good.price, good.quantity, good.until))


def test_a_book_trades_as_bourse_does() -> None:
    """Limits, market orders and cancels; every order has an owner of its own."""
    if sys.version_info >= (3, 13) or (sys.platform, platform.machine()) != ("linux", "x86_64"):
        pytest.skip("bourse has wheels for Linux on x86-64 and Python up to 3.12 alone")
    bourse = importlib.import_module("bourse")
    random, one, other = np.random.default_rng(7), OrderBook(ticks=192, capacity=2_000), bourse.core.OrderBook(0, 1, True)
    numbers: dict[int, int] = {}
    ours: list[tuple[int, ...]] = []
    cancelled = 0
    for row in range(2_000):
        kind = K(random.choice([K.LIMIT, K.LIMIT, K.LIMIT, K.MARKET, K.CANCEL]))
        other.set_time(row)  # With all orders at one time it loses some.
        price, lots, buys = int(random.integers(58, 70)), int(random.integers(1, 10)), bool(random.integers(2))
        if kind is not K.CANCEL:
            numbers[row] = other.place_order(buys, lots, row, price=price if kind is K.LIMIT else None)
            ours += trades_of(sent(one, BookMessage(kind, row, row, price, lots if buys else -lots)))
        elif numbers:
            aim = int(random.choice(list(numbers)[-40:]))
            other.cancel_order(numbers[aim])
            cancelled += sent(one, BookMessage(kind, aim, aim)).outcome[0] == Outcome.GONE
        assert (one.depth().bids[:, 1].sum(), one.depth().asks[:, 1].sum()) == (other.bid_vol(), other.ask_vol())
    theirs = [(taker, maker, price, lots) for _, _, price, lots, taker, maker in other.get_trades()]
    assert [(numbers[taker], numbers[maker], price, abs(quantity)) for _, taker, maker, price, quantity in ours] == theirs
    assert len(ours) > 500
    assert cancelled > 50
