from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from market_factories import flat_bars, make_bars, make_daily
from numpy.typing import ArrayLike

from freeagentics.arrays import F32
from freeagentics.errors import BadInput
from freeagentics.market import SOURCES, Bars, Daily, PriceSource, Source, WhaleSource
from freeagentics.market.source_features import build_features
from freeagentics.market.windows import trailing_zscore


def shown(source: Source, bars: Bars, daily: Daily | None = None) -> dict[str, F32]:
    """What one source shows, each column (T, A), by its name without the prefix."""
    features = build_features(bars, daily, [source])
    return {name.partition(".")[2]: features.values[..., index] for index, name in enumerate(features.columns)}


@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 50), cut=st.integers(1, 399), gaps=st.booleans())
def test_no_source_looks_ahead(name: str, seed: int, cut: int, gaps: bool) -> None:
    bars, daily = make_bars(400, 2, seed=seed, gaps=gaps), make_daily(100, seed=seed)
    past = daily.until(bars.closed(cut - 1))
    full, part = SOURCES[name]().compute(bars, daily), SOURCES[name]().compute(bars.head(cut), past)
    assert np.array_equal(full[:cut].view(np.uint32), part.view(np.uint32))


@pytest.mark.parametrize("name", SOURCES)
def test_what_is_shown_is_finite_and_hints_stay_within_one(name: str) -> None:
    features = build_features(make_bars(400, 2, gaps=True), make_daily(100), [SOURCES[name]()])
    assert features.values.shape == (400, 2, len(SOURCES[name].columns))
    assert features.values.dtype == np.float32
    assert np.isfinite(features.values).all()
    assert np.abs(features.values[..., features.columns.index(SOURCES[name].direction)]).max() <= 1


def test_price_follows_a_steady_rise() -> None:
    columns = shown(PriceSource(), flat_bars(100 * 1.01 ** np.arange(60)))
    assert columns["return_1"][0, 0] == 0.0
    assert columns["return_1"][30, 0] == pytest.approx(np.log(1.01), rel=1e-5)
    assert columns["return_24"][23, 0] == 0.0
    assert columns["return_24"][24, 0] == pytest.approx(24 * np.log(1.01), rel=1e-5)
    assert columns["volatility"][30, 0] == pytest.approx(np.log(1.01), rel=1e-5)
    assert columns["volatility_ratio"][30, 0] == pytest.approx(1, rel=1e-5)
    assert columns["trend"][30, 0] == pytest.approx(1, abs=1e-3)
    assert columns["zscore"][30, 0] == pytest.approx(1, rel=1e-5)


def test_a_price_that_stands_still_shows_nothing() -> None:
    columns = shown(PriceSource(), flat_bars([5.0] * 300))
    assert not any(values.any() for values in columns.values())


def test_the_gap_counts_the_bars_left_out() -> None:
    bars = make_bars(50)
    times = bars.timestamps.copy()
    times[20:] += 3 * bars.interval_ms
    gapped = Bars(bars.symbols, times, bars.interval_ms, bars.open, bars.high, bars.low, bars.close, bars.volume, bars.extras)
    gap = shown(PriceSource(), gapped)["gap"][:, 0]
    assert (gap[20], gap.sum()) == (3, 3)


def test_the_volume_score_measures_by_the_trailing_week() -> None:
    bars = make_bars(400, extras=False)
    logs = np.log(np.where(bars.volume > 0, bars.volume, np.nan))[400 - 168 :, 0]
    expected = (logs[-1] - np.nanmean(logs)) / np.nanstd(logs)
    assert shown(PriceSource(), bars)["volume_score"][-1, 0] == pytest.approx(np.clip(expected, -4, 4), rel=1e-5)


def test_scores_of_volume_are_cut_at_four_deviations_and_those_of_moves_at_eight() -> None:
    bars = make_bars(400, extras=False)
    volume, close = bars.volume.copy(), bars.close.copy()
    volume[[250, 390]] = [[1e12], [1e-12]]
    close[300:350] *= 3
    columns = shown(PriceSource(), replace(bars, volume=volume, close=close))
    assert columns["volume_score"][[250, 390], 0].tolist() == [4, -4]
    assert columns["zscore"][[300, 350], 0].tolist() == [8, -8]


@pytest.mark.parametrize(("known", "usable"), [(9, False), (10, True)])
def test_a_score_needs_a_seventh_of_its_window(known: int, usable: bool) -> None:
    values = np.full((70, 1), np.nan)
    values[70 - known :, 0] = np.arange(known)
    assert np.isfinite(trailing_zscore(values, 70)[-1, 0]) == usable


