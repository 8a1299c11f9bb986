"""The figures of the tear sheet are those that quants compute from returns.csv."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import quantstats
from report_worlds import WATCHED, watchful

from freeagentics.records import RunRecord
from freeagentics.report import save_report
from freeagentics.report.aggregates.performance import Performance, bars_a_year, performance
from freeagentics.report.facts import Facts, aggregate

A_YEAR = 8766.0


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    record = watchful(tmp_path_factory.mktemp("watchful"))
    save_report(record)
    return record


@pytest.fixture(scope="module")
def facts(record: RunRecord) -> Facts:
    return aggregate(record)


def by_quantstats(returns: Any, benchmark: Any, a_year: float) -> dict[str, float]:
    stats: Any = quantstats.stats
    greeks = stats.greeks(returns, benchmark, periods=a_year)
    return {
        "total": stats.comp(returns),
        "annualised": stats.cagr(returns, periods=a_year),
        "volatility": stats.volatility(returns, periods=a_year),
        "sharpe": stats.sharpe(returns, periods=a_year),
        "sortino": stats.sortino(returns, periods=a_year),
        "calmar": stats.calmar(returns, periods=a_year),
        "max_drawdown": -stats.max_drawdown(returns),
        "alpha": greeks["alpha"],
        "beta": greeks["beta"],
        "hit_rate": stats.win_rate(returns),
    }


def figures(found: Performance, place: int) -> dict[str, float]:
    names = ("total", "annualised", "volatility", "sharpe", "sortino", "calmar", "max_drawdown", "alpha", "beta", "hit_rate")
    return {name: float(getattr(found, name)[place]) for name in names}


@pytest.mark.parametrize("seed", range(4))
def test_figures_of_any_returns_are_those_of_quantstats(seed: int) -> None:
    random = np.random.default_rng(seed)
    returns, benchmark = random.standard_t(4, (400, 2)) * 0.004 + random.normal(0, 0.001, 2), random.normal(0, 0.01, 400)
    returns[random.random((400, 2)) < 0.1] = 0
    when = pd.date_range("2024-01-01", periods=400, freq="h")
    found = performance(returns, benchmark, A_YEAR)
    for place in range(2):
        theirs = by_quantstats(pd.Series(returns[:, place], when), pd.Series(benchmark, when), A_YEAR)
        assert figures(found, place) == pytest.approx(theirs, rel=1e-6, abs=1e-9)


def test_returns_on_disk_lead_quantstats_to_the_figures_of_the_tear_sheet(record: RunRecord, facts: Facts) -> None:
    frame = pd.read_csv(record.path / "tables" / "returns.csv", index_col="date", parse_dates=True)
    told = pl.read_csv(record.path / "tables" / "performance.csv")
    for place, name in enumerate(("returns", "buy_and_hold", "exposure_matched")):
        theirs = by_quantstats(frame[name], frame["buy_and_hold"], facts.returns.a_year)
        mine = {figure: told[figure][place] for figure in theirs}
        assert mine == pytest.approx(theirs, rel=1e-6, abs=1e-9)
    assert len(frame) == WATCHED
    assert frame.index[-1] == record.model_frame["timestamp"][-1].replace(tzinfo=None)


def test_desks_together_and_one_by_one_end_with_their_equity(record: RunRecord, facts: Facts) -> None:
    final = facts.desks.final_equity / 100_000 - 1
    assert facts.returns.of_desks.total == pytest.approx(final)
    assert float(facts.returns.together.total[0]) == pytest.approx(final.mean())
    assert facts.returns.of_desks.max_drawdown == pytest.approx(facts.desks.max_drawdown)
    assert float(facts.returns.together.total[1]) == pytest.approx(facts.hold[-1] / 100_000 - 1)
    assert float(facts.returns.together.total[2]) == pytest.approx(record.exposure_matched_return[1], rel=1e-4)


def test_a_drawdown_lasts_from_the_high_before_it_until_it_is_made_up_for() -> None:
    worth = np.array([1.1, 1.0, 1.05, 1.1, 1.2, 0.9, 1.0, 1.2, 1.15])
    series = np.stack([worth, worth[:1] * np.append(np.full(4, 1.0), [0.9, 0.8, 0.85, 0.9, 0.95]), np.ones(9)], axis=1)
    returns = series / np.vstack([np.ones(3), series[:-1]]) - 1
    found = performance(returns, returns[:, 0], A_YEAR)
    assert found.drawdown_bars.tolist() == [3, 5, 0]
    assert found.max_drawdown == pytest.approx([0.25, 0.2, 0])


def test_what_never_moved_has_no_ratios() -> None:
    found = performance(np.zeros((9, 1)), np.zeros(9), A_YEAR)
    assert (found.total[0], found.max_drawdown[0], found.volatility[0]) == (0, 0, 0)
    assert np.isnan([found.sharpe[0], found.sortino[0], found.calmar[0], found.beta[0], found.hit_rate[0]]).all()


def test_a_year_has_as_many_bars_as_the_market_shows_in_one() -> None:
    hours = np.arange(100) * 3_600_000
    assert bars_a_year(hours) == pytest.approx(A_YEAR)
    assert np.isnan(bars_a_year(hours[:1]))


def test_gross_return_less_fees_less_sources_is_the_net_one(record: RunRecord) -> None:
    page = (record.path / "report.html").read_text(encoding="utf-8")
    for named in ("Gross return", "less fees", "less sources", "Sortino ratio", "Alpha a year", "Turnover, of cash"):
        assert f">{named}</th>" in page
    assert 'href="tables/returns.csv"' in page
