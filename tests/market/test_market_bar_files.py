"""Files of bars as people have them: each is read, and what was found is said."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.clock import DAY_MS, HOUR_MS
from freeagentics.errors import BadBars, BadInput
from freeagentics.market import Bars, read_bars
from freeagentics.market.bar_files.numerals import plain_numbers

START = 1_640_995_200_000
HOURS = [START, START + HOUR_MS, START + 2 * HOUR_MS]
DAYS = [START, START + DAY_MS, START + 2 * DAY_MS]
CLOSES = [102.5, 103.25, 101.0]


def rows(form: str, times: Sequence[object]) -> list[str]:
    """Three rows of bars whose closes are `CLOSES`."""
    opens = [100.0, *CLOSES]
    return [
        form.format(t=time, o=first, h=max(first, last) + 1, l=min(first, last) - 1, c=last, v=10 + place, n=5 + place)
        for place, (time, first, last) in enumerate(zip(times, opens, CLOSES, strict=False))
    ]


def read(path: Path, lines: Sequence[str], zone: str | None = None) -> tuple[Bars, dict[str, str]]:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    bars, said = read_bars(path, zone=zone)
    return bars, dict(said)


ISO = ["2022-01-01 00:00:00", "2022-01-01 01:00:00", "2022-01-01 02:00:00"]
DATES = ["2022-01-01", "2022-01-02", "2022-01-03"]

KLINES = "{t},{o},{h},{l},{c},{v},0,1000.0,{n},3.0,300.0,0"

FILES = {
    "an exchange's archive in ms": (rows(KLINES, HOURS), HOURS),
    "an exchange's archive in µs": (rows(KLINES, [time * 1000 for time in HOURS]), HOURS),
    "Kraken's archive": (rows("{t},{o},{h},{l},{c},{v},{n}", [time // 1000 for time in HOURS]), HOURS),
    "Coinbase's order of prices": (rows("{t},{l},{h},{o},{c},{v}", [time // 1000 for time in HOURS]), HOURS),
    "Bitfinex's order of prices": (rows("{t},{o},{c},{h},{l},{v}", HOURS), HOURS),
    "Yahoo": (["Date,Open,High,Low,Close,Adj Close,Volume", *rows("{t},{o},{h},{l},{c},99.0,{v}", DATES)], DAYS),
    "Stooq": (
        [
            "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>",
            *rows("A,60,{t},{o},{h},{l},{c},{v},0", ["20220101,000000", "20220101,010000", "20220101,020000"]),
        ],
        HOURS,
    ),
    "Kaggle": (
        ["Timestamp,Open,High,Low,Close,Volume_(BTC),Volume_(Currency)", *rows("{t},{o},{h},{l},{c},{v},1", [t // 1000 for t in HOURS])],
        HOURS,
    ),
    "unix seconds with a point": (
        ["unix,open,high,low,close,volume", *rows("{t},{o},{h},{l},{c},{v}", [f"{time // 1000}.0" for time in HOURS])],
        HOURS,
    ),
    "yfinance": (
        ["Price,Close,High,Low,Open,Volume", "Ticker,SPY,SPY,SPY,SPY,SPY", "Date,,,,,", *rows("{t},{c},{h},{l},{o},{v}", DATES)],
        DAYS,
    ),
    "an address above, newest first": (
        [
            "https://www.example.org",
            "unix,date,symbol,open,high,low,close,Volume BTC,Volume USDT",
            *rows("{t},x,A,{o},{h},{l},{c},{v},1", HOURS)[::-1],
        ],
        HOURS,
    ),
    "semicolons and tabs": (["time\topen\thigh\tlow\tclose\tvolume", *rows("{t}\t{o}\t{h}\t{l}\t{c}\t{v}", ISO)], HOURS),
    "MetaTrader": (rows("{t},{o},{h},{l},{c},{v}", ["2022.01.01,00:00", "2022.01.01,01:00", "2022.01.01,02:00"]), HOURS),
    "HistData": (rows("{t};{o};{h};{l};{c};0", ["20220101 000000", "20220101 010000", "20220101 020000"]), HOURS),
    "hours of halves of days": (
        ["Date,Open,High,Low,Close,Volume", *rows("{t},{o},{h},{l},{c},{v}", ["2022-01-01 12-AM", "2022-01-01 01-AM", "2022-01-01 02-AM"])],
        HOURS,
    ),
    "investing.com": (
        [
            '"Date","Price","Open","High","Low","Vol.","Change %"',
            *rows('"{t}","{c}","{o}","{h}","{l}","1.5K","0.1%"', ["01/13/2022", "01/14/2022", "01/15/2022"])[::-1],
        ],
        [START + 12 * DAY_MS, START + 13 * DAY_MS, START + 14 * DAY_MS],
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_files_as_people_have_them_are_read(name: str, tmp_path: Path) -> None:
    lines, times = FILES[name]
    bars, _ = read(tmp_path / "a.csv", lines)
    assert bars.timestamps.tolist() == times
    assert bars.close[:, 0].tolist() == CLOSES
    assert bars.open[:, 0].tolist() == [100.0, *CLOSES[:2]]


def test_european_files_have_decimal_commas(tmp_path: Path) -> None:
    lines = [
        "Datum;Eröffnung;Hoch;Tief;Schluss;Volumen",
        "03.01.2022;1.000,50;1.010;999,25;1.005,75;12",
        "04.01.2022;1.005,75;1.020;1.000;1.001,5;13",
    ]
    bars, said = read(tmp_path / "dax.csv", lines)
    assert bars.open[:, 0].tolist() == [1000.5, 1005.75]
    assert bars.low[:, 0].tolist() == [999.25, 1000.0]
    assert said["numbers"] == "with a decimal comma"
    assert said["file"] == "text, columns separated by semicolons"
    assert said["timestamp"] == "Datum, dates (day, month, year), days, which begin at midnight UTC"


def test_every_column_is_said_to_be_something_or_left_out(tmp_path: Path) -> None:
    _, said = read(tmp_path / "spy.csv", FILES["Yahoo"][0])
    assert {name: said[name] for name in ("open", "close", "volume", "left out")} == {
        "open": "Open",
        "close": "Close",
        "volume": "Volume",
        "left out": "Adj Close",
    }
    assert said["bars"] == "3 of 1 d from 2022-01-01T00:00:00Z to 2022-01-03T00:00:00Z"


def test_lines_above_and_rows_turned_round_are_said(tmp_path: Path) -> None:
    _, said = read(tmp_path / "a.csv", FILES["an address above, newest first"][0])
    assert said["passed over"] == "1 lines above the rows, the first: https://www.example.org"
    assert said["rows"] == "the newest stood first; turned round"
    assert said["quote_volume"] == "Volume USDT"


def test_rows_without_prices_and_repeated_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    first, second, third = rows("{t},{o},{h},{l},{c},{v}", ISO)
    lines = ["time,open,high,low,close,volume", first, "2022-01-01 00:30:00,NaN,NaN,NaN,NaN,NaN", second, second, third]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines))
    bars, said = read_bars(path)
    assert len(bars) == 3
    assert [words for about, words in said if about == "rows left out"] == [
        "1, no prices in them; the first is row 2",
        "1, the same as the row before; the first is row 4",
    ]


def test_a_volume_that_is_not_there_is_0_and_said(tmp_path: Path) -> None:
    bars, said = read(tmp_path / "a.csv", ["time,open,high,low,close", *rows("{t},{o},{h},{l},{c}", ISO)])
    assert not bars.volume.any()
    assert said["volume"] == "not in the file, taken as 0: no impact can be computed"


def test_rows_that_differ_at_one_time_are_refused(tmp_path: Path) -> None:
    lines = ["time,open,high,low,close,volume", *rows("{t},{o},{h},{l},{c},{v}", [ISO[0], ISO[0], ISO[1]])]
    with pytest.raises(BadBars, match="row 2, column timestamp: 2022-01-01T00:00:00Z comes twice"):
        read(tmp_path / "a.csv", lines)


def test_dates_that_may_have_the_day_first_are_refused_and_those_that_cannot_are_read(tmp_path: Path) -> None:
    def lines(dates: Sequence[str]) -> list[str]:
        return ["date,open,high,low,close,volume", *rows("{t},{o},{h},{l},{c},{v}", dates)]

    with pytest.raises(BadBars, match="01/02/2022 may have the day first or the month"):
        read(tmp_path / "a.csv", lines(["01/02/2022", "02/02/2022", "03/02/2022"]))
    bars, _ = read(tmp_path / "b.csv", lines(["30/01/2022", "31/01/2022", "01/02/2022"]))
    assert bars.interval_ms == DAY_MS
    bars, _ = read(tmp_path / "c.csv", lines(["01/02/2022", "02/01/2022", "03/01/2022"]))
    assert bars.timestamps[0] == START + DAY_MS


def test_times_without_a_zone_are_those_of_tz(tmp_path: Path) -> None:
    lines = ["time,open,high,low,close,volume", *rows("{t},{o},{h},{l},{c},{v}", ISO)]
    bars, said = read(tmp_path / "a.csv", lines, "America/New_York")
    assert bars.timestamps.tolist() == [time + 5 * HOUR_MS for time in HOURS]
    assert said["timestamp"] == "time, dates (year, month, day) and times, in the time of America/New_York"
    with pytest.raises(BadInput, match="--tz Berlin: no such time zone"):
        read(tmp_path / "a.csv", lines, "Berlin")
    zoned = ["time,open,high,low,close,volume", *rows("{t},{o},{h},{l},{c},{v}", [f"{time}+01:00" for time in ISO])]
    assert read(tmp_path / "b.csv", zoned, "America/New_York")[0].timestamps[0] == START - HOUR_MS


@given(day=st.dates(datetime(2015, 1, 1, tzinfo=UTC).date(), datetime(2024, 12, 1, tzinfo=UTC).date()))
def test_hours_that_come_twice_and_those_that_never_come_are_told_apart(day: object, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every hour of three days in a row, as a clock in Berlin shows it, is read as the hour that it was."""
    begin = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    hours = [begin + timedelta(hours=hour) for hour in range(72)]
    shown = [hour.astimezone(ZoneInfo("Europe/Berlin")).strftime("%Y-%m-%d %H:%M:%S") for hour in hours]
    lines = ["time,open,high,low,close,volume", *(f"{time},1,1,1,1,1" for time in shown)]
    bars, _ = read(tmp_path_factory.mktemp("hours") / "a.csv", lines, "Europe/Berlin")
    assert bars.timestamps.tolist() == [round(hour.timestamp() * 1000) for hour in hours]


