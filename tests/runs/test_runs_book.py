"""Runs on an order book: the same on any engine, stopped, resumed, forked and explained as those in auctions."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from credulous import CREDULOUS
from stop_after import StopAfter

from freeagentics import Scenario, explain, fork, load_scenario, resume, run
from freeagentics.errors import BadScenario, Interrupted
from freeagentics.records.run_record import RunRecord

STEPS = 20
SMALL = {
    "agents.count": 30,
    "steps": STEPS,
    "seed": 2,
    "market.warmup": 30,
    "market.book.turnover": 2e5,
    "run.checkpoint_every": 6,
} | CREDULOUS


def book(**changes: object) -> Scenario:
    return load_scenario("book", SMALL | {key.replace("__", "."): value for key, value in changes.items()})


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return run(book(), out=tmp_path_factory.mktemp("book") / "run")


@pytest.mark.parametrize("workers", [2, 4])
def test_workers_change_nothing(record: RunRecord, workers: int, tmp_path: Path) -> None:
    assert run(book(run__workers=workers), out=tmp_path / "run").summary.trajectory_sha256 == record.summary.trajectory_sha256


def test_a_run_that_was_stopped_between_checkpoints_goes_on_as_one_that_was_not(record: RunRecord, tmp_path: Path) -> None:
    with pytest.raises(Interrupted, match="stopped after step 10"):
        run(book(), out=tmp_path / "run", probes=[StopAfter(9)])
    assert resume(tmp_path / "run").summary.trajectory_sha256 == record.summary.trajectory_sha256


def test_a_fork_shares_prices_up_to_where_it_begins(record: RunRecord, tmp_path: Path) -> None:
    forked = fork(record.path, 10, overrides={"market.fee_bps": 200}, out=tmp_path / "fork")
    same = (forked.model_frame["price"] == record.model_frame["price"]).to_list()
    assert all(same[:10])
    assert not same[-1]
    with pytest.raises(BadScenario, match="market.book"):
        fork(record.path, 10, overrides={"market.book.rounds": 3}, out=tmp_path / "other")


def test_an_order_is_explained_with_the_close_that_there_would_have_been_without_it(record: RunRecord) -> None:
    for traded in record.fill_frame.filter(pl.col("step") > 5).sort("notional", descending=True).rows(named=True):
        (trade,) = explain(record.path, traded["agent"], traded["step"] - 1).trades
        assert (trade.price, trade.filled) == pytest.approx((traded["price"], traded["quantity"]))
        assert trade.close == pytest.approx(record.model_frame["price"][traded["step"] - 1])
        assert trade.close_without is not None
        if trade.close_without != trade.close:
            return
    pytest.fail("no order moved the close of its bar")
