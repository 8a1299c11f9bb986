"""Memories are bounded by a budget; what is kept is decided by importance, use and age."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from freeagentics.mesa_memory.memory_block import BlockSettings, MemoryBlock
from freeagentics.mesa_memory.ranges import LEVELS, Ranges


def block(columns: int = 1, budget: int = 400, halflife: float = 1e6) -> MemoryBlock:
    ranges = Ranges(np.zeros(columns, bool)).widened(np.array([[0.0] * columns, [254.0] * columns]))
    assert ranges is not None
    return MemoryBlock(ranges, np.full(columns, 1 / columns, np.float32), BlockSettings(budget, halflife))


def make(of: MemoryBlock, state: float, *, time: int, outcome: float = np.nan, action: int = 0, agent: int = 1) -> int:
    entry = np.zeros(1, of.entries.dtype)
    entry["levels"] = of.ranges.levels(np.full((1, of.entries["levels"].shape[-1]), state))
    entry["time"], entry["step"], entry["outcome"], entry["action"] = time, time, outcome, action
    return int(of.remember(of.rows(np.array([agent])), entry)[0])


def kept(of: MemoryBlock, agent: int = 1) -> np.ndarray:
    entries = of.entries[of.rows(np.array([agent]))[0]]
    return entries[entries["evidence"] > 0]


def test_an_agent_never_takes_more_than_its_budget() -> None:
    of = block(budget=500)
    for time in range(200):
        make(of, time % 254, time=time, outcome=time % 7, action=time)
    assert of.entries[0].nbytes <= 500 < of.entries[0].nbytes + 2 * of.entries.itemsize
    assert len(kept(of)) == of.slots


def test_the_latest_are_all_there_whatever_they_are_worth() -> None:
    of = block()
    for time in range(50):
        make(of, 5 * (time % 50), time=time, outcome=100.0 if time < 3 else 0.0, action=time)
    latest = kept(of)["sequence"][kept(of)["sequence"] >= 50 - of.recent]
    assert sorted(latest.tolist()) == list(range(50 - of.recent, 50))


def test_what_came_out_of_the_ordinary_outlives_what_did_not() -> None:
    of = block()
    for time in range(60):
        make(of, 4 * time, time=time, outcome=50.0 if time == 7 else time % 2, action=time)
    assert 7 in kept(of)["sequence"]
    assert 8 not in kept(of)["sequence"]


def test_what_is_recalled_again_and_again_outlives_what_is_not() -> None:
    of = block()
    asked, none = np.ones(1, bool), np.full((1, 1), 0, np.uint8)
    for time in range(60):
        make(of, 4 * time if time != 7 else 0, time=time, action=time + 1)
        if time >= 7:
            only = np.arange(100) == 8
            of.recall(of.rows(np.array([1])), none, 1, time, asked=asked, actions=only, tags=None, since=-np.inf)
    assert 7 in kept(of)["sequence"]
    assert 8 not in kept(of)["sequence"]


def test_memories_of_nearly_one_situation_become_one_with_their_mean_outcome() -> None:
    of = block()
    for time in range(40):
        make(of, 100 + time % 2, time=time, outcome=float(time % 2))
    entries = kept(of)
    assert len(entries) == of.recent + 1
    (old,) = entries[entries["evidence"] > 1]
    assert old["evidence"] == 40 - of.recent
    assert abs(old["outcome"] - 0.5) < 0.03
    assert old["sequence"] == 40 - of.recent - 1


def test_memories_of_other_actions_or_situations_stay_apart() -> None:
    of = block()
    for time in range(2 * of.recent):
        make(of, 0 if time % 2 else 254, time=time, outcome=1.0, action=time % 4 // 2)
    old = kept(of)[kept(of)["evidence"] > 1]
    assert {(int(one["levels"][0]), int(one["action"])) for one in old} <= {(0, 0), (LEVELS, 0), (0, 1), (LEVELS, 1)}
    assert kept(of)["evidence"].sum() == 2 * of.recent


def test_an_outcome_of_a_forgotten_memory_is_no_other_memorys() -> None:
    of = block()
    for time in range(100):
        make(of, time, time=time, action=time)
    there = of.attach_outcomes(of.rows(np.array([1])), np.array([99]), np.array([2.0], np.float32))
    gone = of.attach_outcomes(of.rows(np.array([1])), np.array([40]), np.array([9.0], np.float32))
    assert (there.tolist(), gone.tolist()) == ([True], [False])
    assert np.nansum(kept(of)["outcome"]) == 2.0


def test_rows_of_agents_that_left_are_taken_by_others_and_are_empty_then() -> None:
    of = block()
    make(of, 1, time=0, agent=1)
    make(of, 1, time=0, agent=2)
    of.retain(np.array([2]))
    rows = len(of.made)
    for agent in range(3, 3 + rows - 1):
        assert not kept(of, agent).size
    assert len(of.made) == rows
    assert kept(of, 2).size


def test_a_block_that_is_kept_and_loaded_recalls_the_same() -> None:
    of, again = block(), block()
    for time in range(30):
        make(of, 7 * time % 254, time=time, outcome=time % 5, action=time % 3, agent=time % 2 + 4)
    again.load(of.state())
    for agent in (4, 5):
        np.testing.assert_array_equal(kept(of, agent), kept(again, agent))
    assert again.agents() == [4, 5]
    assert make(of, 3, time=31, agent=5) == make(again, 3, time=31, agent=5)


whole = arrays(np.float64, st.tuples(st.integers(1, 20), st.just(1)), elements=st.integers(-100, 100).map(float))
real = arrays(np.float64, st.tuples(st.integers(1, 20), st.just(1)), elements=st.floats(-1e6, 1e6))


@given(st.lists(whole, min_size=1, max_size=4))
def test_whole_numbers_are_exact_while_they_fit_the_room_that_is_left_below_the_first(batches: list[np.ndarray]) -> None:
    ranges = Ranges(np.zeros(1, bool))
    for batch in batches:
        ranges = ranges.widened(batch) or ranges
    together = np.concatenate(batches)
    if np.ptp(together) <= LEVELS // 4:
        np.testing.assert_allclose(ranges.values(ranges.levels(together)), together, atol=1e-9)


@given(st.lists(real, min_size=1, max_size=5))
def test_whatever_is_seen_lies_in_the_ranges_and_is_known_to_half_a_level(batches: list[np.ndarray]) -> None:
    ranges = Ranges(np.zeros(1, bool))
    for batch in batches:
        ranges = ranges.widened(batch) or ranges
        assert ranges.widened(batch) is None
        level = (ranges.high - ranges.low)[0] / LEVELS
        assert np.abs(ranges.values(ranges.levels(batch)) - batch).max() <= level * 0.5000001 + 1e-9
