"""Means, differences and their standard errors."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.report.aggregates.buckets import Buckets
from freeagentics.report.aggregates.estimate import difference_of, mean_of


def test_rewards_that_never_differ_have_no_error() -> None:
    counts = np.full(400, 3)
    mean = mean_of(2.0 * counts, counts, 8)
    assert (mean.value, mean.count) == (2.0, 1200)
    assert mean.error == pytest.approx(0, abs=1e-12)


def test_of_independent_rewards_the_error_is_the_textbooks() -> None:
    rewards = np.random.default_rng(1).normal(0, 1, 40_000)
    error = mean_of(rewards, np.ones(40_000, dtype=np.int64), 8).error
    assert error == pytest.approx(1 / math.sqrt(40_000), rel=0.3)


def test_a_hundred_agents_that_saw_the_same_are_no_more_sure_than_one() -> None:
    rewards = np.random.default_rng(2).normal(0, 1, 2000)
    one, many = (mean_of(agents * rewards, np.full(2000, agents), 8) for agents in (1, 100))
    assert many.error == pytest.approx(one.error)
    assert many.count == 100 * one.count


def test_rewards_that_overlap_are_less_sure_than_they_are_many() -> None:
    moves = np.random.default_rng(3).normal(0, 1, 4000)
    overlapping = np.convolve(moves, np.ones(8), mode="valid")
    naive = overlapping.std() / math.sqrt(len(overlapping))
    assert mean_of(overlapping, np.ones(len(overlapping), dtype=np.int64), 8).error > 1.8 * naive


def test_a_difference_is_that_of_the_means_and_unknown_without_a_second_group() -> None:
    ones, sums = np.ones(400, dtype=np.int64), np.ones(400)
    found = difference_of(3 * sums, ones, 2 * sums, 2 * ones, 8)
    assert found.value == pytest.approx(2)
    assert math.isnan(difference_of(3 * sums, ones, 0 * sums, 0 * ones, 8).value)


def test_a_group_that_was_seen_in_few_blocks_only_has_a_difference_but_no_error() -> None:
    ones, early = np.ones(400, dtype=np.int64), np.arange(400) < 40
    found = difference_of(np.ones(400), ones, np.where(early, 0.5, 0.0), early.astype(np.int64), 8)
    assert found.value == pytest.approx(0.5)
    assert math.isnan(found.error)


def test_too_few_blocks_give_no_error() -> None:
    assert math.isnan(mean_of(np.ones(40), np.ones(40, dtype=np.int64), 8).error)


@given(st.integers(1, 500), st.integers(1, 60))
def test_buckets_are_whole_and_hold_every_step_once(steps: int, most: int) -> None:
    buckets = Buckets(steps, most)
    held = np.array([buckets.of(step) for step in range(1, steps + 1)])
    assert buckets.sums(np.ones(steps)).tolist() == np.bincount(held, minlength=buckets.count).tolist()
    assert np.ptp(np.bincount(held)) <= 1
    assert (held[buckets.middles] == np.arange(buckets.count)).all()
