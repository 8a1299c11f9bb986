from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.agents.generative import Message, SignalPolicy, SizingPolicy, SourcePolicy
from freeagentics.agents.generative.forecasts import DOWN, NONE, UP, category
from freeagentics.arrays import F32
from freeagentics.mind import MarketGrid

BULL, BEAR, CALM, TURBULENT = np.eye(4, dtype=np.float32)
UNSURE = np.full(4, 0.25, np.float32)
READING, SPEAKING, SIZING = SourcePolicy(), SignalPolicy(), SizingPolicy(MarketGrid(8))

beliefs = st.lists(st.floats(0.01, 1), min_size=4, max_size=4).map(lambda parts: np.array([parts], np.float32) / np.float32(sum(parts)))


def share(regimes: F32, forecast: int) -> float:
    return float(SIZING.share(regimes[None], np.array([forecast]))[0])


def word(regimes: F32, forecast: int, *allowed: Message) -> Message:
    return Message(int(SPEAKING.choose(regimes[None], np.array([forecast]), allowed)[0].argmax()))


def test_forecasts_count_from_the_threshold_on() -> None:
    forecast = np.array([-0.5, -0.15, -0.1, 0, 0.1, 0.15, 2], np.float32)
    assert category(forecast, 0.149).tolist() == [DOWN, DOWN, NONE, NONE, NONE, UP, UP]


def test_more_is_held_in_a_bull_market_than_in_a_bear_market_and_less_in_a_turbulent_one() -> None:
    assert share(BULL, NONE) > 0.9
    assert share(CALM, NONE) > share(TURBULENT, NONE)
    assert share(BEAR, NONE) < 0.5


@given(beliefs)
def test_a_forecast_up_never_lets_one_hold_less_than_a_forecast_down(regimes: F32) -> None:
    up, down = (SIZING.share(regimes, np.array([forecast]))[0] for forecast in (UP, DOWN))
    assert 0 <= down <= up + 1e-6 <= 1 + 2e-6


def test_a_trend_is_told_where_a_trend_is_likely_and_turbulence_where_it_is() -> None:
    both = (Message.TREND, Message.TURBULENCE)
    assert word(BULL, UP, *both) is Message.TREND
    assert word(BEAR, DOWN, *both) is Message.TREND
    assert word(TURBULENT, NONE, *both) is Message.TURBULENCE
    assert word(CALM, NONE, *both) is Message.NOTHING


def test_nobody_says_what_is_not_theirs_to_say() -> None:
    assert word(TURBULENT, NONE, Message.TREND) is not Message.TURBULENCE
    assert SPEAKING.choose(TURBULENT[None], np.array([NONE]), ())[0].tolist() == [1, 0, 0]


@given(beliefs, st.sampled_from([DOWN, NONE, UP]))
def test_what_may_be_said_has_a_probability_each(regimes: F32, forecast: int) -> None:
    chosen = SPEAKING.choose(regimes, np.array([forecast]), (Message.TREND,))
    assert chosen.sum() == pytest.approx(1, abs=1e-5)
    assert chosen[0, Message.TURBULENCE] == 0


def test_a_source_is_read_for_what_it_was_worth() -> None:
    value = np.array([[0.02, -0.02, 0.005, -0.005]], np.float32)
    for regimes in (UNSURE, CALM):
        wanted = READING.wanted(regimes[None], value)[0]
        assert wanted[0] and not wanted[1]


def test_whoever_is_sure_of_the_regime_is_less_curious() -> None:
    slightly_bad = np.full((1, 1), -0.0005, np.float32)
    assert READING.wanted(np.array([[0.3, 0.3, 0.25, 0.15]], np.float32), slightly_bad)[0, 0]
    assert not READING.wanted(np.array([[0.02, 0.02, 0.95, 0.01]], np.float32), slightly_bad)[0, 0]


@given(beliefs, st.floats(-0.1, 0.1), st.floats(0, 0.1))
def test_no_source_is_read_less_for_having_been_worth_more(regimes: F32, value: float, more: float) -> None:
    wanted = READING.wanted(regimes, np.array([[value, value + more]], np.float32))[0]
    assert wanted[1] or not wanted[0]
