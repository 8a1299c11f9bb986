"""What Mesa's users do with a model: run it to its end, give it seeds, batch it; on the Mesa that is installed."""

from __future__ import annotations

import gc
import threading
import warnings
import weakref
from typing import Any

import mesa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_worlds import scenario, sha256

from freeagentics.agents import TradingAgent
from freeagentics.errors import BadScenario, EndOfBars
from freeagentics.scenario import Scenario, load_scenario
from freeagentics.simulation import MarketModel
from freeagentics.simulation.seeds import seeded

WORLD = scenario("whale-pump", agents=5, steps=6)
LONG = scenario(agents=5, steps=6)
"""A scenario whose bars go on after its last step."""


@pytest.mark.parametrize("world", [WORLD, LONG], ids=["bars that end with it", "more bars"])
def test_run_model_ends_with_the_last_step_of_the_scenario(world: Scenario) -> None:
    with MarketModel(world) as model:
        model.run_model()
        assert (model.steps, model.running) == (6, False)
        model.run_model()
        assert (model.steps, model.trajectory_sha256) == (6, sha256(world))


def test_a_model_that_is_restored_runs_on_if_it_has_steps_left() -> None:
    with MarketModel(WORLD) as model, MarketModel(WORLD) as again:
        model.run_model()
        end = model.checkpoint()
        again.step()
        start = again.checkpoint()
        again.restore(6, end)
        assert (again.steps, again.running) == (6, False)
        again.restore(1, start)
        assert (again.steps, again.running) == (1, True)


def test_by_hand_a_model_is_stepped_on_to_the_last_of_its_bars() -> None:
    with MarketModel(LONG) as model:
        for _ in range(8):
            model.step()
        assert (model.steps, model.running) == (8, False)
    with MarketModel(WORLD) as model:
        model.run_model()
        with pytest.raises(EndOfBars, match="all 6 bars"):
            model.step()
        assert model.steps == 6


def test_names_are_ours_and_numbers_mesas() -> None:
    with MarketModel(WORLD) as model:
        agents = {agent.name: agent for agent in model.agents if isinstance(agent, TradingAgent)}
        assert sorted(agents) == sorted(f"{role}-0000" for role in WORLD.agents.team)
        assert sorted(model.agents.get("unique_id")) == [1, 2, 3, 4, 5]
        assert model.agent("risk-manager-0000") is agents["risk-manager-0000"]


@pytest.mark.parametrize("number", [9, np.int64(9), np.uint8(9)])
def test_a_seed_is_taken_as_either_of_mesas_keywords(number: int) -> None:
    wanted = sha256(scenario("whale-pump", {"seed": 9}, agents=5, steps=6))
    for given_as in ("seed", "rng"):
        keyword: dict[str, Any] = {given_as: number}
        with MarketModel(WORLD, **keyword) as model:
            model.run_model()
            assert (model.scenario.seed, model.trajectory_sha256) == (9, wanted)
    assert WORLD.seed == 7


@given(st.one_of(st.lists(st.integers(0, 2**32), min_size=1), st.integers(0, 2**63 - 1)))
@settings(max_examples=30)
def test_whatever_numpy_takes_for_a_seed_gives_one_and_the_same_again(seed: int | list[int]) -> None:
    first, again = (seeded(WORLD, None, seed, None).seed for _ in range(2))
    assert first == again and 0 <= first < 2**63


def test_a_generator_gives_every_model_a_seed_of_its_own() -> None:
    generator = np.random.default_rng(1)
    assert len({seeded(WORLD, None, generator, None).seed for _ in range(5)}) == 5
    assert seeded(WORLD, np.random.SeedSequence(4), None, None) == seeded(WORLD, None, np.random.SeedSequence(4), None)


@pytest.mark.parametrize(
    ("seed", "rng", "line"),
    [
        (1, 2, "seed=1 and rng=2: give one of them"),
        (-1, None, "seed: -1 is not from 0 to"),
        (None, 2**63, "seed: 9223372036854775808 is not"),
        ("seven", None, "seed: 'seven' is none; give a whole number"),
        (None, 1.5, "seed: 1.5 is none"),
    ],
)
def test_what_is_no_seed_is_refused(seed: Any, rng: Any, line: str) -> None:
    with pytest.raises(BadScenario, match=f"^{line}"):
        MarketModel(WORLD, seed=seed, rng=rng)


batched = pytest.mark.skipif(not hasattr(mesa, "batch_run"), reason="this Mesa has no batch_run")


