"""What charts keep of long runs, and how numbers read."""

from __future__ import annotations

import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from freeagentics.report import formatting
from freeagentics.report.charts.axes import decimate, percents
from freeagentics.report.charts.figure import new_figure, to_svg
from freeagentics.report.charts.signal_flow import draw_signal_flow


@given(arrays(np.float64, st.integers(1, 3000), elements=st.floats(-1e6, 1e6)), st.integers(10, 400))
def test_a_thinned_line_keeps_its_ends_and_its_extremes(values: np.ndarray, most: int) -> None:
    rows = decimate(values, values, most)
    assert len(rows) <= max(most, min(len(values), most))
    assert (np.diff(rows) > 0).all()
    assert {0, len(values) - 1} <= set(rows.tolist())
    assert (values[rows].min(), values[rows].max()) == (values.min(), values.max())


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        (formatting.number(-1234.567), f"{formatting.MINUS}1,234.57"),
        (formatting.number(0.001, 1, signed=True), "0.0"),
        (formatting.number(-0.001, 1), "0.0"),
        (formatting.number(float("nan")), formatting.UNKNOWN),
        (formatting.percent(-0.0904, signed=True), f"{formatting.MINUS}9.0\u202f%"),
        (formatting.usd(90959.6), "90,960\u202fUSD"),
        (formatting.price(0.00001234), "0.00001234\u202fUSD"),
        (formatting.count(1, "desk"), "1 desk"),
        (formatting.count(2000, "veto", "vetoes"), "2,000 vetoes"),
        (formatting.in_words(1, "bar"), "one bar"),
        (formatting.in_words(24, "bar"), "24 bars"),
        (formatting.listing(["a", "b", "c"]), "a, b and c"),
        (formatting.listing(["a"]), "a"),
        (formatting.listing([]), ""),
        (formatting.quantity(-0.123456), "0.1235"),
    ],
)
def test_numbers_read_as_people_write_them(text: str, reads: str) -> None:
    assert text == reads


def test_the_charts_library_waits_until_a_report_is_made() -> None:
    code = "import sys, freeagentics.cli.running\nfrom freeagentics import MarketModel\nprint('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(("lowest", "digits"), [(-0.06, 1), (-0.8, 0), (-0.01, 2)])
def test_ticks_of_shares_read_as_what_they_are(lowest: float, digits: int) -> None:
    axes, shares = new_figure(2.0).subplots(), np.linspace(lowest, 0, 5)
    axes.set_ylim(lowest, 0)
    axes.set_yticks(shares)
    percents(axes)
    assert [label.get_text() for label in axes.get_yticklabels()] == [formatting.percent(share, digits) for share in shares]


def test_the_graph_of_signals_says_how_many_went_from_role_to_role_and_how_many_decided_something() -> None:
    delivered, named = np.zeros((3, 3), dtype=np.int64), np.zeros((3, 3), dtype=np.int64)
    delivered[0, 2], delivered[2, 1], delivered[1, 1], named[0, 2] = 1200, 30, 4, 300
    drawn = to_svg(draw_signal_flow(("market-hunter", "risk-manager", "trade-executor"), delivered, named), "flow", "signals")
    texts = {"".join(text.itertext()).replace(formatting.NO_BREAK, " ") for text in ElementTree.fromstring(drawn).iter("text")}
    assert {"1,200 (25 %)", "30 (0 %)", "4 (0 %)", "market hunter", "risk manager", "trade executor"} == texts
