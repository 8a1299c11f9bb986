"""Types of the front door, as a type checker of a user sees them; mypy checks this file."""

from __future__ import annotations

from pathlib import Path
from typing import assert_type

import polars as pl

import freeagentics
from freeagentics import (
    MarketModel,
    RunRecord,
    Scenario,
    TradingAgent,
    errors,
    explain,
    fork,
    load_scenario,
    open_store,
    resume,
    run,
    toolbox,
)
from freeagentics.records.step_metrics import StepMetrics
from freeagentics.replay import Explanation
from freeagentics.stores import Store


def test_runs_are_records_with_frames(tmp_path: Path) -> None:
    record = assert_type(run("quick", agents=5, steps=4, out=tmp_path / "run"), RunRecord)
    assert_type(record.model_frame, pl.DataFrame)
    assert_type(record.scenario, Scenario)
    assert_type(record.summary.trajectory_sha256, str)
    assert isinstance(assert_type(explain(record.path, "market-hunter-0000", 2), Explanation), Explanation)
    assert_type(record.save_report(tmp_path / "report.html"), Path)
    assert assert_type(resume(record.path, steps=5), RunRecord).summary.steps == 5
    assert assert_type(fork(record.path, 3, out=tmp_path / "fork"), RunRecord).summary.steps == 5


def test_a_model_gives_agents_and_metrics() -> None:
    with assert_type(MarketModel(assert_type(load_scenario("quick"), Scenario)), MarketModel) as model:
        assert assert_type(model.metrics, StepMetrics | None) is None
        assert_type(model.agent("market-hunter-0000"), TradingAgent)


def test_stores_tools_and_errors_have_types(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'a.db'}", "run") as store:
        assert_type(store, Store)
    assert_type(toolbox.CompressedHistory(10), freeagentics.CompressedHistory)
    assert assert_type(errors.CorruptRecord("damaged").step, int | None) is None


def test_the_package_says_that_it_has_types() -> None:
    assert Path(freeagentics.__file__).with_name("py.typed").is_file()
