"""Runs in which desks borrow: margin calls and bankruptcies on record, stopped, resumed, explained and reported as all else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from stop_after import StopAfter

from freeagentics import Scenario, explain, fork, load_scenario, resume, run
from freeagentics.errors import BadScenario, Interrupted
from freeagentics.records.run_record import RunRecord

RISE = {"kind": "metaorder", "at": 12, "side": "buy", "size": 12.0, "bars": 2}
SHORTS = {"name": "short-sellers", "count": 5, "exposure": [-4.5, -3.5], "left_out": ["risk-manager"]}
RUINOUS: dict[str, object] = {
    "agents.count": 40,
    "steps": 24,
    "seed": 3,
    "desks": [{"name": "holders", "count": 5}, SHORTS],
    "events": [RISE],
    "market.warmup": 30,
    "market.cash": 50_000,
    "market.max_leverage": 5.0,
    "market.maintenance_margin": 0.1,
    "market.auction.turnover": 1e6,
    "run.checkpoint_every": 7,
}


def ruinous(**changes: object) -> Scenario:
    return load_scenario("short-squeeze", RUINOUS | {key.replace("__", "."): value for key, value in changes.items()})


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return run(ruinous(), out=tmp_path_factory.mktemp("margin") / "run")


def calls(record: RunRecord) -> pl.DataFrame:
    return record.fill_frame.filter(pl.col("agent").is_null())


def test_margin_calls_are_fills_that_no_agent_decided(record: RunRecord) -> None:
    called = calls(record)
    assert min(called["desk"].to_list()) == 5
    assert min(called["step"].to_list()) > 12
    assert (called["quantity"] > 0).all()


def test_cash_and_positions_add_up_to_equity_to_the_cent_also_where_they_are_owed(record: RunRecord) -> None:
    values = record.position_frame.group_by("step", "desk").agg(pl.sum("value"))
    desks = record.desk_frame.join(values, on=["step", "desk"], how="left").fill_null(0)
    assert np.abs(desks["cash"] + desks["value"] - desks["equity"]).max() < 0.001
    assert (desks["cash"] > 50_000).any()


def test_agents_of_a_bankrupt_desk_leave_and_its_debt_stays_on_record(record: RunRecord) -> None:
    last = record.desk_frame.filter(pl.col("step") == record.summary.steps)
    ruined = last.filter(pl.col("equity") <= 0)["desk"].to_list()
    assert ruined
    decided = record.decision_frame.filter(pl.col("step") == record.summary.steps)["desk"].unique().to_list()
    assert sorted({*range(10)} - {*decided}) == ruined


@pytest.mark.parametrize("engine", [{"run__workers": 2}, {"run__engine": "serial"}], ids=["two workers", "serial"])
def test_no_engine_changes_what_happens(record: RunRecord, engine: dict[str, object], tmp_path: Path) -> None:
    assert run(ruinous(**engine), out=tmp_path / "run").summary.trajectory_sha256 == record.summary.trajectory_sha256


@pytest.mark.parametrize("after", [11, 13, 15])
def test_a_run_that_was_stopped_amid_calls_goes_on_as_one_that_was_not(record: RunRecord, after: int, tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        run(ruinous(), out=tmp_path / "run", probes=[StopAfter(after)])
    assert resume(tmp_path / "run").summary.trajectory_sha256 == record.summary.trajectory_sha256


@pytest.mark.parametrize("steps", [13, 14, 15, 16])
def test_a_run_that_ended_amid_calls_goes_on_as_one_that_did_not(record: RunRecord, steps: int, tmp_path: Path) -> None:
    run(ruinous(steps=steps), out=tmp_path / "run")
    assert resume(tmp_path / "run", steps=24).summary.trajectory_sha256 == record.summary.trajectory_sha256


def test_a_fork_without_the_buyer_has_no_calls(record: RunRecord, tmp_path: Path) -> None:
    assert calls(fork(record.path, 11, overrides={"events": []}, out=tmp_path / "fork")).is_empty()


def test_what_the_broker_buys_back_drives_the_price_on(tmp_path: Path) -> None:
    """One pair; `benchmarks/short_squeeze.py` has twenty."""
    called, uncalled = (
        run("short-squeeze", steps=66, seed=2, overrides={"market.maintenance_margin": share}, out=tmp_path / str(share))
        for share in (0.3, 0.0)
    )
    assert calls(uncalled).is_empty()
    first = min(calls(called)["step"].to_list())
    closes = [one.model_frame["price"].to_numpy() for one in (called, uncalled)]
    assert closes[0][: first - 1].tolist() == closes[1][: first - 1].tolist()
    assert closes[0][first - 1 :].max() > closes[1][first - 1 :].max()


def test_an_explanation_says_that_the_broker_closes_positions(record: RunRecord) -> None:
    step = min(calls(record)["step"].to_list())
    told = explain(record.path, "trade-executor-0007", step - 1)
    assert any(event.text.startswith("margin call: the broker closes positions of") for event in told.events)
    assert told.trades == ()


def test_a_report_tells_of_calls_and_of_desks_in_debt(record: RunRecord, tmp_path: Path) -> None:
    page = record.save_report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Positions that the broker closed" in page
    assert "ended with nothing, or in debt" in page
    quiet = run(ruinous(events=[], steps=8), out=tmp_path / "quiet")
    assert "No desk fell below its maintenance margin." in quiet.save_report(tmp_path / "quiet.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"market.short_selling": False}, r"exposure: \[-2.8, -2.0\] goes beyond 0 to 3"),
        ({"market.max_leverage": 2.0}, r"exposure: \[-2.8, -2.0\] goes beyond -2 to 2"),
        (
            {"market.maintenance_margin": 0.4},
            "maintenance_margin 0.4 must be below 0.333: positions of max_leverage 3 would be closed as they are opened",
        ),
        (
            {
                "agents.team": {"portfolio-optimizer": 1, "trade-executor": 1},
                "agents.count": 80,
                "desks": [{"name": "a", "count": 40, "exposure": [-1, 0]}],
            },
            "a portfolio-optimizer is long only",
        ),
        ({"agents.exposure": [0.5, 3.5]}, r"agents.exposure: \[0.5, 3.5\] goes beyond -3 to 3"),
    ],
)
def test_positions_that_the_market_does_not_allow_are_refused(changes: dict[str, object], says: str) -> None:
    with pytest.raises(BadScenario, match=says):
        load_scenario("short-squeeze", changes)


def test_long_only_markets_refuse_short_exposure() -> None:
    with pytest.raises(BadScenario, match="goes beyond 0 to 1, which is what market.short_selling and market.max_leverage allow"):
        load_scenario("quick", {"agents.exposure": [-0.5, 0.5]})