def whale_bars(**extras: ArrayLike) -> Bars:
    """A steady rise of 200 bars with these extras, each one number or one a bar."""
    rising = flat_bars(100 * 1.001 ** np.arange(200))
    columns = {name: np.empty((200, 1)) for name in extras}
    for name, values in extras.items():
        columns[name][:, 0] = values
    times, price = rising.timestamps, rising.close
    return Bars(rising.symbols, times, rising.interval_ms, price, price, price, price, rising.volume, columns)


def test_large_trades_count_as_whales() -> None:
    trades = np.random.default_rng(0).uniform(90, 110, 200)
    trades[150] = 10
    columns = shown(WhaleSource(), whale_bars(trades=trades, taker_buy_volume=75.0))
    assert columns["size_score"][150, 0] == 4
    assert columns["count"][150, 0] == 10
    assert columns["drive"][150, 0] == 1.0
    assert columns["imbalance"][150, 0] == pytest.approx(0.5)
    assert np.median(columns["count"]) == 0


@pytest.mark.parametrize(("count", "drive"), [(4, 0.0), (5, 0.5), (8, 0.8), (12, 1.0)])
def test_the_bars_own_whale_count_drives_with_the_trend(count: int, drive: float) -> None:
    columns = shown(WhaleSource(), whale_bars(whale_count=count))
    assert columns["count"][100, 0] == count
    assert columns["drive"][100, 0] == pytest.approx(drive)
    assert not columns["imbalance"].any()


def test_daily_sources_scale_what_was_known() -> None:
    bars = make_bars(24 * 12)
    times = bars.timestamps[0] + 86_400_000 * np.arange(-10, 12)
    daily = Daily(times, {"fear_greed": np.arange(50.0, 72.0), "funding_rate": 1e-4 * np.arange(22.0)})
    sentiment, derivatives = (shown(SOURCES[name](), bars, daily) for name in ("sentiment", "derivatives"))
    assert sentiment["level"][[0, 23, 24], 0] == pytest.approx([9 / 50, 9 / 50, 10 / 50])
    assert sentiment["change"][0, 0] == pytest.approx(7 / 50)
    assert sentiment["contrarian"][0, 0] == pytest.approx(-9 / 50)
    assert derivatives["funding"][[0, 24, 48], 0] == pytest.approx([9, 10, 10])
    assert derivatives["funding_change"][0, 0] == pytest.approx(7)
    assert derivatives["crowding"][0, 0] == pytest.approx(-np.tanh(3))


def test_sources_without_what_they_need_are_off_and_say_why() -> None:
    features = build_features(make_bars(50, extras=False), None, [source() for source in SOURCES.values()])
    assert [source.name for source in features.sources] == ["price"]
    assert features.off == {
        "whales": "needs columns trades, taker_buy_volume",
        "derivatives": "needs columns funding_rate (daily)",
        "sentiment": "needs columns fear_greed (daily)",
        "book": "needs columns spread, bid_depth, ask_depth",
    }


def test_a_read_costs_what_the_source_or_its_owner_says() -> None:
    costs = {"price": 0, "whales": 50, "derivatives": 25, "sentiment": 10, "book": 20}
    assert {name: source().cost_cents for name, source in SOURCES.items()} == costs
    assert WhaleSource(7).cost_cents == 7
    with pytest.raises(BadInput, match="cannot cost -1 cents"):
        WhaleSource(-1)


class Loud(Source):
    name = "loud"
    columns = ("loud.level",)
    direction = "loud.level"

    def missing(self, bars: Bars, daily: Daily | None) -> tuple[str, ...]:
        return ()

    def compute(self, bars: Bars, daily: Daily | None) -> F32:
        return np.full((*bars.close.shape, 1), 2.0, dtype=np.float32)


def test_a_source_that_breaks_its_contract_is_named() -> None:
    bars = make_bars(10)
    with pytest.raises(BadInput, match=r"source loud: its direction loud.level must stay within -1 and 1"):
        build_features(bars, None, [Loud()])
    with pytest.raises(BadInput, match="source price is given twice"):
        build_features(bars, None, [PriceSource(), PriceSource()])
    for attribute, value, message in (
        ("columns", ("level",), "must begin with 'loud.'"),
        ("columns", ("loud.level", "loud.b"), r"computed float32 \(10, 1, 1\); float32 \(10, 1, 2\) is needed"),
        ("direction", "loud.other", "must be one of its columns"),
    ):
        broken = type("Broken", (Loud,), {attribute: value})
        with pytest.raises(BadInput, match=message):
            build_features(bars, None, [broken()])


def test_a_volume_below_one_is_a_volume_and_none_at_all_is_not_known() -> None:
    bars = make_bars(200, extras=False)
    small = replace(bars, volume=bars.volume / 1000)
    scores = [shown(PriceSource(), some)["volume_score"] for some in (bars, small)]
    assert scores[0] == pytest.approx(scores[1], abs=1e-4)
