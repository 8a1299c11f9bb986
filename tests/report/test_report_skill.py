"""Skill, calibration, planted events and periods: as anyone finds them who reads the frames of the run."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from freeagentics import RunRecord, run
from freeagentics.report import save_report
from freeagentics.report.aggregates.comparison import Comparison
from freeagentics.report.aggregates.estimate import correlation_of, interval_of
from freeagentics.report.aggregates.periods import by_period, rolling_sharpe, worst_drawdowns
from freeagentics.report.aggregates.planted import Planted, recent_mean
from freeagentics.report.facts import Facts, aggregate

STEPS, DESKS, HORIZON = 150, 3, 8
DAY = 24 * 3_600_000


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    credulous: dict[str, object] = {"roles.market-hunter.prior": 0.9, "memory.prior": 0.9}
    return run("echo", agents=15, steps=STEPS, overrides=credulous, out=tmp_path_factory.mktemp("skill") / "run")


@pytest.fixture(scope="module")
def facts(record: RunRecord) -> Facts:
    return aggregate(record)


def judged(record: RunRecord, role: str) -> pl.DataFrame:
    outcomes = record.memory_frame.select("step", "agent", "result").drop_nulls()
    return record.decision_frame.filter(role=role).join(outcomes, on=["step", "agent"])


@pytest.mark.parametrize("role", ["market-hunter", "sentiment-analyzer", "portfolio-optimizer"])
def test_memories_saved_what_the_forecasts_of_a_role_would_have_erred_more_without_them(record: RunRecord, facts: Facts, role: str) -> None:
    (found,) = [one for one in facts.forecasts if facts.context.team[one.role] == role]
    frame = judged(record, role)
    told, before, result = (frame[name].to_numpy().astype(float) for name in ("reason.expected_return", "reason.before_memories", "result"))
    moved = told != before
    saved = (np.square(result - before) - np.square(result - told))[moved]
    assert found.memories.moved.sum() == moved.sum()
    assert found.memories.saved.sum() == pytest.approx(saved.sum(), rel=1e-3, abs=1e-6)
    assert found.memories.flipped == (moved & (told * before < 0)).sum()
    there = told != 0
    if there.any():
        assert found.coefficient.value == pytest.approx(np.corrcoef(told[there], result[there])[0, 1], rel=1e-3)
    assert found.coefficient.count == there.sum()
    assert found.pit.sum() == frame.height
    assert abs(found.pit - np.histogram(stats.norm.cdf(result - told), bins=20, range=(0, 1))[0]).sum() <= 2


def test_some_forecasts_were_moved_by_memories_and_some_by_signals(facts: Facts) -> None:
    assert any(one.memories.moved.any() for one in facts.forecasts)
    (heard,) = [one.signals for one in facts.forecasts if one.signals]
    assert list(heard) == ["TREND", "SENTIMENT"]
    assert heard["TREND"].moved.any()


def test_signals_are_all_that_an_optimizer_hears(record: RunRecord, facts: Facts) -> None:
    (heard,) = [one.signals for one in facts.forecasts if one.signals]
    frame = judged(record, "portfolio-optimizer")
    only = frame.filter(pl.col("reason.sentiment_heard") == 0, pl.col("reason.before_memories") != 0, pl.col("reason.trend_heard") != 0)
    added = only["reason.expected_return"] - only["reason.before_memories"]
    saved = ((only["result"] - added) ** 2 - (only["result"] - only["reason.expected_return"]) ** 2).sum()
    if heard["SENTIMENT"].moved.sum() == 0:
        assert heard["TREND"].moved.sum() == only.height
        assert heard["TREND"].saved.sum() == pytest.approx(saved, rel=2e-2, abs=1e-2)


def test_desks_foresaw_a_motif_where_a_forecaster_of_theirs_expected_what_follows(record: RunRecord, facts: Facts) -> None:
    truth = record.truth_frame.filter(pl.col("motif").is_not_null())
    assert facts.planted.step.tolist() == truth["step"].to_list()
    forecasts = record.decision_frame.filter(pl.col("role").is_in(["market-hunter", "sentiment-analyzer"]))
    right = forecasts.join(truth.select("step", "symbol", "rise"), on=["step", "symbol"]).filter(pl.col("value") * pl.col("rise") > 0)
    counted = dict(right.group_by("step").agg(pl.col("desk").n_unique()).iter_rows())
    assert facts.planted.foreseen.tolist() == pytest.approx([counted.get(step, 0) / DESKS for step in truth["step"]])


def test_what_was_learned_is_told_from_the_first_event_on_after_which_most_were_foreseen() -> None:
    class Seen(Planted):
        def __init__(self, foreseen: list[float]) -> None:
            self.foreseen, self.step = np.array(foreseen), np.arange(len(foreseen))

    assert recent_mean(np.array([0.0, 0, 0, 0, 1, 1, 1, 1, 1])).tolist() == pytest.approx([0, 0, 0, 0, 0.2, 0.4, 0.6, 0.8, 1])
    assert Seen([0, 0, 0, 0, 1, 1, 1, 1]).learned == 6
    assert Seen([1, 0, 0, 0, 0]).learned is None
    assert Seen([1, 1]).learned == 0


def test_the_page_says_what_was_planted_and_what_parts_did_and_its_tables_too(record: RunRecord) -> None:
    page = save_report(record).read_text(encoding="utf-8")
    for said in ("What was planted, and learned", "What memories, signals and sources did", "Forecasts: skill and calibration"):
        assert said in page
    tables = {name: pl.read_csv(record.path / "tables" / f"{name}.csv") for name in ("parts", "planted", "forecasts", "periods")}
    assert set(tables["parts"]["kind"]) == {"memories", "signals", "source"}
    assert tables["forecasts"].height == 3
    assert (tables["periods"]["returns"] + 1).product() - 1 == pytest.approx(record.model_frame["equity"][-1] / 100_000 - 1)


def test_a_part_that_always_helps_has_an_interval_above_zero_and_noise_below() -> None:
    random, helped, idle = np.random.default_rng(5), Comparison(400, 4), Comparison(400, 4)
    for step in range(1, 401):
        result = random.normal(0, 1, 10)
        helped.update(step, 0.5 * result, -0.1 * result, result)
        idle.update(step, random.normal(0, 0.1, 10), np.zeros(10), result)
    assert helped.reduction.low > 0
    assert idle.reduction.low < -0.01 < idle.reduction.high < 0, "noise costs its variance"
    assert helped.flipped == helped.righted == 4000
    assert idle.flipped == 0


def test_a_correlation_of_independent_pairs_has_the_error_of_textbooks() -> None:
    x, y = np.random.default_rng(6).normal(0, 1, (2, 4000))
    y = 0.3 * x + y
    moments = np.stack([np.ones(4000), x, y, x * x, y * y, x * y], axis=1)
    found = correlation_of(moments, 4)
    assert found.value == pytest.approx(np.corrcoef(x, y)[0, 1])
    assert found.error == pytest.approx((1 - found.value**2) / np.sqrt(4000), rel=0.4)
    assert np.isnan(correlation_of(moments[:20], 8).error)


def test_a_bootstrap_interval_of_independent_numbers_is_that_of_textbooks() -> None:
    values = np.random.default_rng(7).normal(1, 2, 4000)
    found = interval_of(values, np.ones(4000, dtype=np.int64), 4)
    assert found.value == pytest.approx(values.mean())
    assert found.high - found.low == pytest.approx(2 * 1.96 * 2 / np.sqrt(4000), rel=0.4)
    assert np.isnan(interval_of(values[:20], np.ones(20, dtype=np.int64), 8).low)


@given(st.integers(1, 3000), st.integers(0, 10))
def test_returns_by_period_compound_to_that_of_the_run(hours: int, seed: int) -> None:
    returns = np.random.default_rng(seed).normal(0, 0.002, (hours, 2))
    by, found = by_period(returns, DAY * 20_000 + np.arange(1, hours + 1) * 3_600_000)
    whole = np.prod([np.array(row) + 1 for row in found["returns"].to_list()], axis=0)
    assert whole == pytest.approx(np.prod(1 + returns, axis=0))
    assert (by, found.height) == ("day", -(-hours // 24)) if hours <= 2400 else by == "month"


def test_the_worst_drawdowns_are_told_with_high_low_and_recovery() -> None:
    worth = np.array([0.9, 1.1, 1.2, 0.9, 1.3, 1.25, 1.3, 1.0])
    found = worst_drawdowns(worth / np.append(1, worth[:-1]) - 1)
    assert [(one.high, one.low, one.recovered) for one in found] == [(2, 3, 4), (6, 7, None), (-1, 0, 1), (4, 5, 6)]
    assert [one.depth for one in found] == pytest.approx([0.25, 0.3 / 1.3, 0.1, 0.05 / 1.3])


def test_a_rolling_sharpe_ratio_is_that_of_each_window() -> None:
    returns = np.random.default_rng(8).normal(0.001, 0.01, (60, 2))
    found = rolling_sharpe(returns, 20, 365.0)
    assert np.isnan(found[:19]).all()
    last = returns[-20:]
    assert found[-1] == pytest.approx(last.mean(axis=0) / last.std(axis=0, ddof=1) * np.sqrt(365))
    assert np.isnan(rolling_sharpe(returns, 61, 365.0)).all()
