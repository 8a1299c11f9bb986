"""Value-at-risk in the report, against the frames of the run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from freeagentics import RunRecord, run
from freeagentics.report.aggregates.coverage import coverage
from freeagentics.report.facts import aggregate

STEPS = 320
HORIZON = 8


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return run("btc-replay", agents=15, steps=STEPS, out=tmp_path_factory.mktemp("at-risk") / "run")


def test_losses_are_held_against_the_forecasts_that_came_before_them(record: RunRecord) -> None:
    mine = record.decision_frame.filter(role="risk-manager").select("step", "desk", forecast="reason.value_at_risk")
    books = record.desk_frame.select("step", "desk", "equity")
    both = mine.join(books, on=["step", "desk"]).group_by("step").agg((pl.col("forecast") * pl.col("equity")).sum(), pl.col("equity").sum())
    at_risk, equity = both.sort("step")["forecast"].to_numpy(), both.sort("step")["equity"].to_numpy()
    exceeded = (equity[:-HORIZON] - equity[HORIZON:])[at_risk[:-HORIZON] > 0] > at_risk[:-HORIZON][at_risk[:-HORIZON] > 0]
    found = aggregate(record).value_at_risk
    assert found.share_exceeded() == pytest.approx(exceeded.mean())
    assert 0 < exceeded.mean() < 0.5
    tested = found.tests()
    assert tested == coverage(exceeded[::HORIZON], 0.05)


def test_the_report_says_how_often_and_tests_it(record: RunRecord, tmp_path: Path) -> None:
    page = record.save_report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Unconditional coverage (Kupiec)" in page
    assert "it is meant to be exceeded in 5%" in page.replace("\u202f", "").replace("\xa0", "")


def test_a_run_without_risk_managers_says_nothing_of_it(tmp_path: Path) -> None:
    left_out: dict[str, object] = {"agents.left_out": ["risk-manager"]}
    record = run("btc-replay", agents=10, steps=60, overrides=left_out, out=tmp_path / "run")
    assert np.isnan(aggregate(record).value_at_risk.share_exceeded())
    assert "Kupiec" not in record.save_report(tmp_path / "report.html").read_text(encoding="utf-8")
