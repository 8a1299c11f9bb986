"""The environments are what Gymnasium and PettingZoo say that environments are."""

from __future__ import annotations

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from pettingzoo.test import parallel_api_test, parallel_seed_test

from freeagentics.env import TradingEnv, TradingParallelEnv, TradingVectorEnv
from freeagentics.env.driven_scenario import Drives
from freeagentics.errors import BadInput

FEW = {"steps": 8}


@pytest.mark.parametrize(("scenario", "drives"), [("quick", "role"), ("whale-pump", "desk")])
def test_the_environment_passes_the_checks_of_gymnasium(scenario: str, drives: Drives) -> None:
    env = TradingEnv(scenario, drives=drives, changes=FEW)
    check_env(env, skip_render_check=True)
    env.close()


def test_the_parallel_environment_passes_the_checks_of_pettingzoo() -> None:
    parallel_api_test(TradingParallelEnv("quick", changes=FEW), num_cycles=20)
    parallel_seed_test(lambda: TradingParallelEnv("quick", changes=FEW), num_cycles=6)


def test_an_episode_has_the_seed_that_is_asked_for_and_then_others_that_follow_from_it() -> None:
    env = TradingEnv("whale-pump", drives="desk", changes=FEW)
    seeds = [[env.reset(seed=5)[1]["seed"], env.reset()[1]["seed"], env.reset()[1]["seed"]] for _ in range(2)]
    assert seeds[0] == seeds[1]
    assert seeds[0][0] == 5
    assert len(set(seeds[0])) == 3
    env.close()


def test_an_episode_is_truncated_when_its_last_bar_is_shown() -> None:
    env = TradingEnv("whale-pump", drives="desk", changes=FEW)
    _, info = env.reset(seed=1)
    ends: list[bool] = []
    while not ends or not ends[-1]:
        _, _, terminated, truncated, info = env.step(np.array([0.5]))
        ends.append(truncated)
        assert not terminated
    assert ends == [False] * 6 + [True]
    assert info["step"] == 8
    with pytest.raises(BadInput, match="the episode is over after 8 bars; reset it"):
        env.step(np.array([0.5]))
    env.close()


def test_observations_are_named_and_lie_in_their_bounds() -> None:
    env = TradingEnv("ten-pairs", drives="desk", reads=["whales"], changes={**FEW, "market.symbols": ["BTCUSDT", "ETHUSDT"]})
    seen, _ = env.reset(seed=1)
    assert len(env.columns) == len(seen) == 40 + 2 * (3 + 9 + 4)
    for _ in range(7):
        seen, *_ = env.step(np.array([0.25, 0.5], dtype=np.float32))
        assert env.observation_space.contains(seen)
    told = dict(zip(env.columns, seen.tolist(), strict=True))
    assert told["BTCUSDT.weight"] == pytest.approx(0.25, abs=0.02)
    assert told["ETHUSDT.weight"] == pytest.approx(0.5, abs=0.02)
    assert "ETHUSDT.whales.count" in told
    env.close()


def test_keys_of_the_scenario_may_change_from_episode_to_episode() -> None:
    env = TradingEnv("quick", drives="desk", changes=FEW)
    _, usual = env.reset(seed=1)
    _, later = env.reset(seed=1, options={"changes": {"market.start": "2022-03-01T00:00:00Z"}})
    assert later["timestamp"] > usual["timestamp"]
    with pytest.raises(BadInput, match="desks see other columns; make another environment for it"):
        env.reset(options={"changes": {"market.bars": "ten-pairs-4h", "market.daily": "", "steps": 3}})
    env.close()


def test_all_episodes_of_a_vector_begin_anew_together() -> None:
    env = TradingVectorEnv("whale-pump", 4, markets=2, drives="desk", changes={"steps": 3})
    first, info = env.reset(seed=5)
    assert info["seed"].tolist() == [5, 5, 6, 6]
    weights = np.full((4, 1), 0.5, dtype=np.float32)
    ends = [env.step(weights)[3].all() for _ in range(2)]
    assert ends == [False, True]
    seen, rewards, _, truncated, info = env.step(weights)
    assert not truncated.any()
    assert not rewards.any()
    assert info["step"].tolist() == [1] * 4
    assert not np.array_equal(seen, first)
    env.close()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_envs": 5, "markets": 2}, "5 desks cannot be spread evenly over 2"),
        ({"scenario": "floor", "num_envs": 2}, "desks of floor meet on their market; give each its own, markets=2"),
        ({"reads": ["wales"]}, "no source 'wales' on this market; did you mean"),
        ({"drives": "desks"}, "'desks' is neither 'role' nor 'desk'"),
        ({"changes": {"agents.team": {"market-hunter": 1}}}, "its desks have no trade-executor"),
        ({"changes": {"agents.team": {"trade-executor": 2}}}, "2 trade-executors each; one account can be driven by one alone"),
    ],
)
def test_what_cannot_be_driven_is_refused_in_a_line(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        TradingVectorEnv(**{"changes": FEW, **arguments})  # type: ignore[arg-type]


@pytest.mark.parametrize("weights", [[1.5], [-0.1], [np.nan], [0.5, 0.5]])
def test_weights_that_cannot_be_are_refused(weights: list[float]) -> None:
    env = TradingEnv("whale-pump", drives="desk", changes=FEW)
    env.reset(seed=1)
    with pytest.raises(BadInput, match="weights"):
        env.step(np.array(weights))
    env.close()
