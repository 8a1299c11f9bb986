from __future__ import annotations

import numpy as np
import pytest

from freeagentics.evaluation import CollectedRun, collect, shipped_runs, training_split
from freeagentics.evaluation.training_runs import FIRST_SEED
from freeagentics.scenario import load_scenario

STEPS = 12


@pytest.fixture(scope="module")
def run() -> CollectedRun:
    return collect(load_scenario("btc-replay", {"agents.count": 15}), STEPS)


def test_every_agent_lives_through_every_step(run: CollectedRun) -> None:
    assert len(run.by_role) == 6
    for role, data in run.by_role.items():
        assert data.role == role
        assert len(data) == 3 * STEPS
        assert sorted(set(data.step.tolist())) == list(range(1, STEPS + 1))
        assert len(set(data.agent.tolist())) == 3


def test_each_experience_stands_beside_what_the_market_showed(run: CollectedRun) -> None:
    assert run.observed.shape[:2] == (STEPS, 1)
    for data in run.by_role.values():
        expected = run.observed[data.step - 1, data.focus]
        assert np.array_equal(data.side_information[:, : expected.shape[1]], expected)


def test_what_was_done_is_part_of_it(run: CollectedRun) -> None:
    vectors = run.by_role["trade-executor"].vectors
    assert np.isfinite(vectors).all()
    assert vectors.any(axis=0).sum() > 20


def test_shipped_codecs_learn_from_agents_that_no_scenario_has() -> None:
    runs = list(shipped_runs())
    assert all(scenario.seed >= FIRST_SEED for scenario, _ in runs)
    assert all(steps <= scenario.steps for scenario, steps in runs)


def test_the_first_part_of_a_scenario_leaves_the_rest_unseen() -> None:
    scenario, steps = training_split("btc-replay", 5, 0.25)
    assert (scenario.seed, steps) == (5, scenario.steps // 4)
