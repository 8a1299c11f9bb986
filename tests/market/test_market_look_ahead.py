"""Sources that look ahead are refused, however little and however seldom they do."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from market_factories import flat_bars, make_bars, make_daily

from freeagentics.arrays import F32, F64
from freeagentics.errors import BadInput
from freeagentics.market import SOURCES, Bars, Daily, Source
from freeagentics.market.look_ahead import MOVES, RUN, RUN_END, SPREAD, cuts
from freeagentics.market.source_features import build_features

Shown = Callable[[Bars, Daily | None], F64]


def source_of(shown: Shown, name: str = "own") -> Source:
    """A source of one's own whose second column shows this, (T, A), and whose first one is honest."""

    class Own(Source):
        columns = (f"{name}.hint", f"{name}.x")
        direction = f"{name}.hint"

        def missing(self, bars: Bars, daily: Daily | None) -> tuple[str, ...]:
            return ()

        def compute(self, bars: Bars, daily: Daily | None) -> F32:
            return np.stack([np.sign(past_return(bars)), shown(bars, daily)], axis=-1).astype(np.float32)

    Own.name = name
    return Own()


def past_return(bars: Bars) -> F64:
    return np.diff(np.log(bars.close), axis=0, prepend=np.log(bars.close[:1]))


def next_return(bars: Bars) -> F64:
    return np.diff(np.log(bars.close), axis=0, append=np.log(bars.close[-1:]))


def refusal(source: Source, bars: Bars, daily: Daily | None = None) -> str:
    with pytest.raises(BadInput) as refused:
        build_features(bars, daily, [source])
    line = str(refused.value)
    assert "\n" not in line
    return line


def test_the_next_return_a_hundred_times_smaller_is_seen_and_its_source_column_symbol_and_bar_are_named() -> None:
    line = refusal(source_of(lambda bars, daily: 0.01 * next_return(bars)), make_bars(400, 2))
    found = re.fullmatch(
        r"source own: looks ahead: own\.x of S0 at bar (\d+) \((\S+Z)\) is \S+ by the first (\d+) bars, and \S+ once later ones are known; "
        r"row t may use what is known when bar t closes \(.*test_market_look_ahead.py, line \d+\)",
        line,
    )
    assert found is not None, line
    bar, moment, first = found.groups()
    assert int(first) == int(bar) + 1
    assert moment.startswith("2022-01-")


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(2 * RUN, 1500),
    every=st.integers(1, RUN),
    phase=st.integers(0, RUN - 1),
    asset=st.integers(0, 2),
    smaller=st.sampled_from([1.0, 1e-2, 1e-6]),
)
def test_a_peek_at_one_bar_now_and_then_at_one_of_several_symbols_is_seen(
    count: int, every: int, phase: int, asset: int, smaller: float
) -> None:
    def shown(bars: Bars, daily: Daily | None) -> F64:
        peeks = (np.arange(len(bars)) % every == phase % every)[:, None] & (np.arange(3) == asset)
        return np.where(peeks, smaller * next_return(bars), past_return(bars))

    assert f"looks ahead: own.x of S{asset} at bar " in refusal(source_of(shown), make_bars(count, 3))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000))
def test_a_peek_at_nothing_but_what_is_large_is_seen(seed: int) -> None:
    def shown(bars: Bars, daily: Daily | None) -> F64:
        coming = next_return(bars)
        return np.where(np.abs(coming) > 0.2, np.sign(coming), 0.0)

    steady = make_bars(2000, seed=seed).close
    jump = np.where(np.arange(2000) == 1100 + seed % 900, 1.3, 1.0)[:, None]
    assert "looks ahead" in refusal(source_of(shown), flat_bars((steady * np.cumprod(jump, axis=0))[:, 0]))


@pytest.mark.parametrize(
    "shown",
    [
        lambda bars, daily: np.broadcast_to(bars.close.mean(axis=0), bars.close.shape),
        lambda bars, daily: bars.close / bars.close.max(axis=0),
        lambda bars, daily: np.roll(bars.close, -1, axis=0),
        lambda bars, daily: bars.close * (1 + 1e-6 * np.isfinite(np.roll(bars.volume, -1, axis=0)) * next_return(bars)),
        lambda bars, daily: np.full(bars.close.shape, float(len(bars))),
    ],
)
def test_what_is_made_of_all_bars_is_seen(shown: Shown) -> None:
    assert "looks ahead: own.x of S0 at bar" in refusal(source_of(shown), make_bars(300))


def test_a_daily_figure_of_a_day_that_is_not_over_is_seen() -> None:
    def today(bars: Bars, daily: Daily | None) -> F64:
        assert daily is not None
        place = np.searchsorted(daily.timestamps, bars.timestamps, side="right") - 1
        return daily.columns["fear_greed"][place][:, None]

    line = refusal(source_of(today), make_bars(400), make_daily(100, known=1))
    assert "looks ahead: own.x of S0" in line


def test_the_same_bars_must_show_the_same_twice() -> None:
    calls = iter(range(1000))
    bars = flat_bars([100.0, 101.0])
    line = refusal(source_of(lambda bars, daily: np.full(bars.close.shape, float(next(calls)))), bars)
    assert "own.x of S0 at bar 0 (2022-01-01T00:00:00Z) is 0.0, then 1.0 when computed again" in line


def test_a_source_that_fails_on_fewer_bars_says_on_how_many() -> None:
    def shown(bars: Bars, daily: Daily | None) -> F64:
        return np.full(bars.close.shape, bars.close[250, 0])

    line = refusal(source_of(shown), make_bars(300))
    assert re.match(
        r"source own, on the first \d+ of 300 bars alone: IndexError: index 250 is out of bounds .*_look_ahead.py, line \d+\)", line
    )


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("assets", [1, 3])
def test_every_shipped_source_passes_under_another_name(name: str, assets: int) -> None:
    """The guard is for sources of a user's own; a shipped one passes it all the same."""
    shipped = SOURCES[name]()

    class Renamed(Source):
        columns = tuple(column.replace(f"{name}.", "renamed.") for column in shipped.columns)
        direction = shipped.direction.replace(f"{name}.", "renamed.")

        def missing(self, bars: Bars, daily: Daily | None) -> tuple[str, ...]:
            return shipped.missing(bars, daily)

        def compute(self, bars: Bars, daily: Daily | None) -> F32:
            return shipped.compute(bars, daily)

    Renamed.name = "renamed"
    features = build_features(make_bars(1300, assets, gaps=True), make_daily(100), [Renamed()])
    assert [source.name for source in features.sources] == ["renamed"]


@given(count=st.integers(2, 3000))
@settings(deadline=None)
def test_cuts_rise_end_with_all_bars_and_are_few(count: int) -> None:
    found = cuts(make_bars(count))
    assert found == sorted(set(found))
    assert found[0] >= 2
    assert found[-1] == count
    assert len(found) <= RUN + SPREAD + MOVES + 1
    last = min(count - 1, RUN_END)
    assert set(found) >= set(range(max(2, last - RUN + 1), last + 1))


def test_two_bars_are_enough_to_be_looked_at() -> None:
    assert cuts(flat_bars([1.0, 2.0])) == [2]
    build_features(flat_bars([1.0, 2.0]), None, [source_of(lambda bars, daily: past_return(bars))])
