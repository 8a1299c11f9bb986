"""Names that look like markup, emoji, formulas or columns are written as they are: on the terminal, in the report, in tables."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest
from cli_runner import called
from credulous import AS_OPTIONS
from rich.text import Text

from freeagentics.cli.progress import Progress
from freeagentics.errors import BadBars
from freeagentics.market import load_bars
from freeagentics.records import RunRecord

SYMBOLS = ["es[h24]", "[/]", "<b>", "[bold red]a[/]:smile:", '=1+1,"q"', "$x_1$ \\frac", "&lt;{0}%s", "ключ 🐳"]


def write_bars(path: Path, symbols: list[str], bars: int = 60) -> Path:
    """Hourly bars, whose trends change places so that all are traded."""
    with path.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(["timestamp", "symbol", "open", "high", "low", "close", "volume"])
        for hour in range(bars):
            for place, symbol in enumerate(symbols):
                price = 100 * (1 + place) * (1 + 0.02 * math.sin(hour / 5 + place) + 0.001 * hour)
                rows.writerow([1_640_995_200 + 3600 * hour, symbol, price, price * 1.002, price * 0.998, price * 1.001, 1e6])
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of these symbols, with its report, in ``run``."""
    folder = tmp_path_factory.mktemp("odd")
    write_bars(folder / "odd.csv", SYMBOLS)
    done = called(
        "run", "--bars", "odd.csv", "--agents", 10, "--set", "market.warmup=24", *AS_OPTIONS, "--out", "run", "--quiet", cwd=folder
    )
    assert (done.returncode, done.stdout) == (0, "")
    return folder


def test_a_terminal_shows_names_as_they_are(folder: Path) -> None:
    done = called("explain", "run", "--agent", "trade-executor-0001", "--step", 30, cwd=folder)
    heard = next(line for line in done.stdout.splitlines() if line.startswith("  TREND "))
    assert all(symbol in heard for symbol in SYMBOLS)
    assert "asset " in done.stdout


@pytest.mark.parametrize("name", ["[red]x[/red]", "[/]", ":warning:", "es[h24]"])
def test_an_error_repeats_what_was_given(name: str, folder: Path) -> None:
    done = called("explain", "run", "--agent", name, "--step", 1, cwd=folder)
    assert done.returncode == 2
    assert name in done.stderr


class Texts(HTMLParser):
    """The texts of a page, but for its style, each as it would be seen."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts = [""]
        self.tags: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.texts.append("")

    def handle_data(self, data: str) -> None:
        self.texts[-1] += data


def test_a_report_shows_names_as_they_are(folder: Path) -> None:
    shown = Texts((folder / "run" / "report.html").read_text(encoding="utf-8"))
    assert "b" not in shown.tags
    # In the list of assets, and in a caption of a chart.
    listed = next(text for text in shown.texts if text.startswith("es[h24], [/], "))
    assert all(symbol in listed for symbol in SYMBOLS)
    assert all(any(text.startswith(f"{symbol}  ") for text in shown.texts) for symbol in SYMBOLS)


def test_tables_hold_names_as_they_are(folder: Path) -> None:
    record = RunRecord(folder / "run")
    told = pl.read_csv(folder / "run" / "tables" / "chains.csv")
    assert set(told["symbol"]) <= set(SYMBOLS)
    assert set(record.decision_frame["symbol"]) <= set(SYMBOLS)
    assert len(set(told["symbol"]) | set(record.decision_frame["symbol"])) > 3


def test_what_cannot_be_shown_is_no_symbol(tmp_path: Path) -> None:
    with pytest.raises(BadBars, match="row 2, column symbol: has a control character"):
        load_bars(write_bars(tmp_path / "bars.csv", ["fine", "\x1b[31mred"]))


def test_a_bar_of_progress_shows_what_is_done_as_it_is() -> None:
    progress = Progress()
    out = progress._console.file = io.StringIO()
    progress.say("source es[h24] is off: needs :smile:")
    progress("[red]es[h24]", 1, 2, note="[/]:smile:")
    shown = progress._bars.get_renderable()
    with progress._console.capture() as caught:
        progress._console.print(shown, width=200)
    assert out.getvalue() == "source es[h24] is off: needs :smile:\n"
    assert "[red]es[h24]" in Text.from_ansi(caught.get()).plain
    assert "[/]:smile:" in Text.from_ansi(caught.get()).plain


def test_decisions_to_explain_are_listed_by_order_by_action_and_by_agent(folder: Path) -> None:
    listed = called("explain", "run", cwd=folder).stdout.splitlines()
    assert 2 < len(listed) <= 22
    assert all(" trade-executor-" in line for line in listed[:-2])
    (found,) = re.findall(r"explain run (--agent \S+ --step \d+)", listed[-1])
    assert called("explain", "run", *found.split(), cwd=folder).returncode == 0
    waiting = called("explain", "run", "--agent", "market-hunter-0001", "--action", "wait", "--json", cwd=folder)
    assert {(row["agent"], row["action"]) for row in json.loads(waiting.stdout)} == {("market-hunter-0001", "wait")}
    assert (
        "there are no decisions with orders of market-hunter-0001"
        in called("explain", "run", "--agent", "market-hunter-0001", cwd=folder).stdout
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--step", 3), "--step 3: give --agent too; freeagentics explain run lists decisions to choose from"),
        (("--agent", "market-huntr-0001"), "no agent 'market-huntr-0001' in this run; did you mean 'market-hunter-0001'?"),
        (("--action", "byu"), "no action 'byu' in this run; did you mean 'buy'?"),
    ],
)
def test_what_cannot_be_listed_is_refused_in_a_line(words: tuple[object, ...], says: str, folder: Path) -> None:
    done = called("explain", "run", *words, cwd=folder)
    assert done.returncode == 2
    assert says in done.stderr
