"""A model with memory is the model without: on every Mesa, by whatever way it is stepped."""

from __future__ import annotations

import copy
import gc
import pickle
import warnings
import weakref
from pathlib import Path
from typing import Any

import mesa
import pytest
from mesa_worlds import EXAMPLES, HAS_EVENTS, STATE, Walk, Walker, agent_state, example, remembering, step

from freeagentics.errors import BadInput
from freeagentics.mesa_memory import AgentMemory

STEPS = 12


def frames(model: Any) -> list[list[Any]]:
    collector = model.datacollector
    found = [collector.get_model_vars_dataframe()]
    if collector.agent_reporters:
        found.append(collector.get_agent_vars_dataframe().reset_index())
    return [[list(frame.columns), *(frame[column].map(repr).tolist() for column in frame.columns)] for frame in found]


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_of_mesa_give_the_same_frames_with_memory_attached(name: str, tmp_path: Path) -> None:
    bare, host = example(name, seed=5), example(name, seed=5)
    memory = AgentMemory.attach(host, agent_state(name, host), out=tmp_path / "run")
    for _ in range(STEPS):
        step(bare)
        memory.remember(remembering(name, host), action="go", outcome=0.5, tags="every step")
        step(host)
        memory.recall(remembering(name, host), k=3)
    memory.close()
    assert frames(host) == frames(bare)
    assert host.random.getstate() == bare.random.getstate()
    assert host.rng.bit_generator.state == bare.rng.bit_generator.state
    assert AgentMemory.load(tmp_path / "run").last_step == STEPS


def test_agents_that_remember_for_themselves_leave_the_model_as_it_is() -> None:
    class Minded(Walker):
        def __init__(self, model: Any) -> None:
            super().__init__(model)
            self.memory = AgentMemory.attach(self, STATE)

        def step(self) -> None:
            self.memory.remember("go", outcome=self.wealth)
            self.memory.recall(k=3)
            super().step()

    bare, host = Walk(count=0), Walk(count=0)
    Walker.create_agents(bare, 6)
    Minded.create_agents(host, 6)
    for _ in range(STEPS):
        step(bare)
        step(host)
    assert [agent.wealth for agent in host.walkers] == [agent.wealth for agent in bare.walkers]
    assert [len(agent.memory.recall(99)) for agent in host.walkers] == [STEPS] * 6


def test_every_step_is_recorded_once_by_whatever_way_the_model_is_stepped(tmp_path: Path) -> None:
    model = Walk()
    memory = AgentMemory.attach(model, ["age"], out=tmp_path / "run")
    step(model)
    step(model)
    if HAS_EVENTS:
        model.run_for(3)
        model.run_until(7.5)
    else:
        for _ in range(5):
            step(model)
    ages = [memory.replay(step, model.walkers[0])["age"].item() for step in range(1, 8)]
    assert ages == [1, 2, 3, 4, 5, 6, 7]
    with pytest.raises(BadInput, match="step 8 is not on record"):
        memory.replay(8)


@pytest.mark.skipif(not hasattr(mesa, "experimental") or mesa.__version__ >= "4", reason="simulators are gone in Mesa 4")
def test_a_simulator_that_knows_the_step_by_its_method_goes_on_stepping(tmp_path: Path) -> None:
    from mesa.experimental.devs import ABMSimulator

    model = Walk()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        simulator = ABMSimulator()
        simulator.setup(model)
    memory = AgentMemory.attach(model, ["age"], out=tmp_path / "run")
    simulator.run_for(4)
    taken = model.walkers[0].age
    assert taken >= 4
    assert memory.replay(taken, model.walkers[0])["age"].item() == taken


@pytest.mark.skipif(not HAS_EVENTS, reason="Mesa has events from 3.5 on")
def test_memories_between_steps_have_the_time_that_they_are_of() -> None:
    class Clock(Walk):
        def ring(self) -> None:
            memory.remember(self.walkers[0], action="ring")

    model = Clock()
    memory = AgentMemory.attach(model, ["age"])
    model.schedule_event(model.ring, at=2.25)
    model.schedule_event(model.ring, at=2.75)
    model.run_until(3.5)
    found = memory.recall(model.walkers[0], k=5, since=2.5)
    assert [(one.time, one.age, one.step) for one in found] == [(2.75, 0.75, 2)]
    assert [one.time for one in memory.recall(model.walkers[0], k=5)] == [2.75, 2.25]


