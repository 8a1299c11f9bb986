from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from agents_worlds import Tape, play, reasons, scenario, wobble, write_bars

from freeagentics.agents import SignalKind
from freeagentics.agents.roles.portfolio_optimizer import PortfolioOptimizer
from freeagentics.arrays import AnyArray
from freeagentics.journal import Kind

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


def targets_of(tape: Tape) -> AnyArray:
    """Targets that the optimizers decided at step 25."""
    return reasons(PortfolioOptimizer, optimizers(tape, 25))["target"]


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


def test_money_is_spread_over_several_assets(tape: Tape) -> None:
    wanted = [target["data"] for step in range(1, STEPS + 1) for target in targets(tape, step) if target["data"].any()]
    assert max(int((data > 0.01).sum()) for data in wanted) >= 3
    assert len({int(data.argmax()) for data in wanted}) > 1


def test_a_target_is_told_when_it_moved_or_would_lapse(tape: Tape) -> None:
    """At four hours a bar and a day to live, that is six steps at the latest."""
    told = [{int(target["source"]) for target in targets(tape, step)} for step in range(1, STEPS + 1)]
    for agent in (6, 7):
        steps = [step for step, sources in enumerate(told, start=1) if agent in sources]
        assert steps[0] == 1 and max(np.diff(steps)) <= 6


def test_the_riskier_of_two_assets_alike_in_promise_gets_less(tmp_path: Path) -> None:
    calm = play(scenario(**one_asset(tmp_path, 0.002), **STEADY), 25)
    wild = play(scenario(**one_asset(tmp_path, 0.02), **STEADY), 25)
    assert (targets_of(wild) < targets_of(calm)).all()


def test_an_averse_optimizer_wants_less(tmp_path: Path) -> None:
    world = one_asset(tmp_path, 0.01)
    bold, averse = (play(scenario(**world, **STEADY, **aversion(much)), 40) for much in (20, 80))
    assert (targets_of(averse) < targets_of(bold)).all()


def test_assets_that_move_together_count_as_one(tmp_path: Path) -> None:
    """Of three assets the first gets less where the second is its twin than where each goes its own way."""
    paths = [wobble(168 + 40, seed=seed, volatility=0.01) for seed in (0, 1, 2)]
    apart = last_target(tmp_path, paths)
    twins = last_target(tmp_path, [paths[0], paths[0], paths[2]])
    assert (apart > 0).all() and twins[0] == pytest.approx(twins[1], rel=1e-3)
    assert (twins[0] < 0.7 * apart[0]).all()


def last_target(folder: Path, paths: list[AnyArray]) -> AnyArray:
    """Target weights that an optimizer last told in a market of these assets."""
    files = [write_bars(folder / f"S{number}.csv", path) for number, path in enumerate(paths)]
    pl.concat([pl.read_csv(file).with_columns(symbol=pl.lit(Path(file).stem)) for file in files]).write_csv(folder / "all.csv")
    told = {"agents__team": {"portfolio-optimizer": 1, "trade-executor": 1}, "agents__count": 2}
    world = {"market__bars": str(folder / "all.csv"), "market__daily": ""}
    tape = play(scenario(**world, **(STEADY | told)), 25)
    return next(targets(tape, step)["data"][0] for step in range(25, 0, -1) if len(targets(tape, step)))


STEADY: dict[str, object] = {
    "memory__trust": 0,
    "agents__team": {"portfolio-optimizer": 1},
    "agents__count": 10,
    "roles__portfolio-optimizer__premium": [0.2, 0.2],
}
"""Optimizers that hear nobody and expect the same of every market."""


def aversion(much: float) -> dict[str, object]:
    return {"roles__portfolio-optimizer__risk_aversion": [much, much]}


def one_asset(folder: Path, volatility: float) -> dict[str, object]:
    """A market of one asset without any daily figures."""
    bars = write_bars(folder / f"bars-{volatility}.csv", wobble(168 + 40, volatility=volatility))
    return {"market__bars": bars, "market__daily": ""}
