from __future__ import annotations

import numpy as np
import pytest
from market_factories import flat_bars, make_bars, make_daily, make_orders

from freeagentics.clock import HOUR_MS
from freeagentics.errors import BadInput, CorruptRecord, EndOfBars
from freeagentics.market import UNITS, Bars, PriceSource, ReplayMarket, SentimentSource, Terms, to_price


def flat_market(*prices: float, desks: int = 1, fee_ppm: int = 0) -> ReplayMarket:
    """Desks of 1,000.00 in a market of one asset at these prices, without impact."""
    return ReplayMarket(flat_bars(prices), desks=desks, cash_cents=100_000, sources=[PriceSource()], terms=Terms(fee_ppm, impact_bps=0))


def test_the_first_step_shows_the_bar_at_the_start_as_it_closed() -> None:
    bars = make_bars(50, 2)
    market = ReplayMarket(bars, desks=1, cash_cents=0, sources=[PriceSource()], start=30)
    seen = market.advance()
    assert (seen.step, seen.timestamp, market.remaining) == (1, int(bars.timestamps[30]) + HOUR_MS, 19)
    assert seen.prices.tolist() == np.rint(bars.close[30] * UNITS).tolist()
    assert seen.column("price.return_1") == pytest.approx(np.log(bars.close[30] / bars.close[29]), rel=1e-5)
    assert seen.values.shape == (2, len(market.columns))


def test_orders_fill_at_the_next_open_and_never_at_the_price_seen() -> None:
    market = flat_market(100, 50)
    market.advance()
    market.submit(make_orders((0, 0, 2 * UNITS)))
    assert market.accounts.position.tolist() == [[0]]
    market.advance()
    assert (market.fills.price.tolist(), market.fills.notional.tolist()) == ([50 * UNITS], [10_000])
    assert (market.accounts.cash.tolist(), market.accounts.position.tolist()) == ([90_000], [[2 * UNITS]])


def test_orders_are_cut_at_the_last_close_with_a_fee_kept_back() -> None:
    market = flat_market(100, 100, fee_ppm=10_000)
    market.advance()
    accepted = market.submit(make_orders((0, 0, 50 * UNITS), (0, 0, UNITS), (0, 0, -UNITS)))
    assert accepted.agent.tolist() == [0, 2]
    assert accepted.quantity[0] == pytest.approx(100_000 / 1.01 / 100 / 100 * UNITS, rel=1e-4)


def test_what_is_queued_is_no_longer_free_for_a_later_phase() -> None:
    market = flat_market(100, 100)
    market.advance()
    assert market.submit(make_orders((0, 0, 8 * UNITS))).quantity.tolist() == [8 * UNITS]
    assert market.submit(make_orders((0, 0, 8 * UNITS))).quantity.tolist() == [2 * UNITS]
    market.advance()
    assert market.fills.quantity.tolist() == [8 * UNITS, 2 * UNITS]


def test_what_was_charged_for_data_is_not_free_either() -> None:
    market = flat_market(100, 100)
    market.advance()
    market.accounts.charge(np.array([0], dtype=np.int32), np.array([50_000]))
    assert market.submit(make_orders((0, 0, 8 * UNITS))).quantity.tolist() == [5 * UNITS]


def test_an_open_above_the_close_cuts_again() -> None:
    market = flat_market(100, 200)
    market.advance()
    market.submit(make_orders((0, 0, 10 * UNITS)))
    market.advance()
    assert market.fills.quantity.tolist() == [5 * UNITS]
    assert market.accounts.cash.tolist() == [0]


def test_impact_is_measured_by_the_volume_of_the_last_closed_bar() -> None:
    quiet = flat_bars([100, 100])
    volume = np.array([[100.0], [1e9]])
    busy = Bars(quiet.symbols, quiet.timestamps, HOUR_MS, quiet.open, quiet.high, quiet.low, quiet.close, volume, {})
    market = ReplayMarket(busy, desks=1, cash_cents=100_000, sources=[], terms=Terms(fee_ppm=0, impact_bps=100))
    market.advance()
    market.submit(make_orders((0, 0, UNITS)))
    market.advance()
    assert market.fills.price.tolist() == [round(100.1 * UNITS)]