def test_an_hour_that_clocks_left_out_is_refused(tmp_path: Path) -> None:
    times = ["2022-03-27 01:30:00", "2022-03-27 02:30:00", "2022-03-27 03:30:00"]
    with pytest.raises(BadBars, match="row 2, column time: 2022-03-27 02:30:00 was never the time in Europe/Berlin"):
        read(tmp_path / "a.csv", ["time,open,high,low,close,volume", *rows("{t},{o},{h},{l},{c},{v}", times)], "Europe/Berlin")


def test_packed_files_are_read_as_what_is_in_them(tmp_path: Path) -> None:
    text = "\n".join(FILES["an exchange's archive in µs"][0])
    (tmp_path / "btcusdt-1h.csv.gz").write_bytes(gzip.compress(text.encode()))
    with zipfile.ZipFile(tmp_path / "btcusdt-1h.zip", "w") as archive:
        archive.writestr("btcusdt-1h.csv", text)
    for name in ("btcusdt-1h.csv.gz", "btcusdt-1h.zip"):
        assert read_bars(tmp_path / name)[0].symbols == ("BTCUSDT",)
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.csv", text)
        archive.writestr("b.csv", text)
    with pytest.raises(BadBars, match="it has 2 files in it; give an archive of one"):
        read_bars(tmp_path / "two.zip")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_text_is_read_in_the_encoding_that_it_is_in(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "\n".join(["Datum;Eröffnung;Hoch;Tief;Schluss", *rows("{t};{o};{h};{l};{c}", DATES)]), encoding=encoding
    )
    assert read_bars(tmp_path / "a.csv")[0].close[:, 0].tolist() == CLOSES


