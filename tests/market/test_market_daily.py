from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from market_factories import START, make_daily, write_csv

from freeagentics.clock import DAY_MS, HOUR_MS
from freeagentics.errors import BadBars
from freeagentics.market import Daily, load_daily


def test_a_value_is_known_from_the_start_of_the_next_day() -> None:
    daily = Daily(START + DAY_MS * np.arange(2), {"x": np.array([1.0, 2.0])})
    times = START + np.array([0, DAY_MS - 1, DAY_MS, 2 * DAY_MS - 1, 2 * DAY_MS, 3 * DAY_MS - 1])
    assert np.array_equal(daily.known("x", times), [np.nan, np.nan, 1, 1, 2, 2], equal_nan=True)


def test_a_missing_value_is_stood_in_for_by_the_last_for_seven_days() -> None:
    daily = Daily(START + DAY_MS * np.array([0, 1, 20]), {"x": np.array([1.0, np.nan, 3.0])})
    known = daily.known("x", START + DAY_MS * np.arange(22))
    assert np.array_equal(known, [np.nan] + [1.0] * 8 + [np.nan] * 12 + [3.0], equal_nan=True)


@given(seed=st.integers(0, 100), hour=st.integers(0, 24 * 40))
def test_no_value_of_a_day_that_is_not_over_is_ever_known(seed: int, hour: int) -> None:
    daily = make_daily(60, seed=seed)
    time = np.array([START + HOUR_MS * hour])
    over = daily.timestamps + DAY_MS <= time
    changed = Daily(daily.timestamps, {"x": np.where(over, daily.columns["fear_greed"], 1e6)})
    assert np.array_equal(changed.known("x", time), daily.known("fear_greed", time), equal_nan=True)


def test_without_any_day_nothing_is_known() -> None:
    daily = Daily(np.zeros(0, dtype=np.int64), {"x": np.zeros(0)})
    assert np.isnan(daily.known("x", np.array([START]))).all()


def test_the_shipped_file_loads() -> None:
    daily = load_daily("btc-sentiment-funding-1d")
    assert set(daily.columns) == {"fear_greed", "funding_rate"}
    assert np.isnan(daily.columns["funding_rate"][0])


def test_an_unknown_column_gets_a_suggestion() -> None:
    with pytest.raises(BadBars, match="did you mean fear_greed"):
        make_daily(3).known("fear_gred", np.array([START]))


@pytest.mark.parametrize("second", ["2022-01-01T12:00:00Z,1", "2021-12-31,1"])
def test_days_that_do_not_rise_are_refused(tmp_path: Path, second: str) -> None:
    with pytest.raises(BadBars, match="row 2, column timestamp"):
        load_daily(write_csv(tmp_path / "a.csv", ["2022-01-01,1", second], header="timestamp,x"))


def test_an_infinite_figure_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadBars, match="row 1, column x: inf must be finite"):
        load_daily(write_csv(tmp_path / "a.csv", ["2022-01-01,inf"], header="timestamp,x"))
