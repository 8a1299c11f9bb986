"""Intervals and tests of paired differences."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from freeagentics.experiments.statistics import paired_difference

SAMPLE = np.random.default_rng(1).normal(0.3, 1.0, 20)


def test_the_p_value_is_that_of_the_paired_t_test() -> None:
    assert paired_difference(SAMPLE).p_value == pytest.approx(stats.ttest_1samp(SAMPLE, 0).pvalue)


def test_the_equivalence_test_is_the_larger_of_two_one_sided_tests() -> None:
    found = paired_difference(SAMPLE, margin=1.0)
    above = stats.ttest_1samp(SAMPLE, -1.0, alternative="greater").pvalue
    below = stats.ttest_1samp(SAMPLE, 1.0, alternative="less").pvalue
    assert found.p_equivalence == pytest.approx(max(above, below))


def test_the_interval_is_near_that_of_a_bootstrap_by_scipy_and_the_same_each_time() -> None:
    found = paired_difference(SAMPLE)
    expected = stats.bootstrap((SAMPLE,), np.mean, method="percentile", rng=np.random.default_rng(2)).confidence_interval
    assert (found.low, found.high) == pytest.approx(tuple(expected), abs=0.03)
    assert found == paired_difference(SAMPLE)


def test_pairs_that_do_not_differ_are_equivalent_and_differ_by_nothing() -> None:
    found = paired_difference(np.zeros(5), margin=0.1)
    assert (found.mean, found.low, found.high, found.p_value, found.p_equivalence) == (0, 0, 0, 1, 0)


def test_a_single_pair_has_a_mean_and_nothing_else() -> None:
    found = paired_difference(np.array([0.5]), margin=1.0)
    assert found.mean == 0.5
    assert all(math.isnan(value) for value in (found.low, found.high, found.p_value, found.p_equivalence or 0))


def test_95_of_100_intervals_hold_the_truth_or_a_few_less() -> None:
    draws = np.random.default_rng(3).normal(0.0, 1.0, (300, 20))
    found = [paired_difference(draw) for draw in draws]
    assert 0.88 < np.mean([one.low <= 0 <= one.high for one in found]) <= 0.97
