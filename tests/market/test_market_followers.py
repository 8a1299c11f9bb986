from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from market_factories import make_bars, make_daily

from freeagentics.arrays import F32
from freeagentics.errors import BadInput
from freeagentics.market import SOURCES, Bars, Daily, Source
from freeagentics.market.follower import Followers
from freeagentics.market.running import RunningZscore
from freeagentics.market.source_features import build_features
from freeagentics.market.windows import trailing_zscore


@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 50), gaps=st.booleans(), extras=st.booleans(), assets=st.integers(1, 3))
def test_what_a_source_shows_bar_by_bar_is_to_the_bit_what_replay_computes_ahead(
    name: str, seed: int, gaps: bool, extras: bool, assets: int
) -> None:
    bars, daily = make_bars(230, assets, seed=seed, gaps=gaps, extras=extras), make_daily(60, seed=seed)
    ahead = build_features(bars, daily, [SOURCES[name]()])
    followers = Followers(ahead.sources, assets, daily)
    shown = [followers.add(bars.head(count)) for count in range(1, len(bars) + 1)]
    assert np.array_equal(np.array(shown).view(np.uint32), ahead.values.view(np.uint32))


@given(values=st.lists(st.sampled_from([np.nan, -1.0, 0.0, 0.5, 3.0]), min_size=1, max_size=30), window=st.integers(1, 20))
def test_a_score_bar_by_bar_is_that_of_its_window(values: list[float], window: int) -> None:
    running = RunningZscore(window, 1)
    rows = np.array(values)[:, None]
    assert np.array_equal([running.add(row) for row in rows], trailing_zscore(rows, window), equal_nan=True)


class Doubled(Source):
    """A source of a user's own."""

    name = "doubled"
    columns = ("doubled.close",)
    direction = "doubled.close"

    def missing(self, bars: Bars, daily: Daily | None) -> tuple[str, ...]:
        return ()

    def compute(self, bars: Bars, daily: Daily | None) -> F32:
        return (2 * bars.close[..., None]).astype(np.float32)


def test_a_source_of_ones_own_that_breaks_its_contract_on_a_later_bar_is_named() -> None:
    followers = Followers((Doubled(),), 1, None)
    bars = make_bars(3)
    small = replace(bars, close=bars.close / 1000)
    assert followers.add(small.head(1)) == pytest.approx(small.close[:1] * 2)
    with pytest.raises(BadInput, match="source doubled: its direction doubled.close must stay within -1 and 1"):
        followers.add(bars.head(2))
