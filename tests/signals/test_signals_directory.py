from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from signals_town import HUNTER, HUNTERS, TRADER, town

from freeagentics.signals import Directory


def test_agents_are_numbered_as_they_arrive() -> None:
    directory = Directory(("hunter", "trader"), desks=3)
    assert directory.add(TRADER, [0, 1], 0, [0, 1]).tolist() == [0, 1]
    assert directory.add(HUNTER, 7, 1, 5).tolist() == [2]
    assert len(directory) == 3
    assert directory.role.tolist() == [TRADER, TRADER, HUNTER]
    assert directory.cohort.tolist() == [0, 0, 1]
    assert directory.row.tolist() == [0, 1, 5]


def test_an_agent_belongs_to_the_desk_of_its_number_within_its_role() -> None:
    directory = Directory(("hunter",), desks=3)
    directory.add(HUNTER, np.arange(7), 0, np.arange(7))
    assert directory.desk.tolist() == [0, 1, 2, 0, 1, 2, 0]


def test_members_come_by_desk_asked_and_then_by_agent() -> None:
    agents, which = town().members(HUNTER, np.array([1, 0, 1]))
    assert agents.tolist() == [1, 3, 0, 2, 8, 1, 3]
    assert which.tolist() == [0, 0, 1, 1, 1, 2, 2]


def test_members_of_no_desk_are_none() -> None:
    agents, which = town().members(TRADER, np.zeros(0, np.int32))
    assert len(agents) == len(which) == 0


def test_who_comes_and_who_goes_is_noticed() -> None:
    directory = town()
    assert directory.members(HUNTER, np.array([0]))[0].tolist() == [0, 2, 8]
    directory.remove(2)
    assert directory.members(HUNTER, np.array([0]))[0].tolist() == [0, 8]
    assert directory.add(HUNTER, 6, HUNTERS, 2).tolist() == [9]
    assert directory.members(HUNTER, np.array([0]))[0].tolist() == [0, 8, 9]
    assert directory.alive.tolist() == [True, True, False] + [True] * 7


def test_the_gone_cannot_be_removed_again() -> None:
    directory = town()
    directory.remove(2)
    for agent in (2, 9, -1):
        with pytest.raises(ValueError, match=f"no living agent {agent}"):
            directory.remove(agent)


def test_nobody_can_change_the_directory_through_its_columns() -> None:
    with pytest.raises(ValueError, match="read-only"):
        town().desk[0] = 1


@pytest.mark.parametrize(
    ("number", "cohort", "row", "message"),
    [
        ([0, -1, -2], 0, 0, "new agent 1: number_within_role is -1"),
        (0, -1, 0, "cohort is -1"),
        (0, 0, 1024, "row is 1024, it must be 0..1023"),
    ],
)
def test_a_seat_that_cannot_be_is_refused(number: int | list[int], cohort: int, row: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Directory(("hunter",), desks=1).add(HUNTER, number, cohort, row)


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no role 2, roles are 0..1 \(hunter, trader\)"):
        town().add(2, 0, 0, 0)
    with pytest.raises(ValueError, match="no role -1"):
        town().members(-1, np.array([0]))


@pytest.mark.parametrize(("roles", "desks"), [(0, 1), (33, 1), (1, 0)])
def test_a_directory_without_roles_or_desks_is_refused(roles: int, desks: int) -> None:
    with pytest.raises(ValueError, match="directory: "):
        Directory(tuple(f"role-{number}" for number in range(roles)), desks)


@given(
    desks=st.integers(1, 5),
    numbers=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 20)), max_size=30),
    gone=st.sets(st.integers(0, 29)),
    asked=st.lists(st.integers(0, 4), max_size=6),
)
def test_members_are_what_a_search_finds_also_after_a_reload(
    desks: int, numbers: list[tuple[int, int]], gone: set[int], asked: list[int]
) -> None:
    directory = Directory(("a", "b", "c"), desks)
    for row, (role, number) in enumerate(numbers):
        directory.add(role, number, role, row)
    for agent in gone & set(range(len(numbers))):
        directory.remove(agent)
    again = Directory(("a", "b", "c"), desks)
    again.load(directory.state())
    asked = [desk % desks for desk in asked]
    living = [(agent, *seat) for agent, seat in enumerate(numbers) if agent not in gone]
    for role in range(3):
        found = [(agent, at) for at, desk in enumerate(asked) for agent, r, number in living if r == role and number % desks == desk]
        for one in (directory, again):
            agents, which = one.members(role, np.array(asked, np.int32))
            assert list(zip(agents.tolist(), which.tolist(), strict=True)) == found
