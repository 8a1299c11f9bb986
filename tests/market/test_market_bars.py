from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from market_factories import START, write_csv

from freeagentics.clock import DAY_MS, HOUR_MS
from freeagentics.errors import BadBars
from freeagentics.market import load_bars
from freeagentics.market.epochs import Epochs
from freeagentics.market.names import SHIPPED_BARS

GOOD = ["2022-01-01T00:00:00Z,1,3,1,2,10", "2022-01-01T01:00:00Z,2,4,2,3,0", "2022-01-01T02:00:00Z,3,5,3,4,12"]
LONG_HEADER = "timestamp,symbol,open,high,low,close,volume"


@pytest.mark.parametrize("name", SHIPPED_BARS)
def test_every_shipped_file_loads(name: str) -> None:
    bars = load_bars(name)
    assert len(bars) > 400
    assert bars.close.shape == (len(bars), len(bars.symbols))
    # The stocks come with closes only.
    assert name == "us-stocks-1d" or {"trades", "taker_buy_volume"} <= set(bars.extras)


def test_the_shipped_hours_keep_their_gap() -> None:
    bars = load_bars("btcusdt-1h")
    assert (bars.symbols, bars.interval_ms, int(bars.timestamps[0])) == (("BTCUSDT",), HOUR_MS, START)
    assert np.count_nonzero(np.diff(bars.timestamps) > HOUR_MS) == 1


def test_symbols_come_in_the_order_asked_for() -> None:
    every = load_bars("ten-pairs-4h")
    some = load_bars("ten-pairs-4h", ["SOLUSDT", "BTCUSDT"])
    assert some.symbols == ("SOLUSDT", "BTCUSDT")
    assert np.array_equal(some.close, every.close[:, [every.symbols.index(name) for name in some.symbols]])


