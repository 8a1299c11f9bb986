"""Weights, and sources from reading to profit: as anyone finds them who reads the frames of the run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from freeagentics import RunRecord, explain, run
from freeagentics.agents.context import neutral_exposures
from freeagentics.arrays import F64
from freeagentics.experiments.made_market import MadeMarket
from freeagentics.journal import SHARED, Journal, Kind
from freeagentics.report import save_report
from freeagentics.report.facts import Facts, aggregate

STEPS, DESKS, HORIZON = 150, 3, 8
CREDULOUS: dict[str, object] = {"roles.market-hunter.prior": 0.9, "roles.sentiment-analyzer.prior": 0.9, "memory.prior": 0.9}
"""Agents that give weights before anything has shown its worth: all faculties are heard, and traded upon, within days."""


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    settings = CREDULOUS | {"market.synthetic": {"symbols": ["A", "B"]}}
    return run("whale-pump", agents=15, steps=STEPS, overrides=settings, out=tmp_path_factory.mktemp("value") / "run")


@pytest.fixture(scope="module")
def facts(record: RunRecord) -> Facts:
    return aggregate(record)


def prices(record: RunRecord) -> F64:
    """Closes, USD, (STEPS, 2)."""
    with Journal(record.directory.journal) as journal:
        return np.array([records["price"] for _, _, records in journal.scan(Kind.OBSERVATION)]) / 1e8


def test_contributions_on_record_add_up_to_the_forecast(record: RunRecord) -> None:
    parts = record.contribution_frame.group_by("step", "agent", "symbol").agg(pl.col("contribution").sum())
    told = record.decision_frame.filter(pl.col("role").is_in(["market-hunter", "sentiment-analyzer"]))
    both = told.join(parts, on=["step", "agent", "symbol"], how="left").with_columns(pl.col("contribution").fill_null(0))
    small = both.filter(pl.col("contribution").abs() < 1.9)
    assert small["value"].to_list() == pytest.approx(small["contribution"].to_list(), abs=1e-6)
    assert len(set(record.contribution_frame["faculty"])) >= 4


def test_weights_on_record_are_those_that_explain_shows(record: RunRecord) -> None:
    for agent in ("market-hunter-0001", "portfolio-optimizer-0002"):
        shown = explain(record.path, agent, 120).weights
        mine = record.weight_frame.filter(pl.col("agent") == agent)
        for name, weight in shown.items():
            # Outcomes of a step teach memories before it is decided, and the other faculties after it.
            step = 120 if name == "memories" else 121
            on_record = mine.filter(pl.col("step") == step, pl.col("faculty") == name)["weight"].to_list() or [0.0]
            assert on_record == pytest.approx([weight], rel=2e-3, abs=1e-4)


def test_curves_are_means_over_the_agents_of_a_role_and_deviations_between_them(record: RunRecord, facts: Facts) -> None:
    curves = facts.weights[facts.context.team.index("market-hunter")]
    place = curves.heard()[0]
    given = record.weight_frame.filter(pl.col("role") == "market-hunter", pl.col("faculty") == curves.names[place])
    whole = np.zeros((STEPS, DESKS))
    whole[given["step"].to_numpy() - 1, given["desk"].to_numpy()] = given["weight"].to_numpy()
    assert curves.mean[:, place] == pytest.approx(whole.mean(axis=1), abs=1e-9)
    assert curves.spread[:, place] == pytest.approx(whole.std(axis=1), abs=1e-6)
    assert {curves.names[place] for place in curves.heard()} == set(record.weight_frame.filter(role="market-hunter")["faculty"])


@pytest.mark.parametrize("place", [0, 1], ids=["market hunters", "sentiment analyzers"])
def test_a_source_saved_what_the_same_forecasts_would_have_erred_more_without_it(record: RunRecord, facts: Facts, place: int) -> None:
    usage, errors = facts.source_usage[place], facts.source_errors[place]
    outcomes = record.memory_frame.select("step", "agent", "result").drop_nulls()
    told = record.decision_frame.filter(pl.col("role") == facts.context.team[usage.role]).join(outcomes, on=["step", "agent"])
    parts = record.contribution_frame.filter(pl.col("faculty") != "memories")
    whole = parts.group_by("step", "agent", "symbol").agg(pl.col("contribution").sum().alias("seen"))
    memories = record.contribution_frame.filter(faculty="memories").select("step", "agent", "symbol", remembered="contribution")
    for number, source in enumerate(usage.sources):
        its = parts.filter(pl.col("faculty").str.starts_with(f"{source}, ")).group_by("step", "agent", "symbol")
        moved = told.join(its.agg(pl.col("contribution").sum()), on=["step", "agent", "symbol"]).join(whole, on=["step", "agent", "symbol"])
        moved = moved.join(memories, on=["step", "agent", "symbol"], how="left").with_columns(pl.col("remembered").fill_null(0))
        result, value, remembered = (moved[name].to_numpy().astype(np.float64) for name in ("result", "value", "remembered"))
        without = np.clip(np.clip(moved["seen"].to_numpy() - moved["contribution"].to_numpy(), -2, 2) + remembered, -2, 2)
        assert errors.moved[:, number].sum() == moved.height
        assert errors.squared[:, number].sum() == pytest.approx(np.square(result - value).sum(), rel=1e-3)
        saved = np.square(result - without) - np.square(result - value)
        assert errors.saved[:, number].sum() == pytest.approx(saved.sum(), abs=1e-3 * np.abs(saved).sum() + 1e-9)
    assert errors.moved.any()


def test_all_parts_together_gain_what_desks_made_beside_their_neutral_weights_within_limits(record: RunRecord, facts: Facts) -> None:
    """What a desk would have without a view, held anew at every close, and what views brought, add up to its equity."""
    closes, books = prices(record), record.desk_frame
    equity = books["equity"].to_numpy().reshape(STEPS, DESKS)
    limits = record.decision_frame.filter(role="portfolio-optimizer").sort("step", "desk")["reason.limit"].to_numpy().reshape(STEPS, DESKS)
    exposure = np.minimum(neutral_exposures(record.scenario.seed, record.scenario.agents.exposure, DESKS), limits)
    usual = (exposure[:-1] * equity[:-1] * (closes[1:] / closes[:-1] - 1).mean(axis=1)[:, None]).sum(axis=0)
    data_costs = books.filter(step=STEPS)["data_costs"].to_numpy() - books.filter(step=1)["data_costs"].to_numpy()
    made = facts.attribution.gains.sum(axis=1) - facts.attribution.fees.sum(axis=1)
    assert made == pytest.approx(equity[-1] - equity[0] - usual + data_costs, abs=2.0)
    fills = record.fill_frame
    assert facts.attribution.fees.sum() == pytest.approx(fills["fee"].sum())
    assert facts.attribution.turnover.sum() == pytest.approx(fills["notional"].sum())
    assert facts.attribution.turnover[:, :-1].sum() > 0.5 * facts.attribution.turnover.sum()


def test_only_what_was_part_of_a_forecast_is_followed(record: RunRecord, facts: Facts) -> None:
    frame = record.contribution_frame.select("role", faculty=pl.col("faculty").str.split(", ").list.first()).unique()
    spoke = {(facts.context.team.index(role), faculty) for role, faculty in frame.iter_rows()}
    spoke.add((facts.context.team.index("portfolio-optimizer"), "memories"))
    followed = {part for part in facts.attribution.parts if facts.attribution.of(*part)[2].any()}
    assert followed
    assert followed <= spoke


def test_a_source_that_is_left_out_is_no_link_of_any_chain(tmp_path: Path) -> None:
    record = run("quick", agents=5, steps=20, overrides={"market.left_out": ["derivatives"]}, out=tmp_path / "run")
    usage = aggregate(record).source_usage[1]
    assert usage.sources == ("sentiment",)
    paid = record.desk_frame.filter(step=20)["data_costs"].sum() * 100
    hunters = aggregate(record).source_usage[0]
    assert int((usage.reads.sum(axis=0) * usage.cents).sum() + (hunters.reads.sum(axis=0) * hunters.cents).sum()) == pytest.approx(paid)


def test_the_perfect_trader_of_a_report_is_that_of_experiments(record: RunRecord, facts: Facts) -> None:
    with Journal(record.directory.journal) as journal:
        units = journal.read(1, Kind.OBSERVATION, SHARED)
    assert units is not None
    made = MadeMarket(record.scenario, facts.context.units.price)
    for closes in prices(record):
        made.update(closes, None)
    assert facts.perfect == made.perfect_return() != 0


def test_real_bars_have_no_perfect_trader(tmp_path: Path) -> None:
    assert np.isnan(aggregate(run("quick", agents=5, steps=12, out=tmp_path / "run")).perfect)


def test_the_page_and_its_tables_tell_of_every_source_and_every_weight(record: RunRecord) -> None:
    page = save_report(record).read_text(encoding="utf-8")
    assert "A perfect trader of what is planted" in page
    assert "From trading to profit, by part of the view" in page
    value, weights = (pl.read_csv(record.path / "tables" / f"{name}.csv") for name in ("value", "weights"))
    assert value["source"].to_list() == ["price", "whales", "derivatives", "sentiment"]
    assert value["net"].to_list() == pytest.approx((value["gain"] - value["fees"] - value["paid"]).to_list())
    assert set(weights["faculty"]) == set(record.weight_frame["faculty"])


@pytest.mark.parametrize("left_out", ["portfolio-optimizer", "market-hunter", "risk-manager"])
def test_a_team_without_a_role_has_a_page_all_the_same(left_out: str, tmp_path: Path) -> None:
    record = run("quick", agents=5, steps=20, overrides={"agents.left_out": [left_out]}, out=tmp_path / "run")
    page = save_report(record).read_text(encoding="utf-8")
    assert ("have no portfolio optimizer" in page) == (left_out == "portfolio-optimizer")
    assert ("have no risk managers" in page) == (left_out == "risk-manager")
