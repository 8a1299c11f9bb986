"""Where cohorts live that workers own."""

from __future__ import annotations

from freeagentics.simulation.cohort_runner import placed


def test_a_phase_is_spread_evenly_over_workers() -> None:
    homes = placed([[(0, 1024), (1, 1024), (2, 976)], [(3, 500), (4, 500)], [(5, 10)]], 2)
    assert set(homes) == set(range(6))
    assert {homes[0], homes[1]} == {homes[3], homes[4]} == {0, 1}
    assert [sum(rows for number, rows in enumerate((1024, 1024, 976)) if homes[number] == home) for home in (0, 1)] == [2000, 1024]
    assert homes[5] == 1


def test_more_workers_than_cohorts_leave_some_without() -> None:
    assert placed([[(0, 5)], [(1, 5)]], 4) == {0: 0, 1: 1}