def batch(parameters: dict[str, Any], iterations: int) -> list[dict[str, Any]]:
    with warnings.catch_warnings():
        # From 3.4 on Mesa would have the iterations given as seeds.
        warnings.simplefilter("ignore")
        return mesa.batch_run(MarketModel, parameters, iterations=iterations, display_progress=False)


@batched
def test_iterations_of_a_batch_are_different_runs_and_the_same_ones_again() -> None:
    worlds = [scenario("whale-pump", {"market.fee_bps": fee, "agents.exposure": [0.5, 0.5]}, agents=5, steps=25) for fee in (0, 50)]
    rows = batch({"scenario": worlds}, 2)
    assert [(row["iteration"], row["scenario"].market.fee_bps) for row in rows] == [(0, 0), (0, 50), (1, 0), (1, 50)]
    equities = [row["equity"] for row in rows]
    assert len(set(equities)) == 4
    assert [row["equity"] for row in batch({"scenario": worlds[:1]}, 2)] == equities[::2]


@batched
def test_agents_and_steps_are_varied_like_any_parameter() -> None:
    rows = batch({"scenario": ["quick"], "agents": [5, 10], "steps": [3]}, 1)
    assert [(row["agents"], row["steps"]) for row in rows] == [(5, 3), (10, 3)]
    with MarketModel("quick", agents=10, steps=3) as model:
        model.run_model()
        assert (len(model.agents), model.steps) == (10, 3)
    with pytest.raises(BadScenario, match="fewer than one desk's team of 5"):
        MarketModel("quick", agents=3)


@batched
def test_the_first_iteration_is_the_scenarios_own_seed_and_the_next_the_seed_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seeds: list[int] = []
    step = MarketModel.step

    def noted(model: MarketModel) -> None:
        if model.steps <= 1:
            seeds.append(model.scenario.seed)
        step(model)

    monkeypatch.setattr(MarketModel, "step", noted)
    batch({"scenario": [WORLD]}, 3)
    assert sorted(set(seeds)) == [7, 8, 9]
    seeds.clear()
    batch({"scenario": [WORLD], "rng": [3, 5]}, 2)
    assert set(seeds) == {3, 5}


@batched
def test_a_model_of_a_class_of_ones_own_has_the_seed_of_its_iteration() -> None:
    class Own(MarketModel):
        def __init__(self, scenario: str = "quick", seed: int | None = None) -> None:
            super().__init__(load_scenario(scenario, {"agents.count": 5, "steps": 2}), seed=seed)
            self.datacollector = mesa.DataCollector(model_reporters={"used": lambda model: model.scenario.seed})

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = mesa.batch_run(Own, {"scenario": "quick"}, iterations=2, display_progress=False)
    assert [row["used"] for row in rows] == [7, 8]


@batched
def test_models_of_a_batch_leave_no_thread_and_no_model_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[weakref.ref[MarketModel]] = []
    step = MarketModel.step

    def noted(model: MarketModel) -> None:
        made.append(weakref.ref(model))
        step(model)

    monkeypatch.setattr(MarketModel, "step", noted)
    gc.collect()
    before = threading.active_count()
    batch({"scenario": [WORLD]}, 3)
    gc.collect()
    assert made and not any(model() for model in made)
    assert threading.active_count() == before


def test_a_mesa_that_counts_no_steps_and_writes_into_its_scenario_is_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Mesa 4 and 3.5 do, whatever is installed."""

    def scenario_of(model: mesa.Model) -> object:
        return model._scenario

    def write(model: mesa.Model, given: Any) -> None:
        model._scenario, given.model = given, model

    monkeypatch.setattr(mesa.Model, "scenario", property(scenario_of, write), raising=False)
    monkeypatch.setattr(mesa.Model, "_wrapped_step", lambda model: model._user_step())
    with MarketModel(WORLD) as model:
        model.run_model()
        assert model.scenario is WORLD and model.steps == 6


def test_a_mesa_that_numbers_agents_as_they_are_registered_leaves_their_names_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Mesa does from 3.4 on, whatever is installed."""
    register = mesa.Model.register_agent

    def numbering(model: mesa.Model, agent: mesa.Agent) -> None:
        register(model, agent)
        agent.unique_id = 1000 + len(model.agents)

    monkeypatch.setattr(mesa.Model, "register_agent", numbering)
    with MarketModel(WORLD) as model:
        hunter = model.agent("market-hunter-0000")
        assert (hunter.unique_id, repr(hunter)) == (1001, "<market-hunter-0000 of desk 0>")