def test_arrays_refuse_writes() -> None:
    bars = load_bars("btcusdt-1h")
    with pytest.raises(ValueError, match="read-only"):
        bars.close[0, 0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        bars.extras["trades"][0, 0] = 1.0


def test_the_head_is_the_first_bars(tmp_path: Path) -> None:
    bars = load_bars(write_csv(tmp_path / "abc-1h.csv", GOOD))
    assert bars.symbols == ("ABC",)
    assert len(bars.head(2)) == 2
    assert bars.head(2).close.tolist() == [[2.0], [3.0]]
    assert bars.head(1).interval_ms == HOUR_MS


@pytest.mark.parametrize(
    "times",
    [
        ["2022-01-01T00:00:00Z", "2022-01-01T01:00:00Z"],
        ["2022-01-01 00:00:00", "2022-01-01 01:00:00"],
        ["2022-01-01T02:00:00+02:00", "2022-01-01T03:00:00+02:00"],
        [str(START // 1000), str(START // 1000 + 3600)],
        [str(START), str(START + HOUR_MS)],
    ],
)
def test_text_and_numbers_are_understood_as_times(tmp_path: Path, times: list[str]) -> None:
    path = write_csv(tmp_path / "a.csv", [f"{time},1,1,1,1,1" for time in times])
    assert load_bars(path).timestamps.tolist() == [START, START + HOUR_MS]


@pytest.mark.parametrize("dtype", [pl.Datetime("us"), pl.Datetime("ms", "UTC"), pl.Datetime("ns", "Asia/Tokyo"), pl.Int64])
def test_every_kind_of_time_column_is_understood(tmp_path: Path, dtype: pl.DataType) -> None:
    times = pl.Series([START, START + HOUR_MS])
    zone = "UTC" if getattr(dtype, "time_zone", None) else None
    column = times if dtype == pl.Int64 else times.cast(pl.Datetime("ms", zone)).cast(dtype)
    path = tmp_path / "a.parquet"
    ones = pl.Series([1, 1])
    pl.DataFrame({"timestamp": column, "open": ones, "high": ones, "low": ones, "close": ones, "volume": ones}).write_parquet(path)
    assert load_bars(path).timestamps.tolist() == [START, START + HOUR_MS]


@pytest.mark.parametrize(
    ("row", "line", "message"),
    [
        (2, "2022-01-01T01:00:00Z,2,4,2,x,1", r"row 2, column close: 'x' is not a number"),
        (2, "2022-01-01T01:00:00Z,2,4,2,,1", r"row 2, column close: is empty"),
        (2, "2022-01-01T01:00:00Z,2,4,2,NaN,1", r"row 2, column close: is empty or NaN"),
        (2, "2022-01-01T01:00:00Z,2,inf,2,3,1", r"row 2, column high: inf is no price"),
        (3, "2022-01-01T02:00:00Z,0,5,3,4,1", r"row 3, column open: 0 is no price"),
        (1, "2022-01-01T00:00:00Z,1,3,-1,2,10", r"row 1, column low: -1 is no price"),
        (2, "2022-01-01T01:00:00Z,2,4,2,3,-1", r"row 2, column volume: -1 must be finite and not negative"),
        (2, "2022-01-01T01:00:00Z,2,2.5,2,3,1", r"row 2, column high: 2.5 is below"),
        (2, "2022-01-01T01:00:00Z,2,4,2.1,3,1", r"row 2, column low: 2.1 is above"),
        (3, "2022-01-01T01:00:00Z,3,5,3,4,1", r"row 3, column timestamp: 2022-01-01T01:00:00Z comes twice"),
        (3, "2022-01-01T00:30:00Z,3,5,3,4,1", r"row 3, column timestamp: 2022-01-01T00:30:00Z comes after 2022-01-01T01"),
        (2, "yesterday,2,4,2,3,1", r"row 2, column timestamp: 'yesterday' is not a time"),
        (2, ",2,4,2,3,1", r"row 2, column timestamp: is empty"),
    ],
)
def test_a_bad_cell_is_named_by_row_and_column(tmp_path: Path, row: int, line: str, message: str) -> None:
    rows = [line if number == row else good for number, good in enumerate(GOOD, start=1)]
    with pytest.raises(BadBars, match=message):
        load_bars(write_csv(tmp_path / "a.csv", rows))


def test_rows_are_counted_in_the_file_even_when_symbols_are_left_out(tmp_path: Path) -> None:
    rows = [f"{START + HOUR_MS * hour},{symbol},1,1,1,{hour},1" for hour in (1, 0) for symbol in ("A", "B")]
    with pytest.raises(BadBars, match="row 4, column close"):
        load_bars(
            write_csv(
                tmp_path / "a.csv", [*rows[:2], *[row.replace(str(START), str(START + 2 * HOUR_MS)) for row in rows[2:]]], LONG_HEADER
            ),
            ["B"],
        )


def test_a_symbol_that_misses_a_bar_is_named_with_the_first_time(tmp_path: Path) -> None:
    rows = [f"{START + HOUR_MS * hour},A,1,1,1,1,1" for hour in range(4)] + [f"{START + HOUR_MS * hour},B,1,1,1,1,1" for hour in (0, 3)]
    with pytest.raises(BadBars, match="symbol B has no bar at 2022-01-01T01:00:00Z"):
        load_bars(write_csv(tmp_path / "a.csv", rows, LONG_HEADER))


def test_an_unknown_symbol_gets_a_suggestion() -> None:
    with pytest.raises(BadBars, match=r"no symbol 'BTCUSD' .did you mean BTCUSDT"):
        load_bars("ten-pairs-4h", ["BTCUSD"])


def test_missing_columns_are_listed_with_those_needed(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ["1,1,1"], header="date,open,closed")
    with pytest.raises(BadBars, match=r"missing columns high, low, close \(did you mean closed\?\); it has date, open, closed"):
        load_bars(path)


def test_files_that_are_no_tables_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 but no more")
    (tmp_path / "a.xlsx").write_text("hello")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(BadBars, match=r"not a readable .parquet file"):
        load_bars(tmp_path / "a.parquet")
    with pytest.raises(BadBars, match=r"files of kind '.xlsx' are not read"):
        load_bars(tmp_path / "a.xlsx")
    with pytest.raises(BadBars, match=r"not a readable .csv file"):
        load_bars(tmp_path / "empty.csv")
    with pytest.raises(BadBars, match="has no rows"):
        load_bars(write_csv(tmp_path / "header.csv", []))
    with pytest.raises(BadBars, match="only one bar"):
        load_bars(write_csv(tmp_path / "one.csv", GOOD[:1]))


def test_a_misspelt_name_gets_a_suggestion() -> None:
    with pytest.raises(BadBars, match=r"no such file, nor a shipped name .did you mean btcusdt-1h"):
        load_bars("btcusdt-1hr")


@pytest.mark.parametrize("name", ["a.CSV", "b.Csv"])
@pytest.mark.parametrize("header", ["Timestamp,Open,High,Low,Close,Volume", "TIMESTAMP, OPEN,HIGH ,LOW,CLOSE,VOLUME"])
def test_capitals_make_no_difference(tmp_path: Path, name: str, header: str) -> None:
    assert load_bars(write_csv(tmp_path / name, GOOD, header)).close.tolist() == [[2.0], [3.0], [4.0]]


def test_columns_that_differ_in_capitals_only_are_refused(tmp_path: Path) -> None:
    header = "timestamp,open,high,low,close,volume,Volume"
    with pytest.raises(BadBars, match="columns 'volume' and 'Volume' differ in capitals only"):
        load_bars(write_csv(tmp_path / "a.csv", [f"{line},1" for line in GOOD], header))


def test_a_column_that_comes_twice_is_refused(tmp_path: Path) -> None:
    header = "timestamp,open,high,low,close,volume,open"
    with pytest.raises(BadBars, match="two columns 'open'; leave one"):
        load_bars(write_csv(tmp_path / "a.csv", [f"{line},1" for line in GOOD], header))


HOURS = (START, START + HOUR_MS)


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([time * 1000 for time in HOURS], HOURS),
        ([time * 1_000_000 for time in HOURS], HOURS),
        ([20220101, 20220103], (START, START + 48 * HOUR_MS)),
        ([20220101000000, 20220101010000], HOURS),
        ([202201010000, 202201010100], HOURS),
        ([2022010100, 2022010101], HOURS),
        ([2022010100, 2022013000], (START, START + 29 * DAY_MS)),
        ([2022010100, 2022010199], (2022010100_000, 2022010199_000)),
        ([0, DAY_MS, 30 * DAY_MS, 900 * DAY_MS, 1200 * DAY_MS], (0, DAY_MS, 30 * DAY_MS, 900 * DAY_MS, 1200 * DAY_MS)),
    ],
)
def test_whole_numbers_are_read_as_the_times_that_they_can_only_be(tmp_path: Path, times: list[int], expected: tuple[int, ...]) -> None:
    path = write_csv(tmp_path / "a.csv", [f"{time},1,1,1,1,1" for time in times])
    assert load_bars(path).timestamps.tolist() == list(expected)


@pytest.mark.parametrize(
    ("times", "message"),
    [
        ([20220131, 20220230], "row 2, column timestamp: 20220230 is no date, as 20220131 in the first row is one"),
        ([20220103, 20221301, 20220105], "row 2, column timestamp: 20221301 is no date"),
        ([20220103, START // 1000], f"row 2, column timestamp: {START // 1000} is no date"),
        ([20220101000000, 20220101240000], "row 2, column timestamp: 20220101240000 is no date"),
        (
            [START // 1000, START // 1000 + 60, START + 120_000],
            "row 3, .* reads as milliseconds since 1970, .* in the row before as seconds; a file needs one unit",
        ),
        ([START, (START + HOUR_MS) * 1000], "row 2, .* microseconds since 1970, .* as milliseconds;"),
        ([START * 1_000_000, START + HOUR_MS], "row 2, .* milliseconds since 1970, .* as nanoseconds;"),
    ],
)
def test_numbers_that_change_what_they_mean_are_named_by_row(tmp_path: Path, times: list[int], message: str) -> None:
    with pytest.raises(BadBars, match=message):
        load_bars(write_csv(tmp_path / "a.csv", [f"{time},1,1,1,1,1" for time in times]))


@pytest.mark.parametrize("times", [[202201, 202202], [220101, 220102], [44562, 44563], [2022, 2023], [0, 1, 2]])
def test_numbers_that_are_no_times_are_refused(tmp_path: Path, times: list[int]) -> None:
    with pytest.raises(BadBars, match=f"row 1, column timestamp: {times[0]} would be a moment of early 1970; write 2022-05-09"):
        load_bars(write_csv(tmp_path / "a.csv", [f"{time},1,1,1,1,1" for time in times]))


@pytest.mark.parametrize(("bound", "below", "above"), [(10**11, 1000, 1), (10**14, 1, 1e-3), (10**17, 1e-3, 1e-6)])
def test_a_unit_begins_at_its_bound(bound: int, below: float, above: float) -> None:
    for first, share in ((bound - 100, below), (bound, above)):
        found = Epochs.read(np.array([first, first]))
        assert not found.wrong.any()
        assert found.times[0] == int(first * share)


@pytest.mark.parametrize("wrong", [20221301140000, 20220001140000, 20220230140000, 18991231140000, 21010101140000])
@pytest.mark.parametrize("time", [0, 10_00_00, 60_00, 60])
def test_digits_that_are_no_date_or_no_time_of_day_are_wrong(wrong: int, time: int) -> None:
    last = 20220301235959
    found = Epochs.read(np.array([20220101000000, last, wrong, 20220101140000 + time]))
    assert found.wrong.tolist() == [False, False, True, time > 0]
    assert found.times[1] == int(datetime(2022, 3, 1, 23, 59, 59, tzinfo=UTC).timestamp() * 1000)


@given(first=st.dates(date(1900, 1, 1), date(2100, 12, 30)))
def test_dates_in_digits_are_the_days_that_they_name(first: date) -> None:
    days = [first, first + timedelta(1)]
    found = Epochs.read(np.array([int(f"{day:%Y%m%d}") for day in days]))
    assert not found.wrong.any()
    assert found.times.tolist() == [(day - date(1970, 1, 1)).days * DAY_MS for day in days]