def test_a_memory_made_in_a_step_can_be_recalled_in_it() -> None:
    model = Walk()
    memory = AgentMemory.attach(model, STATE)
    memory.remember(model.walkers[0], action="first")
    memory.remember(model.walkers[0], action="second")
    assert {one.action for one in memory.recall(model.walkers[0])} == {"first", "second"}
    assert memory.recall(model.walkers[1]) == []


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))], ids=["copied", "pickled"])
def test_a_copied_model_remembers_for_itself(copied: Any, tmp_path: Path) -> None:
    model = Walk()
    memory = AgentMemory.attach(model, STATE, out=tmp_path / "run")
    for walker in model.walkers:
        walker.memory = AgentMemory.attach(walker, STATE)
    memory.remember(model.walkers, action="before")
    step(model)
    twin = copied(model)
    twin.walkers[0].memory.remember("after")
    step(twin)
    assert {one.action for one in twin.walkers[0].memory.recall()} == {"before", "after"}
    assert [one.action for one in model.walkers[0].memory.recall()] == ["before"]
    assert twin.walkers[0].memory.agent is twin.walkers[0]
    assert twin.walkers[0].memory.shared.path is None
    step(model)
    memory.close()
    assert AgentMemory.load(tmp_path / "run").last_step == 2


def test_an_agent_that_leaves_is_held_by_nothing() -> None:
    model = Walk()
    memory = AgentMemory.attach(model, STATE)
    for walker in model.walkers:
        walker.memory = AgentMemory.attach(walker, STATE)
        walker.memory.remember("go")
    step(model)
    gc.disable()
    try:
        leaving = model.walkers[0]
        gone = weakref.ref(leaving)
        leaving.memory.remember("leave")
        leaving.remove()
        del leaving, walker
        step(model)
        assert gone() is None
    finally:
        gc.enable()
    assert len(memory.recall(model.walkers, k=1).relevance) == 5


def test_an_agent_remembers_in_the_step_that_it_leaves_in_and_that_is_on_record(tmp_path: Path) -> None:
    model = Walk()
    memory = AgentMemory.attach(model, ["age"], out=tmp_path / "run")
    step(model)
    leaving = model.walkers[2]
    memory.remember(leaving, action="last words")
    leaving.remove()
    step(model)
    assert memory.replay(1).height == 6
    assert "walker-3" not in memory.replay(2)["agent"].to_list()
    memory.close()
    made = [one for _, one in AgentMemory.load(tmp_path / "run").memories_made()]
    assert [one.agents.tolist() for one in made] == [[3]]


def test_agents_that_are_born_are_attached_like_the_others(tmp_path: Path) -> None:
    model = Walk()
    memory = AgentMemory.attach(model, ["age"], out=tmp_path / "run")
    step(model)
    Walker.create_agents(model, 2)
    step(model)
    assert memory.replay(2)["age"].to_list() == [2] * 6 + [1] * 2


def test_a_closed_memory_lets_go_of_the_model(tmp_path: Path) -> None:
    model = Walk()
    before = set(vars(model))
    with AgentMemory.attach(model, STATE, out=tmp_path / "run"):
        step(model)
    step(model)
    assert set(vars(model)) == before
    AgentMemory.attach(model, STATE)


def test_only_agents_that_are_attached_remember() -> None:
    model = Walk()
    own = AgentMemory.attach(model.walkers[0], STATE)
    own.remember("go")
    step(model)
    assert [one.action for one in own.recall()] == ["go"]
    with pytest.raises(BadInput, match="Walker 2 has no memory; attached: Walker"):
        own.shared.remember(model.walkers[1])
    with pytest.raises(BadInput, match="'me' is no agent of a Mesa model"):
        own.shared.remember(["me"])


def test_what_cannot_be_attached_is_refused_in_one_line(tmp_path: Path) -> None:
    model = Walk()
    for wrong, said in (
        ("wealth", "give names of attributes"),
        ([], "give one name or more"),
        ({}, "give classes of agents"),
    ):
        with pytest.raises(BadInput, match=said):
            AgentMemory.attach(Walk(), wrong)
    with pytest.raises(BadInput, match="four memories of this state take"):
        AgentMemory.attach(Walk(), STATE, budget=10).remember(model.walkers[0])
    with pytest.raises(BadInput, match="halflife=0: give a number above 0"):
        AgentMemory.attach(Walk(), STATE, halflife=0)
    AgentMemory.attach(model, STATE)
    with pytest.raises(BadInput, match="Walk has a memory already"):
        AgentMemory.attach(model, STATE)
    with pytest.raises(BadInput, match=r"object is no Mesa model yet"):
        AgentMemory.attach(object(), STATE)
    (tmp_path / "something").touch()
    with pytest.raises(BadInput, match="not empty"):
        AgentMemory.attach(Walk(), STATE, out=tmp_path)
