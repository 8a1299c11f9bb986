from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from model_worlds import Columns, Tape, made_bars, made_daily, play, scenario, write

from freeagentics.clock import DAY_MS
from freeagentics.journal import Kind

WARMUP, STEPS, LAST = 168, 32, 20
CURIOUS = {f"roles.{role}.exploration_rate": [1.0, 1.0] for role in ("market-hunter", "sentiment-analyzer")}
"""Forecasters that read everything in every step: what they could know too early, they would."""


def played(folder: Path, bars: Columns, daily: Columns) -> Tape:
    files = {"market.bars": write(folder / "bars.csv", bars), "market.daily": write(folder / "daily.csv", daily)}
    return play(scenario(overrides={**files, **CURIOUS}, steps=STEPS))


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Tape:
    """What was decided when the future was still what it is."""
    return played(tmp_path_factory.mktemp("known"), made_bars(WARMUP + STEPS), made_daily(30))


FUTURES = {
    "prices": ("open", "high", "low", "close"),
    "volume": ("volume", "taker_buy_volume"),
    "whales": ("whale_count", "trades", "taker_buy_volume"),
}


@pytest.mark.parametrize("what", FUTURES)
def test_what_the_market_does_next_changes_nothing_that_was_done_before(what: str, known: Tape, tmp_path: Path) -> None:
    bars, other = made_bars(WARMUP + STEPS), made_bars(WARMUP + STEPS, seed=1)
    future = WARMUP + LAST
    for name in FUTURES[what]:
        bars[name] = np.concatenate([bars[name][:future], other[name][future:]])
    bars["taker_buy_volume"] = np.minimum(bars["taker_buy_volume"], bars["volume"])
    tape = played(tmp_path, bars, made_daily(30))
    assert tape.bits(LAST) == known.bits(LAST)
    assert differs(tape, known, Kind.OBSERVATION) and differs(tape, known, Kind.MEMORIES)


def test_figures_of_a_day_that_is_not_over_change_nothing(known: Tape, tmp_path: Path) -> None:
    bars, daily, other = made_bars(WARMUP + STEPS), made_daily(30), made_daily(30, seed=1)
    today = bars["timestamp"][WARMUP + LAST - 1] // DAY_MS * DAY_MS
    for name in ("fear_greed", "funding_rate"):
        daily[name] = np.where(daily["timestamp"] >= today, other[name], daily[name])
    tape = played(tmp_path, bars, daily)
    assert tape.bits(LAST) == known.bits(LAST)
    assert differs(tape, known, Kind.OBSERVATION)


def differs(tape: Tape, other: Tape, kind: Kind) -> bool:
    """Whether what came after differs: the test would be blind otherwise."""
    return any(one.tobytes() != two.tobytes() for (_, one), (_, two) in zip(tape.all(kind), other.all(kind), strict=True))