def test_what_was_read_reads_the_same_from_its_own_file(tmp_path: Path) -> None:
    bars, _ = read(tmp_path / "a.csv", FILES["an exchange's archive in ms"][0])
    bars.frame().write_parquet(tmp_path / "b.parquet")
    again, said = read_bars(tmp_path / "b.parquet")
    assert again.frame().equals(bars.frame())
    assert dict(said)["file"] == "Parquet"


def test_columns_that_cannot_be_told_are_refused_with_a_line_to_write(tmp_path: Path) -> None:
    with pytest.raises(BadBars, match="what its 9 columns are cannot be told; write one above it, e.g. timestamp,open"):
        read(tmp_path / "a.csv", rows("{t},{o},{h},{l},{c},{v},1,2,3", HOURS))


@given(value=st.floats(0.01, 1e9), comma=st.booleans())
def test_numbers_are_those_that_were_written(value: float, comma: bool) -> None:
    written = f"{value:,.2f}"
    if comma:
        written = written.replace(",", "_").replace(".", ",").replace("_", ".")
    assert plain_numbers(pl.Series([written, f" {written}"]), comma=comma).cast(pl.Float64).to_list() == [float(f"{value:.2f}")] * 2


def test_thousands_and_millions_have_letters() -> None:
    found = plain_numbers(pl.Series(["12.5K", "1.2M", "$3B", "7%", "x"]), comma=False)
    assert found.to_list() == ["12500.0", "1200000.0", "3000000000.0", "7", "x"]
