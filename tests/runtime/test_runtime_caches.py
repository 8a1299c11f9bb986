"""Only what is named as a cache forgets; what looks like one is mentioned."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

from freeagentics.errors import BadInput
from freeagentics.runtime import AgentOptimizer, OptimizedThreadPoolManager
from freeagentics.runtime.lean.bounded_cache import CACHE_BYTES, BoundedCache

ENTRIES = 40
ENTRY = np.zeros(1000)


class Part:
    def __init__(self) -> None:
        self.plans = {number: ENTRY.copy() for number in range(ENTRIES)}


class Agent:
    def __init__(self) -> None:
        self.cache = {number: ENTRY.copy() for number in range(ENTRIES)}
        self.cached_positions = {number: ENTRY.copy() for number in range(ENTRIES)}
        self.part = Part()
        self.shared = self.lent = {1: 1}

    def step(self, observation: Any) -> int:
        self.cache[len(self.cache)] = ENTRY.copy()
        return len(self.cache)


def test_what_is_called_a_cache_keeps_every_entry_and_is_suggested() -> None:
    with OptimizedThreadPoolManager(1, 1) as manager:
        manager.register_agent("one", agent := Agent())
        assert manager.step_all_agents({})["one"].result == ENTRIES + 1
        manager.optimize_memory_usage()
        report = manager.get_memory_report()
    assert (list(agent.cache), len(agent.cached_positions)) == (list(range(ENTRIES + 1)), ENTRIES)
    assert (type(agent.cache), type(agent.cached_positions)) == (dict, dict)
    found = {suggestion.attribute: suggestion for suggestion in report.suggestions["one"]}
    assert set(found) == {"cache", "cached_positions"}
    assert found["cache"].held > ENTRIES * ENTRY.nbytes
    assert found["cache"].would_hold <= CACHE_BYTES
    assert "caches=('cache',)" in str(report)


def test_what_is_named_is_bounded_whatever_it_is_called_and_stays_so() -> None:
    with OptimizedThreadPoolManager(1, 1) as manager:
        manager.register_agent("one", agent := Agent(), caches=("cache", "part.plans"))
        assert {type(agent.cache), type(agent.part.plans)} == {BoundedCache}
        for held in (agent.cache, agent.part.plans):
            assert 0 < len(held) * ENTRY.nbytes < CACHE_BYTES
        manager.optimize_memory_usage()
        assert manager.step_all_agents({})["one"].success
        assert {type(agent.cache), type(agent.part.plans)} == {BoundedCache}
        assert [one.attribute for one in manager.get_memory_report().suggestions["one"]] == ["cached_positions"]


def test_a_cache_that_its_agent_begins_anew_is_bounded_again() -> None:
    class Clearing(Agent):
        def step(self, observation: Any) -> int:
            self.cache = {number: ENTRY.copy() for number in range(ENTRIES)}
            return len(self.cache)

    lean = AgentOptimizer().optimize_agent(agent := Clearing(), caches=["cache"])
    assert lean.step(None) == ENTRIES
    assert type(agent.cache) is BoundedCache
    assert len(agent.cache) < ENTRIES


@pytest.mark.parametrize("wrong", ["cahce", "part", "shared", "plans.first"])
def test_names_of_no_dict_of_the_agents_own_are_refused(wrong: str) -> None:
    with OptimizedThreadPoolManager(1, 1) as manager:
        agent = Agent()
        with pytest.raises(BadInput, match=f"agent 'one': caches: '{wrong}' is no dict that Agent holds"):
            manager.register_agent("one", agent, caches=(wrong,))
        manager.register_agent("one", agent)
        assert manager.agent_ids == ["one"]


def test_without_optimisation_nothing_is_bounded() -> None:
    with OptimizedThreadPoolManager(1, 1, enable_memory_optimization=False) as manager:
        with pytest.raises(BadInput, match="only with enable_memory_optimization"):
            manager.register_agent("one", Agent(), caches=("cache",))
        assert manager.agent_ids == []


def test_caches_of_the_standard_library_are_left_alone() -> None:
    class Cached(Agent):
        @functools.cached_property
        def belief_cache(self) -> dict[int, Any]:
            return dict.fromkeys(range(ENTRIES), ENTRY)

        @functools.lru_cache(maxsize=None)  # noqa: B019, UP033 - as users write it
        def planned(self, number: int) -> Any:
            return ENTRY.copy()

    agent = Cached()
    plans = [agent.planned(number) for number in range(ENTRIES)]
    assert len(agent.belief_cache) == ENTRIES
    AgentOptimizer().optimize_agent(agent)
    assert (len(agent.belief_cache), type(agent.belief_cache)) == (ENTRIES, dict)
    assert all(agent.planned(number) is plan for number, plan in enumerate(plans))
