"""``freeagentics bars`` says what a file has, and ``run --bars`` says the same."""

from __future__ import annotations

import json
from pathlib import Path

from cli_runner import called

from freeagentics.records import RunRecord

FILE = [
    "Datum;Zeit;Eröffnung;Hoch;Tief;Schluss;Volumen;Kommentar",
    *(f"03.01.2022;{hour:02}:00;100,5;102;99,25;{100 + hour},75;{10 + hour};-" for hour in range(2)),
    *(f"03.01.2022;{hour:02}:00;100,5;130;99,25;{100 + hour},75;{10 + hour};-" for hour in range(2, 24)),
]


def test_a_file_is_read_written_and_replayed_in_the_same_words(tmp_path: Path) -> None:
    (tmp_path / "dax.csv").write_text("\n".join(FILE).replace("Zeit", "Time").replace("Datum", "Date"), encoding="utf-8")
    done = called("bars", "dax.csv", "--tz", "Europe/Berlin", "--to", "dax.parquet", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "timestamp        Date and Time together" in done.stdout
    assert "left out         Kommentar" in done.stdout
    assert "bars             24 of 1 h from 2022-01-02T23:00:00Z to 2022-01-03T22:00:00Z" in done.stdout
    again = json.loads(called("bars", "dax.parquet", "--json", cwd=tmp_path).stdout)
    assert {"about": "bars", "found": "24 of 1 h from 2022-01-02T23:00:00Z to 2022-01-03T22:00:00Z"} in again
    few = ("--agents", 5, "--steps", 3, "--set", "market.warmup=12", "--no-report", "--out", "run")
    ran = called("run", "--bars", "dax.csv", *few, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "close            Schluss" in ran.stderr
    assert "left out         Kommentar" in ran.stderr


def test_a_file_that_cannot_be_told_is_refused_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("when,price\n2022-01-01,1\n2022-01-02,2\n")
    done = called("bars", "a.csv", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "missing columns timestamp, open, high, low; it has when, price" in done.stderr


def test_a_run_reads_times_in_the_zone_that_is_given_and_keeps_it(tmp_path: Path) -> None:
    rows = [f"2024-01-{1 + hour // 24:02d} {hour % 24:02d}:00;100;101;99;100;5" for hour in range(60)]
    (tmp_path / "dax.csv").write_text("\n".join(["when;open;high;low;close;volume".replace("when", "time"), *rows]))
    words = ("--bars", "dax.csv", "--agents", 5, "--set", "market.warmup=24", "--no-report", "--quiet")
    found = []
    for number, zone in enumerate(((), ("--tz", "Europe/Berlin"))):
        assert called("run", *words, *zone, "--out", f"run{number}", cwd=tmp_path).returncode == 0
        found.append(RunRecord(tmp_path / f"run{number}").model_frame["timestamp"][0])
    assert (found[0] - found[1]).total_seconds() == 3600
    assert called("explain", "run1", "--agent", "market-hunter-0000", "--step", 5, cwd=tmp_path).returncode == 0
    refused = called("run", "quick", "--tz", "Europe/Berlin", cwd=tmp_path)
    assert "--tz is for times in a file of --bars; give that too" in refused.stderr


def test_bars_that_replace_a_made_market_are_said_to(tmp_path: Path) -> None:
    rows = [f"{1_640_995_200 + 3600 * hour},100,101,99,100,5" for hour in range(60)]
    (tmp_path / "mine.csv").write_text("\n".join(["timestamp,open,high,low,close,volume", *rows]))
    words = ("whale-pump", "--bars", "mine.csv", "--agents", 5, "--set", "market.warmup=24", "--no-report")
    done = called("run", *words, cwd=tmp_path)
    assert "whale-pump makes a market of its own: only its agents and their settings are taken, prices are those of mine.csv" in " ".join(
        done.stderr.split()
    )
