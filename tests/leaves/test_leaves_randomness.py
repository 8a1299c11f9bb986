from __future__ import annotations

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from freeagentics import randomness
from freeagentics.randomness import generator

seeds, purposes, small = st.integers(0, 2**31), st.text(max_size=8), st.integers(0, 1000)


def draws(seed: int, purpose: str, cohort: int, step: int) -> list[float]:
    return generator(seed, purpose, cohort=cohort, step=step).random(8).tolist()


@given(seeds, purposes, small, small)
def test_the_same_key_gives_the_same_draws(seed: int, purpose: str, cohort: int, step: int) -> None:
    assert draws(seed, purpose, cohort, step) == draws(seed, purpose, cohort, step)


@given(st.tuples(seeds, purposes, small, small), st.tuples(seeds, purposes, small, small))
def test_another_seed_purpose_cohort_or_step_gives_other_draws(one: tuple[int, str, int, int], other: tuple[int, str, int, int]) -> None:
    assume(one != other)
    assert set(draws(*one)).isdisjoint(draws(*other))


@given(small)
def test_each_part_of_the_key_counts(number: int) -> None:
    keys = [(number, "a", 0, 0), (number + 1, "a", 0, 0), (number, "b", 0, 0), (number, "a", 1, 0), (number, "a", 0, 1)]
    assert len({tuple(draws(*key)) for key in keys}) == len(keys)


def test_what_a_step_draws_does_not_depend_on_what_was_drawn_before() -> None:
    fresh = draws(7, "paths", 0, 3)
    for step in (0, 1, 2):
        generator(7, "paths", step=step).normal(size=10_000)
    assert draws(7, "paths", 0, 3) == fresh


def test_long_draws_of_neighbouring_steps_do_not_meet() -> None:
    many = [generator(1, "paths", step=step).integers(0, 2**63, 50_000) for step in range(4)]
    assert len(np.unique(np.concatenate(many))) == 200_000


def test_the_draws_are_those_that_runs_on_record_were_made_with() -> None:
    # Every trajectory ever recorded replays from these: other numbers here mean that no run can be resumed or repeated.
    assert generator(7, "market-hunter/explore", cohort=3, step=11).integers(0, 1000, 5).tolist() == [945, 690, 130, 892, 613]


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**40), st.integers(1, 9))
def test_draws_are_those_of_the_generator(seed: int, step: int, count: int) -> None:
    expected = generator(seed, "explore", cohort=3, step=step).random((count, 3))
    assert randomness.draws(seed, "explore", (count, 3), cohort=3, step=step).tobytes() == expected.tobytes()
