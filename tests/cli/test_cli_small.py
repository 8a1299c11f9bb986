"""What the command line and the report write of bars of a second, at prices of next to nothing, without volume."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from cli_runner import called
from credulous import AS_OPTIONS

from freeagentics.cli.explain import _trades
from freeagentics.records import RunRecord
from freeagentics.replay.explanation import Trade
from freeagentics.report import save_report

BARS, WARMUP = 70, 24


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("small")
    closes = 0.00000977 * 1.002 ** np.arange(BARS)
    lines = [f"{1_640_995_200 + second},{price:.12f},{price:.12f},{price:.12f},{price:.12f},0" for second, price in enumerate(closes)]
    (made / "tick.csv").write_text("\n".join(["timestamp,open,high,low,close,volume", *lines]))
    return made


@pytest.fixture(scope="module")
def ran(folder: Path) -> tuple[str, str]:
    """What the run printed, and what it said on the side."""
    options = ["--set", f"market.warmup={WARMUP}", "--set", "market.daily=", *AS_OPTIONS, "--out", "out", "--no-report"]
    done = called("run", "--bars", "tick.csv", "--agents", 5, *options, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


@pytest.fixture(scope="module")
def record(ran: tuple[str, str], folder: Path) -> RunRecord:
    return RunRecord(folder / "out")


def test_bars_without_volume_are_named_before_the_first_step(ran: tuple[str, str]) -> None:
    assert "no volume of TICK: orders fill at the open, without impact" in ran[1]


def test_without_volume_orders_fill_at_the_open(record: RunRecord) -> None:
    opens = 0.00000977 * 1.002 ** np.arange(BARS)
    fills = record.fill_frame
    assert len(fills)
    assert fills["price"].to_numpy() == pytest.approx(opens[WARMUP + fills["step"].to_numpy() - 1], rel=1e-6)


def test_a_run_on_bars_of_a_second_is_told_to_the_second(ran: tuple[str, str]) -> None:
    assert f"2022-01-01 00:00:{WARMUP + 1} to 2022-01-01 00:01:10 UTC" in ran[0]


def test_an_explanation_tells_ages_in_seconds_and_prices_in_full(record: RunRecord, folder: Path) -> None:
    fill = record.fill_frame.row(-1, named=True)
    done = called("explain", "out", "--agent", fill["agent"], "--step", fill["step"] - 1, cwd=folder)
    ages = re.findall(r"(?<= )([\d.a-z -]+) ago", done.stdout)
    assert re.search(r"from market-hunter-0000 (\d+ s ago|just now)", done.stdout), ages
    assert re.search(r"filled at 0\.0000\d+ USD, fee", done.stdout)
    assert re.search(r"close 0\.0000\d+,", done.stdout)
    assert "e-0" not in done.stdout.split("Reasoning")[0]


def test_the_report_tells_prices_in_full_and_moments_to_the_second(record: RunRecord) -> None:
    page = save_report(record).read_text(encoding="utf-8")
    assert "went from 0.0000102" in page
    assert "2022-01-01 00:00:25 to 2022-01-01 00:01:10 UTC" in page
    assert re.search(r"At step \d+ \(2022-01-01 00:0\d:\d\d\)", page)


@pytest.mark.parametrize(
    ("filled", "price", "bound", "reads"),
    [
        (2.0, 101.0, None, "2 filled at 101.00 USD, fee 0.50 USD"),
        (0.5, 101.0, None, "0.5 filled at 101.00 USD, fee 0.50 USD; the rest lapsed"),
        (2.0, 102.0, 101.5, "2 filled at 102.00 USD (moved by impact past the high of its bar, 101.50 USD), fee 0.50 USD"),
        (2.0, 9.77e-6, 9.8e-6, "2 filled at 0.00000977 USD (moved by impact past the low of its bar, 0.0000098 USD), fee 0.50 USD"),
    ],
)
def test_what_became_of_an_order_is_told(filled: float, price: float, bound: float | None, reads: str) -> None:
    trade = Trade(symbol="BTC", quantity=2.0, filled=filled, price=price, fee=0.5, bound=bound)
    assert list(_trades((trade,))) == [f"ordered to buy 2 BTC; {reads}"]
