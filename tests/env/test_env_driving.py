"""What driving a desk does, and does not do, to a scenario."""

from __future__ import annotations

import numpy as np
import pytest

from freeagentics import MarketModel
from freeagentics.env import DrivenMarket, TradingEnv, TradingParallelEnv, TradingVectorEnv
from freeagentics.env.driven_scenario import Drives, driven_scenario, opened
from freeagentics.market import CENTS

STEPS = 30


def played(env: TradingEnv, seed: int, random: np.random.Generator) -> tuple[np.ndarray, list[float]]:
    """Observations and rewards of an episode with random weights."""
    seen, _ = env.reset(seed=seed)
    rows, rewards, over = [seen], [], False
    while not over:
        seen, reward, _, over, _ = env.step(random.random(len(env.symbols), dtype=np.float32))
        rows.append(seen)
        rewards.append(reward)
    return np.stack(rows), rewards


@pytest.mark.parametrize("drives", ["role", "desk"])
def test_the_first_desk_of_a_batch_is_bit_for_bit_a_desk_alone(drives: Drives) -> None:
    """However many desks stand beside it, and whatever they do."""
    single = TradingEnv("whale-pump", drives=drives, changes={"steps": STEPS})
    alone = played(single, 3, np.random.default_rng(0))
    batch = TradingVectorEnv("whale-pump", 8, markets=2, drives=drives, changes={"steps": STEPS})
    seen, _ = batch.reset(seed=2)
    mine, others = np.random.default_rng(0), np.random.default_rng(1)
    rows, rewards = [seen[4]], []
    for _ in range(STEPS - 1):
        weights = others.random((8, 1), dtype=np.float32)
        weights[4] = mine.random(1, dtype=np.float32)
        seen, reward, *_ = batch.step(weights)
        rows.append(seen[4])
        rewards.append(float(reward[4]))
    assert np.array_equal(np.stack(rows), alone[0])
    assert rewards == alone[1]
    single.close()
    batch.close()


def test_desks_that_nobody_drives_are_what_they_are_without() -> None:
    """A model of driven executors of which none is driven goes the way of the scenario."""
    scenario = opened("quick", {"steps": STEPS})
    driven = driven_scenario(scenario, scenario.agents.desks, "role")
    with MarketModel(scenario) as usual, MarketModel(driven) as other:
        usual.run_model()
        other.run_model()
        assert other.trajectory_sha256 == usual.trajectory_sha256


def test_a_weight_is_bought_at_the_next_open_and_its_reward_is_the_growth_of_equity() -> None:
    scenario = driven_scenario(opened("quick", {"steps": STEPS, "market.impact_bps": 0}), 1, "desk")
    with DrivenMarket(scenario, 1) as market:
        market.act(np.array([[0.0]]))
        before = market.equity()[0]
        grown = market.act(np.array([[1.0]]))[0]
        bar, bars = market.model.steps - 1, market.model.market.shown()
        open_, close = bars.open[-1, 0], bars.close[-1, 0]
        assert bar == 2
        fee = scenario.market.fee_bps / 1e4
        assert np.exp(grown) == pytest.approx(1 / (1 + fee) * close / open_, rel=1e-4)
        assert market.equity()[0] == pytest.approx(before * np.exp(grown), abs=1)


def test_weights_are_kept_whatever_the_fee_and_limits_of_the_risk_manager_hold() -> None:
    scenario = driven_scenario(opened("crash", {"steps": 250}), 1, "role")
    with DrivenMarket(scenario, 1) as market:
        limit, weight = (market.sight.columns.index(name) for name in ("limit_heard", f"{market.model.market.symbols[0]}.weight"))
        bound = 0
        while not market.over:
            allowed = market.seen()[0, limit]
            market.act(np.array([[1.0]]))
            if 0 < allowed < 0.9:
                bound += 1
                assert market.seen()[0, weight] <= allowed + 0.05
        assert bound


def test_sources_that_are_read_are_paid_for() -> None:
    def equity(reads: list[str]) -> float:
        env = TradingEnv("whale-pump", drives="desk", reads=reads, changes={"steps": 11})
        env.reset(seed=1)
        infos = [env.step(np.array([0.0]))[4] for _ in range(10)]
        env.close()
        return float(infos[-1]["equity"])

    cost = opened("whale-pump").market.sources["whales"]
    assert equity([]) - equity(["whales"]) == pytest.approx(10 * cost / CENTS, abs=1 / CENTS)


def test_desks_meet_where_prices_answer_to_them() -> None:
    """In an auction market a desk that buys moves the prices of all who look on."""

    def prices(weight: float, drives: Drives) -> np.ndarray:
        env = TradingParallelEnv("floor", desks=2, drives=drives, changes={"steps": 4, "agents.count": 20, "market.cash": 1e9})
        env.reset(seed=1)
        buyer, other = env.agents
        seen = [env.step({buyer: np.array([weight]), other: np.array([0.0])})[0][other] for _ in range(3)]
        env.close()
        return np.stack(seen)

    assert not np.array_equal(prices(0.0, "role"), prices(1.0, "role"))
    assert not np.array_equal(prices(0.0, "desk"), prices(1.0, "desk"))
