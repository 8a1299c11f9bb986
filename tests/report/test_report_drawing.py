"""What charts keep of long runs, and how numbers read."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from freeagentics.report import words
from freeagentics.report.charts.axes import kept


@given(arrays(np.float64, st.integers(1, 3000), elements=st.floats(-1e6, 1e6)), st.integers(10, 400))
def test_a_thinned_line_keeps_its_ends_and_its_extremes(values: np.ndarray, most: int) -> None:
    rows = kept(values, values, most)
    assert len(rows) <= max(most, min(len(values), most))
    assert (np.diff(rows) > 0).all()
    assert {0, len(values) - 1} <= set(rows.tolist())
    assert (values[rows].min(), values[rows].max()) == (values.min(), values.max())


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        (words.number(-1234.567), f"{words.MINUS}1,234.57"),
        (words.number(0.001, 1, signed=True), "0.0"),
        (words.number(-0.001, 1), "0.0"),
        (words.number(float("nan")), words.UNKNOWN),
        (words.percent(-0.0904, signed=True), f"{words.MINUS}9.0\u202f%"),
        (words.usd(90959.6), "90,960\u202fUSD"),
        (words.price(0.00001234), "0.00001234\u202fUSD"),
        (words.count(1, "desk"), "1 desk"),
        (words.count(2000, "veto", "vetoes"), "2,000 vetoes"),
        (words.in_words(1, "bar"), "one bar"),
        (words.in_words(24, "bar"), "24 bars"),
        (words.listing(["a", "b", "c"]), "a, b and c"),
        (words.listing(["a"]), "a"),
        (words.listing([]), ""),
        (words.quantity(-0.123456), "0.1235"),
    ],
)
def test_numbers_read_as_people_write_them(text: str, reads: str) -> None:
    assert text == reads


def test_the_charts_library_waits_until_a_report_is_made() -> None:
    code = "import sys, freeagentics.cli.running\nfrom freeagentics import MarketModel\nprint('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
