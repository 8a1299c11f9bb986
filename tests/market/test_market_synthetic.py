from __future__ import annotations

import hashlib
from dataclasses import fields
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from freeagentics.arrays import F64
from freeagentics.errors import BadInput
from freeagentics.market import (
    REGIMES,
    SOURCES,
    Bars,
    Daily,
    GroundTruth,
    PriceSource,
    RegimeDrift,
    SyntheticMarket,
    SyntheticSettings,
    WhalePump,
    synthesize,
)
from freeagentics.market.bars import EXTRAS
from freeagentics.market.synthetic.planted import Crash, Echo, LeadLag, RegimeReturn, Rule

LONG = 60_000
NOTHING = SyntheticSettings(planted=())


@cache
def long_market(planted: bool) -> tuple[Bars, Daily, GroundTruth]:
    return synthesize(SyntheticSettings() if planted else NOTHING, 11, LONG)


def simple_returns(bars: Bars) -> F64:
    """Simple return of each bar from its open to its close, (T,)."""
    return bars.close[:, 0] / bars.open[:, 0] - 1


def is_zero_within_error(values: F64) -> bool:
    return bool(abs(values.mean()) < 3 * values.std() / np.sqrt(len(values)))


def autocorrelation(values: F64, lag: int) -> float:
    return float(np.corrcoef(values[:-lag], values[lag:])[0, 1])


def test_returns_have_the_stylised_facts() -> None:
    returns = np.log1p(simple_returns(long_market(planted=False)[0]))
    size = np.abs(returns)
    assert np.mean(((returns - returns.mean()) / returns.std()) ** 4) - 3 > 2
    assert autocorrelation(size, 1) > 0.1
    assert autocorrelation(size, 10) > 0.03
    assert abs(autocorrelation(returns, 1)) < 0.1


def test_flow_goes_with_the_return_of_its_bar_and_not_with_the_next() -> None:
    bars = long_market(planted=False)[0]
    returns = simple_returns(bars)
    imbalance = 2 * bars.extras["taker_buy_volume"][:, 0] / bars.volume[:, 0] - 1
    assert 0.35 < np.corrcoef(returns, imbalance)[0, 1] < 0.55
    assert abs(np.corrcoef(returns[1:], imbalance[:-1])[0, 1]) < 0.03
    assert np.corrcoef(np.abs(returns), np.log(bars.volume[:, 0]))[0, 1] > 0.2


def test_whales_are_rare_and_trade_large() -> None:
    bars = long_market(planted=False)[0]
    many = bars.extras["whale_count"][:, 0] >= 5
    size = (bars.volume / bars.extras["trades"])[:, 0]
    assert 30 < 1 / many.mean() < 50
    assert size[many].mean() > 1.5 * size[~many].mean()


def test_daily_figures_follow_the_past_and_stay_in_range() -> None:
    bars, daily, _ = long_market(planted=False)
    index = daily.columns["fear_greed"]
    past = np.log(bars.close[23::24, 0])[: len(index)]
    assert (index.min() >= 0, index.max() <= 100) == (True, True)
    assert np.corrcoef(index[7:], past[7:] - past[:-7])[0, 1] > 0.4
    assert np.corrcoef(daily.columns["funding_rate"][7:], past[7:] - past[:-7])[0, 1] > 0.4


def test_with_nothing_planted_no_regime_drifts() -> None:
    bars, _, truth = long_market(planted=False)
    for regime in range(len(REGIMES)):
        assert is_zero_within_error(simple_returns(bars)[truth.regime == regime])


def test_with_nothing_planted_nothing_follows_whales_or_trends() -> None:
    bars, _, truth = long_market(planted=False)
    close = bars.close[:, 0]
    many, trend = bars.extras["whale_count"][24:-8, 0] >= 5, close[24:-8] / close[:-32] - 1
    ahead = close[32:] / close[24:-8] - 1
    assert len(truth.pumps) == 0
    for condition in (many, many & (trend > 0), many & (trend < 0)):
        assert is_zero_within_error(ahead[condition])


def test_pumps_come_as_often_and_as_strong_as_planted() -> None:
    bars, _, truth = long_market(planted=True)
    pumps, close = truth.pumps, bars.close[:, 0]
    error = np.sqrt(0.78 * 0.22 / len(pumps))
    assert len(pumps) > 400
    assert abs(pumps.pumped.mean() - 0.78) < 3 * error
    over = pumps.pumped & (pumps.bar + pumps.bars < LONG)
    rises = close[(pumps.bar + pumps.bars)[over]] / close[pumps.bar[over]] - 1
    assert abs(rises.mean() - 0.032) < 3 * rises.std() / np.sqrt(len(rises))
    assert set(pumps.bars[pumps.pumped]) == {4, 5, 6, 7, 8}


