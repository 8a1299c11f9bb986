"""What agents remember, recall and learn of outcomes."""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np
import pytest
from mesa_worlds import STATE, Mood, Walk, Walker, step

from freeagentics.errors import BadInput
from freeagentics.mesa_memory import AgentMemory


def walk(**settings: Any) -> tuple[Walk, Any]:
    model = Walk()
    return model, AgentMemory.attach(model, STATE, **settings)


def test_the_state_of_a_memory_is_that_of_the_moment_it_was_made_in() -> None:
    model, memory = walk()
    walker = model.walkers[0]
    memory.remember(walker, action=("buy", 3), outcome=0.25, tags=["rich", "early"])
    walker.drift[0] = 99.0
    walker.mood, walker.age = Mood.WILD, 7
    (found,) = memory.recall(walker)
    assert (found.action, found.outcome, found.tags, found.evidence) == (("buy", 3), 0.25, {"rich", "early"}, 1)
    assert found.state == {"wealth": 1, "age": 0, "awake": True, "mood": Mood.CALM, "place": (0, 0), "drift": (0.0, 0.0, 0.0)}


def test_what_is_most_like_the_present_is_recalled_first() -> None:
    model, memory = walk()
    walker = model.walkers[0]
    for wealth in (0.0, 10.0, 5.0):
        walker.wealth = wealth
        memory.remember(walker, action=wealth)
    walker.wealth = 9.5
    assert [one.action for one in memory.recall(walker)] == [10.0, 5.0, 0.0]
    assert [one.action for one in memory.recall(walker, k=1, like={"wealth": 1.0})] == [0.0]


def test_of_equal_memories_the_latest_comes_first_and_relevance_halves_over_a_halflife() -> None:
    model, memory = walk(halflife=4.0)
    walker = model.walkers[0]
    for turn in range(5):
        memory.remember(walker, action=turn)
        step(model)
    found = memory.recall(walker, like={"awake": True}, k=5)
    by_action = {one.action: one for one in found}
    assert by_action[0].age == 5.0
    assert by_action[0].relevance / by_action[4].relevance == pytest.approx(0.5, rel=1e-3)


def test_memories_are_found_by_tags_by_action_and_by_time() -> None:
    model, memory = walk()
    walker = model.walkers[0]
    memory.remember(walker, action="a", tags="red")
    step(model)
    memory.remember(walker, action="b", tags=["red", "round"])
    assert [one.action for one in memory.recall(walker, tags=["round", "red"])] == ["b"]
    assert {one.action for one in memory.recall(walker, tags="red")} == {"a", "b"}
    assert [one.action for one in memory.recall(walker, action="a")] == ["a"]
    assert [one.action for one in memory.recall(walker, since=1.0)] == ["b"]
    assert memory.recall(walker, tags="green") == memory.recall(walker, action="c") == []


def test_an_outcome_comes_later_and_belongs_to_its_memory() -> None:
    model, memory = walk()
    walker = model.walkers[0]
    first, second = memory.remember(walker, action="a"), memory.remember(walker, action="b")
    assert memory.outcome(walker, first, -1.5)
    outcomes = {one.action: (one.number, one.outcome) for one in memory.recall(walker)}
    assert outcomes == {"a": (first, -1.5), "b": (second, None)}
    with pytest.raises(BadInput, match="outcome of memory 2: walker-1 has 2, from 0 on"):
        memory.outcome(walker, 2, 1.0)


def test_many_agents_remember_and_recall_as_each_would_by_itself() -> None:
    one, by_one = walk()
    many, at_once = walk()
    for turn in range(12):
        outcomes = np.arange(6) / 10 + turn
        numbers = at_once.remember(many.walkers, action=[f"do {place % 2}" for place in range(6)], tags="all")
        at_once.outcome(many.walkers, numbers, outcomes)
        own = [by_one.remember(agent, f"do {place % 2}", tags="all") for place, agent in enumerate(one.walkers)]
        for agent, number, value in zip(one.walkers, own, outcomes, strict=True):
            by_one.outcome(agent, number, value)
        step(one)
        step(many)
    found = at_once.recall(many.walkers, k=4)
    for place, agent in enumerate(one.walkers):
        alone = by_one.recall(agent, k=4)
        assert [memory.number for memory in alone] == found.number[place].tolist()
        assert [memory.action for memory in alone] == found.action[place].tolist()
        assert [memory.outcome for memory in alone] == found.outcome[place].tolist()
        np.testing.assert_array_equal([memory.relevance for memory in alone], found.relevance[place])
    weights = found.relevance.astype(float)
    np.testing.assert_allclose(found.mean_outcome(), (weights * found.outcome).sum(axis=1) / weights.sum(axis=1))


