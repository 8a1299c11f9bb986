"""Runs in a market that agents make: recorded, stopped, resumed, forked and explained as those over bars."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from cli_runner import called
from credulous import CREDULOUS
from stop_after import StopAfter

from freeagentics import Scenario, explain, fork, load_scenario, resume, run
from freeagentics.amounts import price
from freeagentics.errors import Interrupted
from freeagentics.records.run_record import RunRecord
from freeagentics.simulation import MarketModel

STEPS = 40
SMALL = {
    "agents.count": 50,
    "steps": STEPS,
    "seed": 3,
    "market.warmup": 30,
    "market.auction.turnover": 1e6,
    "run.checkpoint_every": 7,
} | CREDULOUS


def floor(**changes: object) -> Scenario:
    return load_scenario("floor", SMALL | {key.replace("__", "."): value for key, value in changes.items()})


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return run(floor(), out=tmp_path_factory.mktemp("floor") / "run")


@pytest.mark.parametrize("engine", [{"run__workers": 2}, {"run__engine": "serial"}], ids=["two workers", "serial"])
def test_no_engine_changes_what_happens(record: RunRecord, engine: dict[str, object], tmp_path: Path) -> None:
    assert run(floor(**engine), out=tmp_path / "run").summary.trajectory_sha256 == record.summary.trajectory_sha256


def test_a_run_that_was_stopped_goes_on_as_one_that_was_not(record: RunRecord, tmp_path: Path) -> None:
    with pytest.raises(Interrupted, match="stopped after step 17"):
        run(floor(), out=tmp_path / "run", probes=[StopAfter(16)])
    assert resume(tmp_path / "run").summary.trajectory_sha256 == record.summary.trajectory_sha256


def test_a_resumed_run_may_be_longer_than_it_was_to_be(record: RunRecord, tmp_path: Path) -> None:
    run(floor(steps=20), out=tmp_path / "run")
    assert resume(tmp_path / "run", steps=STEPS).summary.trajectory_sha256 == record.summary.trajectory_sha256


def test_a_fork_shares_prices_up_to_where_it_begins_and_answers_to_its_own_orders_from_there_on(record: RunRecord, tmp_path: Path) -> None:
    forked = fork(record.path, 10, overrides={"market.fee_bps": 200}, out=tmp_path / "fork")
    same = (forked.model_frame["price"] == record.model_frame["price"]).to_list()
    assert all(same[:10])
    assert not same[-1]


def test_what_agents_did_is_explained_with_what_became_of_their_orders(record: RunRecord) -> None:
    traded = record.fill_frame.filter(pl.col("step") > 5).sort("notional").row(-1, named=True)
    told = explain(record.path, traded["agent"], traded["step"] - 1)
    (trade,) = told.trades
    assert (trade.price, trade.filled) == pytest.approx((traded["price"], traded["quantity"]))
    assert trade.bound is None
    closes = record.model_frame["price"]
    assert trade.close == pytest.approx(closes[traded["step"] - 1])
    assert trade.close_without is not None
    assert trade.close_without != trade.close
    said = called("explain", record.path, "--agent", traded["agent"], "--step", traded["step"] - 1, cwd=record.path).stdout
    assert f"without the order at {price(trade.close_without)} (" in said


def test_a_report_is_written_of_it(record: RunRecord, tmp_path: Path) -> None:
    assert "Orders filled" in record.save_report(tmp_path / "report.html").read_text(encoding="utf-8")


def test_desks_that_all_buy_raise_the_price_for_each_other() -> None:
    closes = []
    for exposure in ((0.0, 0.0), (0.9, 0.9)):
        with MarketModel(floor(agents__exposure=exposure)) as model:
            for _ in range(6):
                model.step()
            closes.append(model.market.close(6)[0])
    assert closes[1] > closes[0]
