"""What is kept of memories: priorities, thresholds, budgets."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.arrays import I64
from freeagentics.memory.forgetting import (
    HIGHEST,
    LEAST,
    LOWEST,
    MOST,
    OCTAVE,
    CodeSizes,
    Demand,
    agent_thresholds,
    charges,
    kept_lengths,
    priorities,
    to_strength,
    worth_of,
)

SIZES = st.builds(CodeSizes, st.integers(1, 60), st.integers(1, 255))
MEMORIES = st.lists(st.tuples(st.integers(0, 3), st.integers(LEAST, MOST), st.integers(1, 255)), min_size=1, max_size=60)


def columns(memories: list[tuple[int, int, int]]) -> tuple[I64, I64, I64]:
    """Owner, priority and length."""
    owner, priority, length = np.array(memories, dtype=np.int64).T
    return owner, priority, length


def priority_of(strength: float, *, age: int = 0, need: int = 0) -> int:
    return int(priorities(to_strength(np.array([strength])), np.array([age]), np.array([need]))[0])


def test_twice_the_worth_is_an_octave_of_priority() -> None:
    assert abs(priority_of(0.8) - priority_of(0.4) - OCTAVE) <= 2
    assert priority_of(0.4, need=OCTAVE) - priority_of(0.4) == OCTAVE


def test_priority_falls_as_a_power_of_age() -> None:
    assert priority_of(0.4) > priority_of(0.4, age=1) > priority_of(0.4, age=100)
    assert abs(priority_of(0.4, age=10_000) - priority_of(0.4, age=160_000) - 3 * OCTAVE) <= 1


def test_an_old_memory_that_is_recalled_again_and_again_outlasts_a_new_one_that_is_not() -> None:
    assert priority_of(0.2 + 0.25 * 40, age=500) > priority_of(0.2, age=20)


@given(st.lists(st.floats(0, 30), min_size=1))
def test_strength_keeps_worth_to_a_few_per_cent_and_its_order(worth: list[float]) -> None:
    exact = np.sort(np.array(worth))
    strength = to_strength(exact)
    assert (np.diff(strength.astype(int)) >= 0).all()
    assert (to_strength(worth_of(strength)) == strength).all()
    inside = exact <= 25
    np.testing.assert_allclose(worth_of(strength)[inside], exact[inside], rtol=0.02, atol=0.001)


@given(MEMORIES, SIZES, st.integers(LOWEST, HIGHEST))
def test_a_code_that_is_kept_can_be_read_and_to_cut_it_again_changes_nothing(
    memories: list[tuple[int, int, int]], sizes: CodeSizes, threshold: int
) -> None:
    _, priority, length = columns(memories)
    kept = kept_lengths(priority, threshold, length, sizes)
    there = kept > 0
    assert (kept <= length).all()
    assert (kept[there] >= np.minimum(sizes.shortest, length[there])).all()
    assert (kept_lengths(priority, threshold, kept, sizes) == kept).all()


@given(MEMORIES, SIZES)
def test_the_lowest_threshold_keeps_everything_and_the_highest_nothing(memories: list[tuple[int, int, int]], sizes: CodeSizes) -> None:
    _, priority, length = columns(memories)
    assert (kept_lengths(priority, LOWEST, length, sizes) == length).all()
    assert not kept_lengths(priority, HIGHEST, length, sizes).any()


@given(MEMORIES, SIZES, st.lists(st.integers(0, 3000), min_size=4, max_size=4))
def test_each_agent_keeps_within_its_budget_as_much_as_one_threshold_allows(
    memories: list[tuple[int, int, int]], sizes: CodeSizes, budget: list[int]
) -> None:
    owner, priority, length = columns(memories)
    threshold = agent_thresholds(owner, priority, length, sizes, np.array(budget))

    def cost(lower: int) -> I64:
        kept = kept_lengths(priority, threshold[owner] - lower, length, sizes)
        return np.bincount(owner, charges(kept), 4).astype(np.int64)

    assert (cost(0) <= budget).all()
    beyond = cost(1) > budget
    assert (beyond | (threshold == LOWEST)).all()


@given(MEMORIES, SIZES, st.integers(0, 6000), st.integers(0, 6000))
def test_a_larger_budget_keeps_no_less_of_any_memory(memories: list[tuple[int, int, int]], sizes: CodeSizes, one: int, other: int) -> None:
    _, priority, length = columns(memories)
    demand = Demand()
    demand.add(priority, length, sizes)
    small, large = (kept_lengths(priority, demand.threshold(budget), length, sizes) for budget in sorted((one, other)))
    assert (small <= large).all()
    assert charges(small).sum() <= min(one, other)


@given(st.lists(st.tuples(MEMORIES, SIZES), min_size=1, max_size=4), st.integers(0, 9000))
def test_demand_knows_what_a_threshold_costs_a_population(parts: list[tuple[list[tuple[int, int, int]], CodeSizes]], budget: int) -> None:
    demand = Demand()
    for memories, sizes in parts:
        demand.add(*columns(memories)[1:], sizes)
    threshold = demand.threshold(budget)
    kept = [kept_lengths(*_between(memories, threshold), sizes) for memories, sizes in parts]
    assert demand.bytes(threshold) == sum(int(charges(lengths).sum()) for lengths in kept) <= budget


def _between(memories: list[tuple[int, int, int]], threshold: int) -> tuple[I64, int, I64]:
    _, priority, length = columns(memories)
    return priority, threshold, length