def test_agents_of_several_classes_are_asked_together() -> None:
    class Runner(Walker):
        pass

    model = Walk(count=2)
    Runner.create_agents(model, 2)
    memory = AgentMemory.attach(model, {Walker: ["age"], Runner: ["wealth", "age"]})
    agents = model.walkers[::-1]
    memory.remember(agents, action=[1, 2, 3, 4])
    found = memory.recall(agents, k=2)
    assert found.action[:, 0].tolist() == [1, 2, 3, 4]
    assert found.number.tolist() == [[0, -1]] * 4
    assert np.isnan(found.mean_outcome()).all()
    assert list(memory.recall(agents[0])[0].state) == ["wealth", "age"]
    assert list(memory.recall(agents[3])[0].state) == ["age"]


def test_a_subclass_remembers_what_its_class_was_given() -> None:
    class Runner(Walker):
        pass

    model = Walk(count=0)
    Runner.create_agents(model, 1)
    memory = AgentMemory.attach(model, {Walker: ["age"]})
    memory.remember(model.walkers[0])
    assert memory.recall(model.walkers[0])[0].state == {"age": 0}


def test_a_group_counts_as_one_and_is_asked_for_by_its_name() -> None:
    model, memory = walk(groups={"body": ["wealth", "age", "awake"]})
    walker = model.walkers[0]
    for age, place in ((0, (4, 4)), (40, (0, 0))):
        walker.age, walker.place = age, place
        memory.remember(walker, action=place)
    walker.age, walker.place = 0, (0, 0)
    assert memory.recall(walker, k=1, like="body")[0].action == (4, 4)
    assert memory.recall(walker, k=1, like="place")[0].action == (0, 0)
    with pytest.raises(BadInput, match="like='soul': walker has the groups and states body, mood, place, drift"):
        memory.recall(walker, like="soul")


def test_a_child_is_handed_its_parents_memories() -> None:
    model, memory = walk()
    parent = model.walkers[0]
    memory.remember(parent, action="learned", outcome=1.0)
    child = Walker(model)
    memory.hand_on(parent, child)
    memory.remember(child, action="own")
    assert {one.action for one in memory.recall(child)} == {"learned", "own"}
    assert [one.action for one in memory.recall(parent)] == ["learned"]


def test_a_state_may_be_what_a_function_says() -> None:
    model = Walk()
    memory = AgentMemory.attach(model, lambda agent: {"rich": agent.wealth > 2, "twice": 2 * agent.age})
    memory.remember(model.walkers[0])
    assert memory.recall(model.walkers[0])[0].state == {"rich": False, "twice": 0}


def test_with_memory_off_the_same_code_runs_and_recalls_nothing() -> None:
    model, memory = walk(enabled=False)
    walker = model.walkers[0]
    number = memory.remember(walker, action="a")
    assert memory.outcome(walker, number, 1.0) is False
    memory.remember(model.walkers, outcome=np.zeros(6))
    step(model)
    assert memory.recall(walker) == []
    assert np.isnan(memory.recall(model.walkers).mean_outcome()).all()