def test_no_pump_is_further_from_the_mean_than_three_standard_deviations() -> None:
    often = WhalePump(whales=1, trend_bars=1, probability=1, within=(1, 1))
    pumps = synthesize(SyntheticSettings(planted=(often,)), 11, 20_000)[2].pumps
    assert pumps.pumped.all()
    assert (pumps.rise.min(), pumps.rise.max()) == (pytest.approx(0.032 - 3 * 0.008), pytest.approx(0.032 + 3 * 0.008))


def test_every_pump_met_its_conditions_and_none_began_during_another() -> None:
    bars, _, truth = long_market(planted=True)
    pumps, close = truth.pumps, bars.close[:, 0]
    assert (bars.extras["whale_count"][pumps.bar, 0] >= 5).all()
    assert (close[pumps.bar] > close[pumps.bar - 24]).all()
    assert (pumps.bar[1:] >= (pumps.bar + pumps.bars)[:-1]).all()
    under_way = np.zeros(LONG, dtype=bool)
    for first, length in zip(pumps.bar, pumps.bars, strict=True):
        under_way[first : first + max(length, 1)] = True
    many = np.flatnonzero(bars.extras["whale_count"][24:, 0] >= 5) + 24
    assert all(under_way[bar] for bar in many if close[bar] > close[bar - 24] * (1 + 1e-9))


def test_pumps_differ_from_the_unplanted_market_only_from_the_first_on() -> None:
    planted, plain = long_market(planted=True), long_market(planted=False)
    first = int(planted[2].pumps.bar[planted[2].pumps.pumped][0])
    assert np.array_equal(planted[0].close[: first + 1], plain[0].close[: first + 1])
    assert np.array_equal(planted[0].extras["whale_count"], plain[0].extras["whale_count"])


def test_a_planted_drift_moves_its_regimes_and_no_other() -> None:
    bars, _, truth = synthesize(SyntheticSettings(planted=(RegimeDrift(bull=0.001, bear=-0.001),)), 11, 20_000)
    plain, _, _ = synthesize(NOTHING, 11, 20_000)
    ratio = (1 + simple_returns(bars)) / (1 + simple_returns(plain)) - 1
    for regime, drift in zip(REGIMES, (0.001, -0.001, 0.0, 0.0), strict=True):
        assert ratio[truth.regime == REGIMES.index(regime)] == pytest.approx(drift, abs=1e-9)


def test_a_regime_that_returns_opens_and_drifts_as_it_did() -> None:
    rule = RegimeReturn(regimes=3)
    bars, _, truth = synthesize(SyntheticSettings(symbols=("A", "B"), planted=(rule,)), 11, 3000)
    plain, _, _ = synthesize(SyntheticSettings(symbols=("A", "B"), planted=()), 11, 3000)
    more, returned = np.log(bars.volume / plain.volume), truth.returns
    assert np.bincount(returned.regime).min() > 10
    assert (np.diff(returned.regime) != 0).all()
    for regime in range(3):
        begins = returned.bar[returned.regime == regime]
        opening = np.array([more[begin - 10 : begin] for begin in begins])
        assert np.ptp(opening, axis=0).max() < 1e-9
        assert opening.std() > 1
    for begin, drift, length in zip(returned.bar, returned.drift, returned.bars, strict=True):
        assert np.allclose(np.expm1(truth.drift[begin : begin + length]), drift)
        assert not truth.drift[begin - 10 : begin].any()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**63), short=st.integers(1, 600), assets=st.integers(1, 3))
def test_more_bars_never_change_earlier_ones(seed: int, short: int, assets: int) -> None:
    rules = SyntheticSettings(symbols=("A", "B", "C")[:assets], planted=(WhalePump(), RegimeDrift(), RegimeReturn()))
    (bars, daily, truth), (longer, longer_daily, longer_truth) = (synthesize(rules, seed, count) for count in (short, 700))
    for name in ("timestamps", "open", "high", "low", "close", "volume"):
        assert np.array_equal(getattr(bars, name), getattr(longer, name)[:short])
    for name, values in bars.extras.items():
        assert np.array_equal(values, longer.extras[name][:short])
    for name, values in daily.columns.items():
        assert np.array_equal(values, longer_daily.columns[name][: len(values)])
    assert np.array_equal(truth.regime, longer_truth.regime[:short])
    assert len(truth.pumps) == np.count_nonzero(longer_truth.pumps.bar < short)


