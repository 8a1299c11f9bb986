from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from agents_worlds import Tape, play, reasons, scenario

from freeagentics.agents import SignalKind
from freeagentics.agents.roles.portfolio_optimizer import PortfolioOptimizer
from freeagentics.arrays import AnyArray
from freeagentics.journal import Kind
from freeagentics.simulation import MarketModel

STEPS = 40
TEN_ASSETS = {"market__bars": "ten-pairs-4h", "market__daily": "", "market__warmup": 100}


@pytest.fixture(scope="module")
def tape() -> Tape:
    """Two desks trade ten assets."""
    return play(scenario(**TEN_ASSETS), STEPS)


def targets(tape: Tape, step: int) -> AnyArray:
    """Targets told in a step."""
    said = tape.records(step, Kind.SIGNALS)
    return said[said["kind"] == SignalKind.TARGET] if len(said) else said


def optimizers(tape: Tape, step: int) -> AnyArray:
    """Decisions of the optimizers, agents 6 and 7."""
    decisions = tape.records(step, Kind.DECISIONS)
    return decisions[np.isin(decisions["agent"], [6, 7])]


def test_targets_are_long_and_together_within_the_limit_in_force(tape: Tape) -> None:
    told = 0
    for step in range(1, STEPS + 1):
        decisions = optimizers(tape, step)
        limit = dict(zip(decisions["agent"].tolist(), reasons(PortfolioOptimizer, decisions)["limit"].tolist(), strict=True))
        for target in targets(tape, step):
            told += 1
            assert (target["data"] >= 0).all()
            assert target["data"].sum() <= limit[int(target["source"])] + 1e-5
    assert told


def test_without_a_view_money_is_spread_over_all_assets(tape: Tape) -> None:
    first = targets(tape, 1)["data"]
    assert len(first) == 2
    assert (np.abs(first / first[:, :1] - 1) < 1e-5).all()
    assert ((first.sum(axis=1) >= 0.4 - 1e-5) & (first.sum(axis=1) <= 0.6 + 1e-5)).all()


def test_a_target_is_told_when_it_moved_or_would_lapse(tape: Tape) -> None:
    """At four hours a bar and a day to live, that is six steps at the latest."""
    told = [{int(target["source"]) for target in targets(tape, step)} for step in range(1, STEPS + 1)]
    for agent in (6, 7):
        steps = [step for step, sources in enumerate(told, start=1) if agent in sources]
        assert steps[0] == 1 and max(np.diff(steps)) <= 6


@pytest.fixture
def optimizer() -> Iterator[PortfolioOptimizer]:
    """Timid optimizers of ten desks and three uncorrelated assets, that have heard nothing."""
    settings: dict[str, object] = {"agents__team": {"portfolio-optimizer": 1}, "agents__count": 10, "market__symbols": list(THREE)}
    settings["roles__portfolio-optimizer__risk_aversion"] = [200, 400]
    with MarketModel(scenario(**TEN_ASSETS, **settings)) as model:
        (cohort,) = model.population.cohorts
        assert isinstance(cohort, PortfolioOptimizer)
        cohort.covariance[:] = np.eye(3) * CALM**2
        yield cohort


THREE = ("BTCUSDT", "ETHUSDT", "XRPUSDT")
CALM = 0.01


def tilt(optimizer: PortfolioOptimizer, *views: float, volatility: tuple[float, ...] = (CALM, CALM, CALM)) -> AnyArray:
    """How far views, one an asset, move the weights of every optimizer away from the neutral ones, (optimizers, assets)."""
    everybody = np.tile(np.array(views, np.float32), (optimizer.rows, 1))
    optimizer.plan[:] = optimizer.neutral
    optimizer.replan(everybody, np.array(volatility, np.float32))
    return (optimizer.plan - optimizer.neutral)[optimizer.active]


def test_a_view_moves_weights_its_way_and_no_view_moves_none(optimizer: PortfolioOptimizer) -> None:
    assert (tilt(optimizer, 0, 0, 0) == 0).all()
    assert (tilt(optimizer, 0.4, 0, 0)[:, 0] > 0).all()
    assert (tilt(optimizer, -0.4, 0, 0)[:, 0] < 0).all()


def test_the_riskier_of_two_assets_alike_in_promise_gets_less(optimizer: PortfolioOptimizer) -> None:
    moved = tilt(optimizer, 0.4, 0.4, 0, volatility=(CALM, 3 * CALM, CALM))
    assert (moved[:, 1] > 0).all() and (moved[:, 1] < 0.5 * moved[:, 0]).all()


def test_an_averse_optimizer_moves_less(optimizer: PortfolioOptimizer) -> None:
    moved = tilt(optimizer, 0.4, 0, 0)[:, 0]
    assert (np.diff(moved[np.argsort(optimizer.risk_aversion[optimizer.active])]) < 0).all()


def test_assets_that_move_together_count_as_one(optimizer: PortfolioOptimizer) -> None:
    apart = tilt(optimizer, 0.4, 0.4, 0)
    optimizer.covariance[0, 1] = optimizer.covariance[1, 0] = CALM**2
    twins = tilt(optimizer, 0.4, 0.4, 0)
    assert (twins[:, 0] < 0.7 * apart[:, 0]).all() and twins[:, 0] == pytest.approx(twins[:, 1], rel=1e-3)


def test_what_does_not_pay_its_costs_is_left_alone(optimizer: PortfolioOptimizer) -> None:
    assert (tilt(optimizer, 0.2, 0, 0) == 0).all()


def test_when_a_view_has_passed_weights_go_home(optimizer: PortfolioOptimizer) -> None:
    tilt(optimizer, 0.5, 0, 0)
    optimizer.replan(np.zeros((optimizer.rows, 3), dtype=np.float32), np.full(3, CALM, dtype=np.float32))
    assert np.abs(optimizer.plan - optimizer.neutral).max() < 1e-6


def test_nothing_is_sold_short_and_no_more_bought_than_allowed(optimizer: PortfolioOptimizer) -> None:
    for views in ((-3, -3, -3), (3, 3, 3), (3, -3, 0)):
        tilt(optimizer, *views)
        plan = optimizer.plan[optimizer.active]
        assert (plan >= 0).all() and (plan.sum(axis=1) <= 0.95 + 1e-5).all()