@pytest.mark.parametrize(
    ("do", "said"),
    [
        (lambda memory, model: memory.remember(model.walkers[0], action={"a": 1}), "action {'a': 1} is a dict"),
        (lambda memory, model: memory.remember(model.walkers, action=["a"]), "1 values of action for 6 agents"),
        (lambda memory, model: memory.remember(model.walkers, outcome=[1.0, 2.0]), "2 outcomes for 6 agents"),
        (lambda memory, model: memory.remember(model.walkers[0], tags=[1]), "give a text or several"),
        (lambda memory, model: memory.recall(model.walkers[0], k=0), "k=0: recall one memory or more"),
        (lambda memory, model: memory.recall(model.walkers[0], like={"health": 1}), "like={'health': …}: walker remembers wealth, age"),
        (lambda memory, model: memory.remember(mesa.Agent(model)), "Agent 7 has no 'wealth'; say which class has what"),
    ],
)
def test_what_cannot_be_remembered_is_refused_in_one_line(do: Any, said: str) -> None:
    model, memory = walk()
    memory.remember(model.walkers[0])
    with pytest.raises(BadInput) as refused:
        do(memory, model)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_state_that_becomes_something_else_is_named() -> None:
    model, memory = walk()
    memory.remember(model.walkers, outcome=1.0)
    model.walkers[2].wealth = "poor"
    with pytest.raises(BadInput, match=r"state 'wealth' is 'poor' \(str\), where it began as a number"):
        memory.remember(model.walkers)
    with pytest.raises(BadInput, match=r"state 'model' is .* memory keeps a number, a boolean"):
        AgentMemory.attach(Walk(), ["model"]).remember(Walk().walkers[0])


def test_what_is_missing_for_a_while_is_none() -> None:
    model, memory = walk()
    walker = model.walkers[0]
    memory.remember(model.walkers)
    walker.wealth, walker.place = None, None
    memory.remember(model.walkers, action="without")
    (found,) = memory.recall(walker, action="without")
    assert (found.state["wealth"], found.state["place"], found.state["age"]) == (None, None, 0)


@pytest.mark.parametrize("most", [3, 11, 97, 1_480])
@pytest.mark.parametrize("kind", [int, float])
def test_likeness_is_measured_by_what_is_remembered_whatever_kind_of_number_it_is(most: int, kind: type) -> None:
    model = Walk(2)
    memory = AgentMemory.attach(model, state=lambda agent: {"met": kind(agent.met)}, halflife=1e9)
    for turn in range(4 * 30):
        for agent in model.walkers:
            agent.met = round(turn % 4 * most / 3)
        memory.remember(model.walkers, action=turn % 4)
        step(model)
    for place in range(4):
        found = memory.recall(model.walkers[0], k=100, like={"met": kind(round(place * most / 3))})
        alike = [one for one in found if one.action == place]
        assert [one.action for one in found[: len(alike)]] == [place] * len(alike)
        assert min(one.relevance for one in alike) > 0.99
        assert max((one.relevance for one in found if one.action != place), default=0) < 0.5


def test_what_is_far_from_all_that_is_remembered_still_brings_it_to_mind() -> None:
    model = Walk(2)
    memory = AgentMemory.attach(model, state=lambda agent: {"met": agent.wealth}, halflife=1e9)
    for wealth in (1.0, 1.001):
        for agent in model.walkers:
            agent.wealth = wealth
        memory.remember(model.walkers, action="near")
        step(model)
    found = memory.recall(model.walkers[0], k=4, like={"met": 900.5})
    assert [one.action for one in found] == ["near", "near"]
    assert 0 < found[1].relevance < found[0].relevance < 1


def test_to_recall_changes_nothing_whatever_is_asked_for() -> None:
    model, memory = walk()
    for _ in range(12):
        memory.remember(model.walkers, action="walk")
        step(model)
    before = memory.recall(model.walkers[0], k=9)
    assert len(before) == 9
    memory.recall(model.walkers, k=3, like={"wealth": 1e9, "age": 10_000})
    assert memory.recall(model.walkers[0], k=9) == before


def test_what_began_alike_everywhere_is_told_apart_once_it_differs() -> None:
    model = Walk(2)
    memory = AgentMemory.attach(model, state=lambda agent: {"met": float(agent.met)}, halflife=1e9)
    for turn in range(40):
        for agent in model.walkers:
            agent.met = 0.0 if turn < 10 else turn % 4 / 4
        memory.remember(model.walkers, action=turn % 4 if turn >= 10 else 9)
        step(model)
    assert {one.action for one in memory.recall(model.walkers[0], k=4, like={"met": 0.75})} == {3}