def test_seeds_differ() -> None:
    assert not np.array_equal(synthesize(NOTHING, 1, 100)[0].close, synthesize(NOTHING, 2, 100)[0].close)


def test_bars_are_whole() -> None:
    bars, _, _ = synthesize(SyntheticSettings(symbols=("A", "B")), 3, 2000)
    assert np.array_equal(bars.open[1:], bars.close[:-1])
    assert (bars.open[0] == pytest.approx(40_000.0), bars.symbols) == (True, ("A", "B"))
    assert (bars.high >= np.maximum(bars.open, bars.close)).all()
    assert (bars.low <= np.minimum(bars.open, bars.close)).all()
    assert set(bars.extras) < set(EXTRAS)
    assert (bars.extras["taker_buy_volume"] <= bars.volume).all()
    assert 0.3 < np.corrcoef(np.diff(np.log(bars.close), axis=0).T)[0, 1] < 0.9


def test_a_synthetic_market_is_replayed_with_every_source_on() -> None:
    market = SyntheticMarket(
        SyntheticSettings(), seed=7, bars=300, desks=2, cash_cents=1000, sources=[source() for source in SOURCES.values()], start=200
    )
    twin = SyntheticMarket(SyntheticSettings(), seed=7, bars=300, desks=2, cash_cents=1000, sources=[PriceSource()], start=200)
    assert list(market.off) == ["book"]
    assert np.array_equal(market.advance().prices, twin.advance().prices)
    assert len(market.truth.regime) == 300


def test_settings_come_from_plain_data() -> None:
    plain = {"symbols": ["A"], "planted": [{"kind": "whale-pump", "rise": 0.05}, {"kind": "regime-drift"}]}
    assert SyntheticSettings.model_validate(plain).planted == (WhalePump(rise=0.05), RegimeDrift())
    assert SyntheticSettings().planted == (WhalePump(),)


@pytest.mark.parametrize(
    "plain",
    [
        {"colour": 1},
        {"symbols": []},
        {"symbols": ["A", "A"]},
        {"price": 0},
        {"planted": [{"kind": "moon"}]},
        {"planted": [{"kind": "whale-pump", "within": [8, 4]}]},
        {"planted": [{"kind": "regime-return", "opening": [1, 4]}]},
        {"planted": [{"kind": "regime-return", "stay": [14, 10]}]},
    ],
)
def test_settings_that_make_no_market_are_refused(plain: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SyntheticSettings.model_validate(plain)


def test_a_market_without_bars_is_refused() -> None:
    with pytest.raises(BadInput, match="0 bars"):
        synthesize(NOTHING, 1, 0)


GOLDEN = {
    "nothing": ((), "e745329d478d36e6"),
    "whale-pump": ((WhalePump(),), "a6274a47302647ab"),
    "regime-drift": ((RegimeDrift(),), "41b5941efb6472ce"),
    "crash": ((Crash(),), "11c994d11724aeb1"),
    "echo": ((Echo(), Echo(motifs=2, bars=(2, 3))), "21609affcf5dc45b"),
    "regime-return": ((RegimeReturn(), RegimeReturn(regimes=2)), "55294d97093cf15c"),
    "lead-lag": ((LeadLag(),), "5824187ec8a9244d"),
}
"""Rules, and the beginning of the SHA-256 of the market that they make: it changes on purpose only, and CHANGELOG says so."""


@pytest.mark.parametrize(("rules", "digest"), GOLDEN.values(), ids=GOLDEN)
def test_a_made_market_is_what_it_was(rules: tuple[Rule, ...], digest: str) -> None:
    bars, daily, truth = synthesize(SyntheticSettings(symbols=("A", "B"), planted=rules), 5, 1500)
    prices = [getattr(bars, name) for name in ("timestamps", "open", "high", "low", "close", "volume")]
    planted = [getattr(part, field.name) for part in (truth.pumps, truth.echoes, truth.returns) for field in fields(part)]
    found = [*prices, *bars.extras.values(), *daily.columns.values(), truth.regime, truth.volatility, truth.drift, *planted]
    assert hashlib.sha256(b"".join(array.tobytes() for array in found)).hexdigest()[:16] == digest