@pytest.mark.parametrize("shared", [False, True])
def test_an_asset_without_any_volume_fills_at_the_open_and_is_named(shared: bool) -> None:
    terms = Terms(fee_ppm=0, impact_bps=100, shared_impact=shared)
    market = ReplayMarket(flat_bars([100, 100], volume=0.0), desks=1, cash_cents=100_000, sources=[], terms=terms)
    assert market.notes == ("no volume of S0: orders fill at the open, without impact",)
    market.advance()
    market.submit(make_orders((0, 0, UNITS)))
    market.advance()
    assert market.fills.price.tolist() == [100 * UNITS]


def test_a_bar_without_volume_among_others_has_the_largest_impact() -> None:
    quiet = flat_bars([100, 100, 100])
    volume = np.array([[0.0], [100.0], [100.0]])
    bars = Bars(quiet.symbols, quiet.timestamps, HOUR_MS, quiet.open, quiet.high, quiet.low, quiet.close, volume, {})
    market = ReplayMarket(bars, desks=1, cash_cents=100_000, sources=[])
    assert market.notes == ()
    market.advance()
    market.submit(make_orders((0, 0, UNITS)))
    market.advance()
    assert market.fills.price.tolist() == [102 * UNITS]
    low, high = market.span(2)
    assert (low.tolist(), high.tolist()) == ([100 * UNITS], [100 * UNITS])


def test_a_share_of_no_volume_is_refused() -> None:
    with pytest.raises(BadInput, match="max_participation: S0 has no volume in these bars to take a share of; leave it at 0"):
        ReplayMarket(flat_bars([1, 2], volume=0.0), desks=1, cash_cents=0, sources=[], terms=Terms(max_participation=0.1))


