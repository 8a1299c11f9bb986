from __future__ import annotations

import copy
import gc
import pickle
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from freeagentics.errors import BadInput
from freeagentics.mind import LazyBeliefArray
from freeagentics.runtime import AgentOptimizer, LeanAgent, deep_size, get_agent_optimizer
from freeagentics.runtime.lean.beliefs import LeanBeliefs
from freeagentics.runtime.lean.history import LeanHistory
from freeagentics.runtime.lean.shared_array import SharedArray
from freeagentics.runtime.measuring.footprint import MB

CELLS = 20_000
STATES = 40


def sparse(number: int, dtype: Any = np.float64) -> Any:
    random = np.random.default_rng(number)
    beliefs = np.zeros(CELLS, dtype)
    beliefs[random.choice(CELLS, CELLS // 20, replace=False)] = random.random(CELLS // 20)
    return beliefs


@dataclass
class Mind:
    transition_matrix: Any = field(default_factory=lambda: np.full((STATES, STATES), 1 / STATES))
    posterior: Any = field(default_factory=lambda: sparse(99))


class Agent:
    def __init__(self, number: int) -> None:
        self.id = f"agent-{number}"
        self.beliefs = sparse(number)
        self.transition_matrix = np.eye(STATES)
        self.action_history: list[Any] = [("wait", step) for step in range(300)]
        self.cache: dict[Any, Any] = {}
        self.mind = Mind()
        self.layers = {"deep": [np.full((STATES, STATES), 0.5)]}
        self.small = np.zeros(4)
        self.count = 0

    def step(self, observation: float) -> tuple[Any, ...]:
        self.count += 1
        self.beliefs *= observation
        self.beliefs[3] += 0.25
        self.beliefs = self.beliefs / np.sum(self.beliefs)
        self.mind.posterior += self.beliefs
        if self.count not in self.cache:
            self.cache[self.count] = np.full(100, observation)
        if observation > 2:
            self.transition_matrix[1] *= observation
        row = self.transition_matrix[self.count % STATES]
        self.action_history.append(("buy", self.count))
        recent = [action for action, _ in self.action_history[-5:]]
        value = row @ self.mind.transition_matrix @ self.layers["deep"][0] @ self.transition_matrix.T[1]
        return float(value), float(self.beliefs.max()), float(self.mind.posterior.sum()), recent, len(self.action_history)


class Slotted:
    __slots__ = ("beliefs", "name")

    def __init__(self) -> None:
        self.name = "slotted"
        self.beliefs = sparse(1)


def test_a_lean_agent_steps_as_it_did_and_takes_a_fraction() -> None:
    optimizer = AgentOptimizer()
    lean = [optimizer.optimize_agent(Agent(number)) for number in range(4)]
    plain = [Agent(number) for number in range(4)]
    for observation in (1.0, 1.5, 3.0, 0.5):
        for left, right in zip(lean, plain, strict=True):
            assert left.step(observation) == right.step(observation)
    for one, other in zip(lean, plain, strict=True):
        assert one.get_memory_usage_mb() < deep_size([other]).total / MB / 5
        assert np.array_equal(one.beliefs, other.beliefs)
        assert np.array_equal(one.transition_matrix, other.transition_matrix)
        assert one.action_history == other.action_history
        assert list(one.cache) == list(other.cache)


def test_parts_are_made_lean_too_and_small_things_are_left_alone() -> None:
    optimizer = AgentOptimizer()
    optimizer.optimize_agent(first := Agent(1))
    lean = optimizer.optimize_agent(Agent(2))
    kinds = {made.slot.path: type(made.form) for made in lean.lean_data.made}
    assert kinds == {
        "beliefs": LeanBeliefs,
        "transition_matrix": SharedArray,
        "action_history": LeanHistory,
        "mind.transition_matrix": SharedArray,
        "mind.posterior": LeanBeliefs,
        "layers['deep'][0]": SharedArray,
    }
    assert type(first.transition_matrix) is np.ndarray
    assert set(lean.shared_params) == {"transition_matrix", "mind.transition_matrix", "layers['deep'][0]"}


def test_a_write_to_a_shared_matrix_reaches_nobody_else() -> None:
    optimizer = AgentOptimizer()
    agents = [optimizer.optimize_agent(Agent(number)) for number in range(3)]
    agents[1].transition_matrix[0, 0] = 7
    assert [float(agent.transition_matrix[0, 0]) for agent in agents] == [1, 7, 1]
    assert [set(agent.shared_params) >= {"transition_matrix"} for agent in agents] == [False, False, True]


def test_what_somebody_else_holds_is_left_as_it_is() -> None:
    agent = Agent(1)
    beliefs, agent_row = agent.beliefs, agent.mind.posterior[:100]
    lean = AgentOptimizer().optimize_agent(agent)
    assert agent.beliefs is beliefs
    agent_row += 1
    assert lean.mind.posterior[0] == agent_row[0]
    assert type(agent.mind.posterior) is np.ndarray


def test_arrays_that_share_a_model_and_that_model_are_not_touched() -> None:
    class World:
        def __init__(self) -> None:
            self.beliefs = sparse(5)

    world = World()
    agent = Agent(1)
    agent.model = world  # type: ignore[attr-defined]
    AgentOptimizer().optimize_agent(agent)
    assert type(world.beliefs) is np.ndarray


def test_histories_of_what_can_change_stay_lists() -> None:
    agent = Agent(1)
    agent.action_history = [{"step": step} for step in range(100)]
    lean = AgentOptimizer().optimize_agent(agent)
    lean.action_history[-1]["step"] = -1
    assert type(agent.action_history) is list
    assert agent.action_history[-1] == {"step": -1}


def test_slots_do_as_well() -> None:
    lean = AgentOptimizer().optimize_agent(Slotted())
    assert isinstance(lean.beliefs, LeanBeliefs)
    assert lean.agent_id == "slotted"


def test_single_precision_stays_single_precision() -> None:
    agent = Agent(1)
    agent.beliefs = sparse(1, np.float32)
    before = agent.beliefs.copy()
    lean = AgentOptimizer().optimize_agent(agent)
    assert isinstance(lean.beliefs, LazyBeliefArray)
    assert np.array_equal(lean.beliefs, before)
    assert lean.beliefs.dtype == np.float32


def test_optimising_twice_is_once_and_gives_the_same() -> None:
    optimizer = AgentOptimizer()
    lean = optimizer.optimize_agent(agent := Agent(1))
    held = [made.form for made in lean.lean_data.made]
    assert optimizer.optimize_agent(agent) is lean
    assert optimizer.optimize_agent(lean) is lean
    assert all(made.slot.get() is one for made, one in zip(lean.lean_data.made, held, strict=True))


def test_a_part_that_has_grown_is_made_lean_when_looked_at_again() -> None:
    optimizer = AgentOptimizer()
    lean = optimizer.optimize_agent(agent := Agent(1))
    agent.mind.log = [f"step {step}" for step in range(100)]  # type: ignore[attr-defined]
    optimizer.optimize_agent(agent)
    assert isinstance(agent.mind.log, LeanHistory)  # type: ignore[attr-defined]
    assert {made.slot.path for made in lean.lean_data.made} >= {"beliefs", "mind.posterior", "mind.log"}


def test_an_agent_that_knows_others_answers_for_itself_alone() -> None:
    optimizer = AgentOptimizer()
    lean = [optimizer.optimize_agent(Agent(number), caches=("cache",)) for number in range(3)]
    alone = lean[0].get_memory_usage_mb()
    lean[0].agent.neighbours = [one.agent for one in lean]
    lean[0].agent.cache["neighbours"] = lean[0].agent.neighbours
    assert lean[0].get_memory_usage_mb() == pytest.approx(alone, abs=0.001)
    assert optimizer.get_optimization_stats().by_category["cache"].after_mb < 0.01


def test_an_array_put_in_the_place_of_a_lean_one_is_lean_after_the_step() -> None:
    class Replacing(Agent):
        def step(self, observation: float) -> tuple[Any, ...]:
            self.beliefs = np.asarray(self.beliefs) * observation
            return ()

    lean = AgentOptimizer().optimize_agent(Replacing(1))
    wanted = np.asarray(lean.beliefs) * 2.0
    lean.step(2.0)
    assert isinstance(lean.agent.beliefs, LeanBeliefs)
    assert np.array_equal(lean.beliefs, wanted)


def test_beliefs_rest_though_the_step_fails() -> None:
    class Failing(Agent):
        def step(self, observation: float) -> tuple[Any, ...]:
            self.beliefs[0] = observation
            raise ValueError("no")

    lean = AgentOptimizer().optimize_agent(Failing(1))
    with pytest.raises(ValueError, match="no"):
        lean.step(3.0)
    assert lean.beliefs.sparse is not None
    assert lean.get_memory_usage_mb() < 0.2


def test_agents_are_not_kept_alive() -> None:
    optimizer = AgentOptimizer()
    lean = optimizer.optimize_agent(Agent(1))
    gone = weakref.ref(lean.agent)
    assert optimizer.get_optimization_stats().agents == 1
    del lean
    gc.collect()
    assert gone() is None
    assert optimizer.get_optimization_stats().agents == 0


def test_the_stats_are_the_bill() -> None:
    optimizer = AgentOptimizer()
    assert optimizer.get_optimization_stats().by_category == {}
    plain = deep_size([Agent(0), Agent(1), Agent(2)]).total / MB
    lean = [optimizer.optimize_agent(Agent(number), caches=("cache",)) for number in range(3)]
    stats = optimizer.get_optimization_stats()
    now = deep_size([agent.agent for agent in lean]).total / MB
    assert stats.agents == 3
    assert set(stats.by_category) == {"beliefs", "history", "cache", "shared parameters"}
    assert stats.before_mb - stats.after_mb == pytest.approx(plain - now, rel=0.03)
    assert sum(agent.get_memory_usage_mb() for agent in lean) == pytest.approx(now, rel=0.05)


def test_a_lean_agent_is_the_agent_to_whoever_uses_it() -> None:
    lean = AgentOptimizer().optimize_agent(agent := Agent(7))
    lean.count = 5
    assert (agent.count, lean.count, lean.agent_id) == (5, 5, "agent-7")
    assert lean.agent is agent
    with pytest.raises(AttributeError, match="nonsense"):
        _ = lean.nonsense


@pytest.mark.parametrize("way", [copy.deepcopy, lambda agent: pickle.loads(pickle.dumps(agent))], ids=["deepcopy", "pickle"])
def test_a_copy_of_a_lean_agent_is_an_ordinary_one(way: Callable[[Agent], Agent]) -> None:
    optimizer = AgentOptimizer()
    optimizer.optimize_agent(_ := Agent(1))
    lean = optimizer.optimize_agent(agent := Agent(1))
    lean.step(1.5)
    twin = way(agent)
    assert {type(twin.beliefs), type(twin.transition_matrix)} == {np.ndarray}
    assert type(twin.action_history) is list
    assert twin.step(3.0) == lean.step(3.0)
    twin.action_history.append("own")
    twin.beliefs[0] = 5
    assert (len(agent.action_history), float(agent.beliefs[0])) == (302, 0.0)
    assert copy.copy(lean).agent is agent


def test_an_agent_without_a_name_gets_one() -> None:
    class Nameless:
        pass

    optimizer = AgentOptimizer()
    assert [optimizer.optimize_agent(Nameless()).agent_id for _ in range(2)] == ["nameless-0001", "nameless-0002"]


@pytest.mark.parametrize("wrong", [None, 3, "agent", Agent, [1]])
def test_what_is_no_agent_is_refused(wrong: object) -> None:
    with pytest.raises(BadInput, match="object with attributes"):
        AgentOptimizer().optimize_agent(wrong)


def test_bounds_that_cannot_be_meant_are_refused() -> None:
    with pytest.raises(BadInput, match="history_bound 0"):
        AgentOptimizer(history_bound=0)


def test_there_is_one_optimizer_for_the_process() -> None:
    assert get_agent_optimizer() is get_agent_optimizer()
    assert isinstance(get_agent_optimizer().optimize_agent(Agent(1)), LeanAgent)
