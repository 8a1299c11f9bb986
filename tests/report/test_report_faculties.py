"""Learned weights, and errors that parts of forecasts saved, against the frames of a run and against its agents."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from freeagentics import MarketModel, RunRecord, load_scenario, run
from freeagentics.agents.roles.market_hunter import MarketHunter
from freeagentics.report.facts import Facts, aggregate

SETTINGS: dict[str, object] = {"agents.count": 15, "roles.market-hunter.prior": 0.9, "memory.prior": 0.9, "run.checkpoint_every": 100}
STEPS = 300


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return run("whale-pump", steps=STEPS, overrides=SETTINGS, out=tmp_path_factory.mktemp("faculties") / "run")


@pytest.fixture(scope="module")
def facts(record: RunRecord) -> Facts:
    return aggregate(record)


@pytest.mark.parametrize(("part", "column"), [(0, "reason.from_belief"), (1, "reason.from_sources"), (2, None)])
def test_a_part_saved_what_the_forecast_without_it_errs_more(record: RunRecord, facts: Facts, part: int, column: str | None) -> None:
    outcomes = record.memory_frame.select("agent", "step", "result").drop_nulls()
    judged = record.decision_frame.filter(role="market-hunter").join(outcomes, on=["agent", "step"])
    taken = pl.col(column) if column else pl.col("reason.expected_return") - pl.col("reason.before_memories")
    error, without = pl.col("result") - pl.col("reason.expected_return"), pl.col("result") - pl.col("reason.expected_return") + taken
    frame = judged.select(saved=without**2 - error**2, heard=taken != 0, squared=error**2)
    (found,) = (parts for parts in facts.forecasts if facts.context.team[parts.role] == "market-hunter")
    assert found.saving(part).value == pytest.approx(float(frame["saved"].to_numpy().mean()), abs=1e-5)
    assert found.share(part) == pytest.approx(float(frame["heard"].to_numpy().mean()))
    assert found.error() == pytest.approx(float(frame["squared"].to_numpy().mean()), rel=1e-5)
    assert part == 2 or found.share(part) > 0


def test_weights_are_those_that_agents_had_at_the_checkpoints(facts: Facts) -> None:
    with MarketModel(load_scenario("whale-pump", SETTINGS | {"steps": STEPS})) as model:
        model.run_model()
        hunters = [cohort for cohort in model.population.cohorts if isinstance(cohort, MarketHunter)]
        weights = {name: np.concatenate([one.weights()[name][one.active] for one in hunters]) for name in hunters[0].weights()}
    assert facts.weights.steps == [100, 200, 300]
    for faculty in ("belief", "whales, up", "whales, down", "price, up", "memories"):
        assert facts.weights.mean["market-hunter", faculty][-1] == pytest.approx(weights[faculty].mean(), abs=1e-6)
    assert facts.weights.heard("market-hunter")


def test_the_page_draws_weights_and_says_what_a_perfect_trader_would_have_earned(record: RunRecord, tmp_path: Path) -> None:
    page = record.save_report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Mean weight over market hunters" in page
    assert "A perfect trader of what is planted here" in page


def test_where_nothing_was_ever_heard_the_page_says_so(tmp_path: Path) -> None:
    team: dict[str, object] = {"agents.team": {"market-hunter": 1, "risk-manager": 1}, "agents.count": 10}
    page = (
        run("null-market", steps=60, overrides=team, out=tmp_path / "run").save_report(tmp_path / "report.html").read_text(encoding="utf-8")
    )
    assert "no faculty had earned to be heard" in page
    assert "perfect trader" not in page