def test_all_desks_together_take_no_more_of_a_bar_than_the_cap_allows() -> None:
    terms = Terms(fee_ppm=0, impact_bps=0, max_participation=0.05)
    market = ReplayMarket(flat_bars([100] * 4), desks=3, cash_cents=10**6, sources=[], terms=terms)
    market.advance()
    assert market.submit(make_orders(*[(desk, 0, (desk + 1) * 10 * UNITS) for desk in range(3)])).quantity.sum() == 60 * UNITS
    market.advance()
    # The rest lapses.
    assert market.fills.quantity.tolist() == [5 * UNITS // 6, 10 * UNITS // 6, 15 * UNITS // 6]
    market.advance()
    assert len(market.fills) == 0


def test_a_step_without_orders_has_no_fills() -> None:
    market = flat_market(100, 100, 100)
    market.advance()
    market.submit(make_orders((0, 0, UNITS)))
    market.advance()
    market.advance()
    assert len(market.fills) == 0


def test_the_peak_is_marked_at_every_close() -> None:
    market = flat_market(100, 100, 300, 50)
    market.advance()
    market.submit(make_orders((0, 0, 5 * UNITS)))
    for _ in range(3):
        market.advance()
    assert market.accounts.peak.tolist() == [200_000]


def test_closes_are_known_only_for_steps_shown() -> None:
    market = flat_market(100, 101, 102)
    with pytest.raises(BadInput, match="step 1 is not shown"):
        market.close(1)
    market.advance()
    market.advance()
    assert [market.close(step).tolist() for step in (1, 2)] == [[100.0], [101.0]]
    for step in (0, 3):
        with pytest.raises(BadInput, match="steps 1 to 2"):
            market.close(step)


def test_after_the_last_bar_the_market_ends() -> None:
    market = flat_market(100)
    market.advance()
    with pytest.raises(EndOfBars, match="all 1 bars"):
        market.advance()


def test_orders_for_what_does_not_exist_are_refused() -> None:
    market = flat_market(100, 100, desks=2)
    with pytest.raises(BadInput, match="advance first"):
        market.submit(make_orders((0, 0, 1)))
    market.advance()
    with pytest.raises(BadInput, match="order 1 of agent 1: desk 2 does not exist; give 0 to 1"):
        market.submit(make_orders((0, 0, 1), (2, 0, 1)))
    with pytest.raises(BadInput, match="asset -1 does not exist"):
        market.submit(make_orders((0, -1, 1)))


def test_a_restored_market_goes_on_as_the_one_it_was_saved_from() -> None:
    def market() -> ReplayMarket:
        return ReplayMarket(make_bars(60, 2), desks=4, cash_cents=100_000, sources=[PriceSource()], start=20)

    def trade(market: ReplayMarket, steps: int) -> list[list[int]]:
        trail = []
        for _ in range(steps):
            market.advance()
            rng = np.random.default_rng(market.step)
            rows = np.column_stack([rng.integers(0, 4, 8), rng.integers(0, 2, 8), rng.integers(-3 * UNITS, 3 * UNITS, 8)])
            market.submit(make_orders(*[(int(desk), int(asset), int(quantity)) for desk, asset, quantity in rows]))
            trail.append([*market.fills.quantity.tolist(), *market.fills.price.tolist(), *market.accounts.cash.tolist()])
        return trail

    first, second = market(), market()
    trade(first, 10)
    second.load(first.state())
    assert second.fills.quantity.tolist() == first.fills.quantity.tolist()
    assert trade(second, 20) == trade(first, 20)


def test_a_state_of_another_market_is_refused() -> None:
    market, longer, wider = flat_market(100, 100), flat_market(*[100] * 5), flat_market(100, 100, desks=2)
    for _ in range(4):
        longer.advance()
    with pytest.raises(CorruptRecord, match="stands at bar 4; here they go from 0 to 2"):
        market.load(longer.state())
    with pytest.raises(CorruptRecord, match="cash is of shape"):
        market.load(wider.state())
    with pytest.raises(CorruptRecord, match="cursor is missing"):
        market.load({})


def test_what_is_shown_cannot_be_written_to() -> None:
    seen = ReplayMarket(make_bars(50), desks=1, cash_cents=0, sources=[SentimentSource()], daily=make_daily(20)).advance()
    for array in (seen.values, seen.prices):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_an_unknown_column_gets_a_suggestion() -> None:
    with pytest.raises(BadInput, match=r"no column 'price.retrun_1' .did you mean price.return_1"):
        flat_market(100).advance().column("price.retrun_1")


def test_a_start_beyond_the_bars_is_refused() -> None:
    with pytest.raises(BadInput, match="start 2 is no bar"):
        ReplayMarket(flat_bars([1, 2]), desks=1, cash_cents=0, sources=[], start=2)


@pytest.mark.parametrize("terms", [{"fee_ppm": -1}, {"impact_bps": -1.0}, {"impact_bps": np.inf}, {"max_participation": 1.1}])
def test_terms_out_of_range_are_refused(terms: dict[str, float]) -> None:
    with pytest.raises(BadInput, match=next(iter(terms))):
        Terms(**terms)  # type: ignore[arg-type]


def test_bars_are_counted_from_the_start() -> None:
    bars = make_bars(50, 2)
    market = ReplayMarket(bars, desks=1, cash_cents=0, sources=[], start=30)
    for left in (19, 18):
        market.advance()
        assert market.remaining == left
    low, high = (to_price(prices[31], market.units.price) for prices in (bars.low, bars.high))
    assert [span.tolist() for span in market.span(2)] == [low.tolist(), high.tolist()]
    assert np.array_equal(market.shown().close, bars.close[30:32])


def test_a_market_that_has_ended_is_restored() -> None:
    ended, other = flat_market(100, 100), flat_market(100, 100)
    for _ in range(2):
        ended.advance()
    other.load(ended.state())
    assert (other.step, other.remaining) == (2, 0)


def test_trading_costs_half_a_thousandth_and_moves_ones_own_price_unless_a_scenario_says_otherwise() -> None:
    assert Terms() == Terms(fee_ppm=500, impact_bps=10, shared_impact=False, max_participation=0)
