"""Frames for a paper: prices, positions, observations and planted truth, from which equity can be rebuilt."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from freeagentics import BadInput, MarketModel, RunRecord, load_scenario, run
from freeagentics.market import SyntheticMarket

BUSY: dict[str, object] = {"roles.market-hunter.prior": 0.9, "market.fee_bps": 7}


@pytest.fixture(scope="module", params=["ten-pairs", "stocks", "whale-pump"])
def record(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return run(request.param, agents=15, steps=80, overrides=BUSY, out=tmp_path_factory.mktemp("paper") / "run")


def test_cash_and_positions_add_up_to_equity_to_the_cent(record: RunRecord) -> None:
    values = record.position_frame.group_by("step", "desk").agg(pl.col("value").sum())
    books = record.desk_frame.join(values, on=["step", "desk"], how="left").with_columns(pl.col("value").fill_null(0))
    cents = books.select(rebuilt=((pl.col("cash") + pl.col("value")) * 100).round(), equity=(pl.col("equity") * 100).round())
    assert cents["rebuilt"].to_list() == cents["equity"].to_list()
    assert (values["value"] > 0).any()


def test_positions_are_the_fills_so_far_at_the_last_close(record: RunRecord) -> None:
    fills = record.fill_frame.group_by("desk", "symbol").agg(pl.col("quantity").sum())
    last = record.position_frame.filter(step=80).select("desk", "symbol", held="quantity", value="value")
    both = fills.join(last, on=["desk", "symbol"], how="full", coalesce=True).fill_null(0)
    assert np.allclose(both["quantity"], both["held"], atol=1e-9)
    prices = record.observation_frame.filter(step=80)
    priced = last.join(prices, on="symbol")
    assert np.allclose(priced["held"] * priced["close"], priced["value"], atol=0.011)


def test_weights_are_shares_of_equity(record: RunRecord) -> None:
    equity = record.desk_frame.select("step", "desk", "equity")
    frame = record.position_frame.join(equity, on=["step", "desk"])
    assert np.allclose(frame["weight"] * frame["equity"], frame["value"], atol=0.02)


def test_observations_are_what_the_market_showed(tmp_path: Path) -> None:
    scenario = load_scenario("ten-pairs", {"agents.count": 5, "steps": 12})
    with MarketModel(scenario) as model:
        model.run_model()
        seen = model.observations.read(12)
        symbols, columns = model.market.symbols, seen.columns
    record = run(scenario, out=tmp_path / "run")
    last = record.observation_frame.filter(step=12)
    assert last.columns == ["step", "symbol", "close", *columns]
    assert last["symbol"].to_list() == list(symbols)
    assert np.array_equal(last.select(columns).to_numpy(), seen.values)


def test_the_truth_is_what_the_market_planted(tmp_path: Path) -> None:
    record = run("whale-pump", agents=5, steps=400, out=tmp_path / "run")
    truth = record.truth_frame
    with MarketModel(record.scenario) as model:
        assert isinstance(model.market, SyntheticMarket)
        planted, warmup = model.market.truth, record.scenario.market.warmup
    shown = slice(warmup, warmup + 400)
    assert np.array_equal(truth["drift"].to_numpy(), planted.drift[shown, 0])
    assert np.array_equal(truth["volatility"].to_numpy(), planted.volatility[shown, 0])
    signals = truth.filter(pl.col("pumped").is_not_null())
    inside = (planted.pumps.bar >= warmup) & (planted.pumps.bar < warmup + 400)
    assert signals["step"].to_list() == (planted.pumps.bar[inside] - warmup + 1).tolist()
    assert signals["rise_bars"].to_list() == planted.pumps.bars[inside].tolist()
    counts = record.observation_frame.join(signals, on=["step", "symbol"])["whales.count"]
    assert len(counts) == len(signals) and (counts >= 5).all()


def test_bars_of_the_world_have_no_truth_to_tell(tmp_path: Path) -> None:
    record = run("quick", agents=5, steps=5, out=tmp_path / "run")
    with pytest.raises(BadInput, match="nothing is planted in its market"):
        _ = record.truth_frame


def test_a_run_in_which_nobody_trades_has_no_positions(tmp_path: Path) -> None:
    record = run("quick", agents=3, steps=5, overrides={"agents.team": {"market-hunter": 1}}, out=tmp_path / "run")
    assert record.position_frame.is_empty()
    assert record.position_frame.columns == ["step", "desk", "symbol", "quantity", "value", "weight"]
