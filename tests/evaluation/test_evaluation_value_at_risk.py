"""Value-at-risk on trial: forecasts on record against losses that anyone finds who reads the accounts."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from freeagentics import RunRecord, run
from freeagentics.arrays import F64
from freeagentics.evaluation import backtest_value_at_risk, coverage_tests
from freeagentics.evaluation.value_at_risk import ValueAtRiskBacktest
from freeagentics.journal import SHARED, Journal, Kind
from freeagentics.records.roster import Roster

STEPS, DESKS, HORIZON = 90, 3, 8


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """Two assets in a crash, in which losses exceed what was foreseen."""
    settings = {"market.synthetic": {"symbols": ["A", "B"], "planted": [{"kind": "crash", "bar": 168 + 40, "fall": 0.2}]}}
    return run("null-market", agents=15, steps=STEPS, overrides=settings, out=tmp_path_factory.mktemp("risk") / "run")


@pytest.fixture(scope="module")
def found(record: RunRecord) -> pl.DataFrame:
    return backtest_value_at_risk(record)


def losses(record: RunRecord) -> F64:
    """Loss over the horizon of what desks held at each close, as a share of equity, (STEPS - HORIZON, DESKS)."""
    with Journal(record.directory.journal) as journal:
        prices = [records["price"] for _, _, records in journal.scan(Kind.OBSERVATION)]
        accounts = [journal.read(step, Kind.ACCOUNTS, SHARED) for step in range(1, STEPS + 1)]
    kept = []
    for step, (held, now, later) in enumerate(zip(accounts, prices, prices[HORIZON:], strict=False)):
        assert held is not None, step
        # A product of position and price in units is 1e14 to the cent.
        worth = held["position"].astype(np.float64) @ np.stack([now, later], axis=1) / 1e14
        kept.append((worth[:, 0] - worth[:, 1]) / held["equity"])
    return np.array(kept)


def test_every_forecast_with_a_known_outcome_is_counted_where_the_desk_held_something(record: RunRecord, found: pl.DataFrame) -> None:
    forecasts = record.decision_frame.filter(role="risk-manager").sort("agent", "step")
    values = forecasts["reason.value_at_risk"].to_numpy().reshape(DESKS, STEPS).T[:-HORIZON]
    loss = losses(record)
    assert found["agent"].to_list() == [f"risk-manager-{desk:04d}" for desk in range(DESKS)]
    assert found["desk"].to_list() == list(range(DESKS))
    assert found["all_forecasts"].to_list() == (loss != 0).sum(axis=0).tolist()
    assert found["all_exceedances"].to_list() == (loss > values).sum(axis=0).tolist()
    assert (found["all_exceedances"] > 0).all()


def test_tests_are_of_forecasts_that_do_not_overlap(record: RunRecord, found: pl.DataFrame) -> None:
    forecasts = record.decision_frame.filter(agent="risk-manager-0000").sort("step")
    loss, values = losses(record)[:, 0], forecasts["reason.value_at_risk"].to_numpy()
    first = int(np.flatnonzero(loss)[0])
    exceeded = loss[first::HORIZON] > values[first : len(loss) : HORIZON]
    tests = coverage_tests(exceeded, 0.05)
    row = found.row(0, named=True)
    assert (row["forecasts"], row["exceedances"]) == (len(exceeded), exceeded.sum())
    for name in ("unconditional", "independence", "conditional"):
        assert (row[name], row[f"{name}_p"]) == (getattr(tests, name).statistic, getattr(tests, name).p_value)


def test_losses_beyond_are_compared_with_the_expected_shortfall_of_their_forecast(record: RunRecord, found: pl.DataFrame) -> None:
    forecasts = record.decision_frame.filter(agent="risk-manager-0001").sort("step").head(STEPS - HORIZON)
    loss = losses(record)[:, 1]
    beyond = loss > forecasts["reason.value_at_risk"].to_numpy()
    ratio = loss[beyond] / forecasts["reason.expected_shortfall"].to_numpy()[beyond]
    assert found["loss_over_shortfall"][1] == pytest.approx(ratio.mean())


def test_of_a_position_worth_less_than_a_cent_there_is_no_forecast(record: RunRecord) -> None:
    with Journal(record.directory.journal) as journal:
        backtest, accounts = ValueAtRiskBacktest(Roster(journal), 2, 1), journal.read(60, Kind.ACCOUNTS, SHARED)
        decisions = np.concatenate([records for _, _, records in journal.scan(Kind.DECISIONS, first=60, last=60)])
    assert accounts is not None
    accounts, decisions = accounts.copy(), decisions.copy()
    accounts["position"], decisions["reason"] = 1, 0
    for step, prices in ((1, 100.0), (2, 50.0)):
        backtest.update(step, decisions, accounts, np.full(2, prices))
    assert backtest.all_forecasts(0) == (0, 0)
    assert backtest.shortfalls.tolist() == [[0, 0]] * DESKS


def test_a_run_without_risk_managers_has_nothing_to_test(tmp_path_factory: pytest.TempPathFactory) -> None:
    record = run("quick", agents=5, steps=12, overrides={"agents.left_out": ["risk-manager"]}, out=tmp_path_factory.mktemp("none") / "run")
    assert backtest_value_at_risk(record).is_empty()


def test_a_run_shorter_than_the_horizon_has_forecasts_without_outcomes(tmp_path_factory: pytest.TempPathFactory) -> None:
    row = backtest_value_at_risk(run("quick", agents=5, steps=4, out=tmp_path_factory.mktemp("short") / "run")).row(0, named=True)
    assert (row["forecasts"], row["exceedances"], row["unconditional"]) == (0, 0, None)
