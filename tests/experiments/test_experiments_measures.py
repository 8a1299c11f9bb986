"""Measures of a run, against its frames and against numbers worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from freeagentics import RunRecord, ablate, compare, load_scenario, run
from freeagentics.experiments.forecast_errors import ForecastErrors
from freeagentics.experiments.made_market import MadeMarket
from freeagentics.experiments.measures import matched_return
from freeagentics.market import synthesize

STEPS = 120
TALKATIVE: dict[str, object] = {"roles.market-hunter.prior": 0.99}
"""Hunters that forecast before anything is learned."""


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return run("whale-pump", agents=15, steps=STEPS, overrides=TALKATIVE, out=tmp_path_factory.mktemp("measured") / "run")


@pytest.fixture(scope="module")
def measured(record: RunRecord) -> dict[str, float]:
    """Measures of the same run, made in memory."""
    frame = ablate("whale-pump", "memory", seeds=1, steps=STEPS, overrides={"agents.count": 15} | TALKATIVE).frame
    (row,) = frame.filter(point="complete").to_dicts()
    assert row["trajectory_sha256"] == record.summary.trajectory_sha256
    return row


def mean(values: pl.Series) -> float:
    return float(values.to_numpy().mean())


def test_desks_are_measured_as_their_frame_has_them(record: RunRecord, measured: dict[str, float]) -> None:
    cash, last = record.scenario.market.cash, record.desk_frame.filter(step=STEPS)
    assert measured["return"] == pytest.approx(mean(last["equity"]) / cash - 1)
    assert measured["fees"] == pytest.approx(mean(last["fees"]) / cash)
    assert measured["source_costs"] == pytest.approx(mean(last["data_costs"]) / cash)
    assert measured["turnover"] == pytest.approx(STEPS * mean(record.model_frame["traded"]) / cash / 3)


def test_the_drawdown_is_the_mean_of_each_desks_largest(record: RunRecord, measured: dict[str, float]) -> None:
    peak = pl.max_horizontal(pl.col("equity").cum_max(), pl.lit(record.scenario.market.cash))
    falls = record.desk_frame.sort("step").with_columns(fall=(1 - pl.col("equity") / peak).over("desk"))
    assert measured["max_drawdown"] == pytest.approx(falls.group_by("desk").agg(pl.col("fall").max())["fall"].mean())


def test_the_benchmark_holds_the_mean_exposure_of_each_desk(record: RunRecord, measured: dict[str, float]) -> None:
    moves = record.model_frame["basket"].pct_change().drop_nulls().to_numpy()
    desks = record.desk_frame.group_by("desk").agg(exposure=(1 - pl.col("cash") / pl.col("equity")).mean())["exposure"].to_numpy()
    assert measured["exposure"] == pytest.approx(desks.mean())
    held = [float(np.prod(1 + exposure * moves) - 1) for exposure in desks]
    assert measured["excess_return"] == pytest.approx(measured["return"] - np.mean(held))


def test_the_sharpe_ratio_is_that_of_all_desks_together_a_year(record: RunRecord, measured: dict[str, float]) -> None:
    equity = np.concatenate([[record.scenario.market.cash], record.desk_frame.group_by("step").mean().sort("step")["equity"].to_numpy()])
    returns = np.diff(equity) / equity[:-1]
    assert measured["sharpe"] == pytest.approx(returns.mean() / returns.std() * np.sqrt(365.25 * 24), rel=1e-6)


def test_where_nothing_is_planted_a_return_without_noise_is_what_trading_and_sources_cost() -> None:
    settings: dict[str, object] = {"agents.count": 15, "market.impact_bps": 0, "market.synthetic": {"planted": [], "symbols": ["A", "B"]}}
    frame = ablate("null-market", "memory", seeds=2, steps=STEPS, overrides=settings | TALKATIVE).frame
    costs = frame["fees"] + frame["source_costs"]
    assert (frame["fees"] > 0).all()
    assert frame["return_without_noise"].to_list() == pytest.approx((-costs).to_list(), abs=1e-7)
    assert ((frame["return"] + costs).abs() > 1e-3).all()


def test_what_is_planted_is_no_noise() -> None:
    settings: dict[str, object] = {"agents.count": 15, "agents.exposure": [0.5, 0.5], "agents.left_out": ["risk-manager"]}
    planted = {"market.synthetic": {"planted": [{"kind": "crash", "bar": 168 + 60, "fall": 0.3}]}}
    frame = ablate("null-market", "memory", seeds=2, steps=STEPS, overrides=settings | planted).frame
    assert frame["return_without_noise"].to_list() == pytest.approx([-0.15] * len(frame), abs=0.02)
    assert frame["perfect_return"].null_count() == len(frame)


def test_a_perfect_trader_is_all_in_for_a_horizon_after_each_pumps_conditions() -> None:
    scenario = load_scenario("whale-pump", {"steps": 600, "market.fee_bps": 10})
    market = MadeMarket(scenario, np.array([1e8]))
    bars, _, truth = synthesize(scenario.market.synthetic, scenario.seed, scenario.market.warmup + 600)
    close = bars.close[scenario.market.warmup :, 0]
    for price in close:
        market.update(np.array([price]), None)
    cash, until = 1.0, -1
    pumps = truth.pumps.bar - scenario.market.warmup
    for bar in range(599):
        inside = any(0 <= bar - pump < scenario.memory.horizon for pump in pumps)
        cash *= 0.999 if inside != (bar == until) else 1
        cash, until = cash * (close[bar + 1] / close[bar] if inside else 1), bar + 1 if inside else -1
    assert market.perfect_return() == pytest.approx(cash * (0.999 if until == 599 else 1) - 1)
    assert abs(market.perfect_return()) > 0.01


def test_forecasts_are_judged_by_the_outcomes_of_the_same_decisions(record: RunRecord, measured: dict[str, float]) -> None:
    outcomes = record.memory_frame.select("agent", "step", "result").drop_nulls()
    judged = record.decision_frame.filter(role="market-hunter").join(outcomes, on=["agent", "step"])
    forecast, result = judged["value"].to_numpy().astype(float), judged["result"].to_numpy().astype(float)
    assert measured["squared_error.market-hunter"] == pytest.approx(np.mean((result - forecast) ** 2), rel=1e-5)
    assert measured["slope.market-hunter"] == pytest.approx(np.polyfit(forecast, result, 1)[0], rel=1e-3)
    assert measured["coverage.market-hunter"] == pytest.approx(np.mean(np.abs(result - forecast) <= 1.959964))


def test_a_run_on_record_has_the_measures_that_it_has_in_memory(record: RunRecord, measured: dict[str, float], tmp_path: Path) -> None:
    run("whale-pump", agents=15, steps=STEPS, overrides={"memory.enabled": False} | TALKATIVE, out=tmp_path / "other")
    found = compare(record.path, tmp_path / "other")
    row = found.frame.to_dicts()[0]
    assert {name: row[name] for name in row if name not in ("point", "memory.enabled")} == {
        name: measured[name] for name in row if name not in ("point", "memory.enabled")
    }
    assert found.frame["memory.enabled"].to_list() == [True, False]
    assert found.differences["seeds"].unique().to_list() == [1]


def test_a_calibrated_forecast_has_slope_one_and_no_error() -> None:
    errors = ForecastErrors(2, ["market-hunter", "risk-manager"])
    decision, outcome = np.dtype([("agent", "<i4"), ("value", "<f4")]), np.dtype([("agent", "<i4"), ("result", "<f4")])
    for step in range(1, 30):
        errors.decided(step, np.array([(0, step % 5), (1, 9)], dtype=decision))
        if step > 2:
            errors.judged(step, np.array([(0, (step - 2) % 5), (1, 0)], dtype=outcome))
    assert dict(errors.measures()) == pytest.approx({f"{name}.market-hunter": value for name, value in EXACT.items()})


EXACT = {"squared_error": 0.0, "slope": 1.0, "coverage": 1.0}


def test_the_benchmark_of_a_desk_holds_its_share_at_every_close() -> None:
    basket = np.array([1.0, 1.1, 0.99])
    assert matched_return(np.array([1.0, 0.5, 0.0]), basket).tolist() == pytest.approx([-0.01, 1.05 * 0.95 - 1, 0.0])


def test_a_perfect_trader_of_regimes_that_return_buys_as_an_opening_ends() -> None:
    scenario = load_scenario("regime-return", {"steps": 400})
    market, warmup = MadeMarket(scenario, np.array([1e8])), scenario.market.warmup
    bars, _, truth = synthesize(scenario.market.synthetic, scenario.seed, warmup + 400)
    for close in bars.close[warmup:]:
        market.update(close, None)
    foreseen = truth.returns.drift[(truth.returns.bar > warmup) & (truth.returns.bar < warmup + 390)]
    assert (foreseen > 0).sum() > 1
    gained = np.log1p(foreseen[foreseen > 0]).sum() * scenario.memory.horizon
    assert 0.4 * gained < np.log1p(market.perfect_return()) < 1.6 * gained
