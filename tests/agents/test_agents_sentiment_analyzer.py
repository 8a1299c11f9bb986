from __future__ import annotations

import numpy as np
import pytest
from agents_worlds import Tape, credulous, play, reasons, scenario

from freeagentics.agents import SignalKind
from freeagentics.agents.roles.sentiment_analyzer import SentimentAnalyzer
from freeagentics.arrays import AnyArray
from freeagentics.journal import Kind

STEPS = 70
ANALYZERS = [2, 3]
ADDRESSED = {"portfolio-optimizer": 3, "trade-executor": 4}
REFRESH, THRESHOLD = 12, 1e-3


@pytest.fixture(scope="module")
def tape() -> Tape:
    """Two desks of five roles, whose analyzers tell whatever they expect."""
    return play(credulous(**{"roles__sentiment-analyzer__threshold": THRESHOLD}), STEPS)


def told(tape: Tape, step: int) -> AnyArray:
    """What analyzers told in a step."""
    said = tape.records(step, Kind.SIGNALS)
    return said[np.isin(said["source"], ANALYZERS)] if len(said) else said


def test_analyzers_tell_of_sentiment_and_only_those_who_weigh_it(tape: Tape) -> None:
    audience = sum(1 << bit for bit in ADDRESSED.values())
    said = [signal for step in range(1, STEPS + 1) for signal in told(tape, step)]
    assert said
    assert {(int(signal["kind"]), int(signal["audience"])) for signal in said} == {(SignalKind.SENTIMENT, audience)}


def test_a_forecast_is_told_when_it_moved_or_was_told_long_ago(tape: Tape) -> None:
    last: dict[int, tuple[int, float]] = {}
    for step in range(1, STEPS + 1):
        for signal in told(tape, step):
            source, value = int(signal["source"]), float(signal["data"][0])
            before = last.get(source)
            assert before is None or abs(value - before[1]) > THRESHOLD or step - before[0] >= REFRESH
            assert abs(value) >= THRESHOLD or before is not None
            last[source] = (step, value)


def test_analyzers_do_not_look_at_whales(tape: Tape) -> None:
    """Of derivatives and sentiment: two bits of reading, and never a third."""
    for step in range(1, STEPS + 1):
        decisions = tape.records(step, Kind.DECISIONS)
        assert (reasons(SentimentAnalyzer, decisions[np.isin(decisions["agent"], ANALYZERS)])["sources_read"] < 4).all()


def test_without_daily_figures_analyzers_have_nothing_to_read_and_tell_nothing() -> None:
    blind = play(scenario(market__daily=""), 20)
    decisions = blind.records(20, Kind.DECISIONS)
    assert (reasons(SentimentAnalyzer, decisions[np.isin(decisions["agent"], ANALYZERS)])["sources_read"] == 0).all()
    assert not any(len(told(blind, step)) for step in range(1, 21))
