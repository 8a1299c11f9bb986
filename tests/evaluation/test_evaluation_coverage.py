"""Tests of coverage: the published cases, the size they claim, and what they find."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from freeagentics.arrays import Mask
from freeagentics.errors import BadInput
from freeagentics.evaluation import coverage_tests

TRIALS = 2000


def markov(generator: np.random.Generator, count: int, after_none: float, after_one: float) -> Mask:
    """Exceedances (TRIALS, count) whose probability depends on the one before."""
    found = np.zeros((TRIALS, count), dtype=np.bool_)
    for place in range(1, count):
        found[:, place] = generator.random(TRIALS) < np.where(found[:, place - 1], after_one, after_none)
    return found


def refused(series: Mask, level: float) -> list[float]:
    """Shares of series (TRIALS, n) in which the three tests refuse their hypotheses at 5 %."""
    found = [coverage_tests(one, level) for one in series]
    tests = zip(*((one.unconditional, one.independence, one.conditional) for one in found), strict=True)
    return [float(np.mean([test.p_value < 0.05 for test in each])) for each in tests]


@pytest.mark.parametrize(
    ("level", "forecasts", "fewest", "most"),
    [(0.05, 255, 7, 20), (0.05, 510, 17, 35), (0.05, 1000, 38, 64), (0.01, 255, 1, 6), (0.01, 510, 2, 10), (0.01, 1000, 5, 16)],
)
def test_as_many_exceedances_are_accepted_as_in_the_table_of_kupiec(level: float, forecasts: int, fewest: int, most: int) -> None:
    counts = np.arange(forecasts // 4)
    accepted = [count for count in counts if coverage_tests(np.arange(forecasts) < count, level).unconditional.p_value > 0.05]
    # The table accepts also none of 255 at 1 %, whose statistic is 5.13.
    assert accepted == list(range(fewest, most + 1))


def test_the_proportion_of_failures_is_that_of_the_formula() -> None:
    found = coverage_tests(np.arange(250) < 20, 0.05)
    by_hand = -2 * (230 * np.log(0.95) + 20 * np.log(0.05)) + 2 * (230 * np.log(0.92) + 20 * np.log(0.08))
    assert found.unconditional.statistic == pytest.approx(by_hand)
    assert found.unconditional.statistic == pytest.approx(4.0395, abs=1e-4)
    assert found.unconditional.p_value == pytest.approx(stats.chi2.sf(by_hand, 1))
    assert (found.exceedances, found.forecasts, found.share) == (20, 250, 0.08)


def test_independence_compares_one_transition_probability_with_two() -> None:
    # After none: 3 of 9 are exceedances; after one: 2 of 5; together 5 of 14.
    found = coverage_tests(np.array([0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0], dtype=np.bool_), 0.2)
    one = 5 * np.log(5 / 14) + 9 * np.log(9 / 14)
    two = 3 * np.log(3 / 9) + 6 * np.log(6 / 9) + 2 * np.log(2 / 5) + 3 * np.log(3 / 5)
    assert found.independence.statistic == pytest.approx(2 * (two - one))
    assert found.conditional.statistic == pytest.approx(found.unconditional.statistic + 2 * (two - one))
    assert found.conditional.p_value == pytest.approx(np.exp(-found.conditional.statistic / 2))


def test_forecasts_that_are_right_are_refused_in_about_one_case_of_twenty() -> None:
    draws = np.random.default_rng(1).random((TRIALS, 3000)) < 0.1
    assert refused(draws, 0.1) == pytest.approx([0.05] * 3, abs=0.015)


def test_exceedances_that_are_too_frequent_are_found_where_they_are_independent() -> None:
    frequency, independence, both = refused(np.random.default_rng(2).random((TRIALS, 500)) < 0.1, 0.05)
    assert frequency > 0.95
    assert both > 0.9
    assert independence < 0.1


def test_exceedances_that_come_in_clusters_are_found_where_their_share_is_right() -> None:
    # In the long run 0.04 / (0.04 + 0.76) are exceedances, 5 %.
    frequency, independence, both = refused(markov(np.random.default_rng(3), 1000, 0.04, 0.24), 0.05)
    assert independence > 0.9
    assert both > 0.9
    assert frequency < 0.2


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.floats(0.01, 0.99))
def test_statistics_are_not_below_zero_and_frequency_does_not_ask_for_the_order(hits: list[bool], level: float) -> None:
    found = coverage_tests(np.array(hits), level)
    backwards = coverage_tests(np.array(hits[::-1]), level)
    for test in (found.unconditional, found.independence, found.conditional):
        assert test.statistic >= 0
        assert 0 <= test.p_value <= 1
    assert found.unconditional == backwards.unconditional


@pytest.mark.parametrize("hits", [[False] * 30, [True] * 30, [True]], ids=["none", "all", "a single one"])
def test_series_without_a_change_say_nothing_of_independence(hits: list[bool]) -> None:
    found = coverage_tests(np.array(hits), 0.5)
    assert found.independence.statistic == 0
    assert found.conditional.statistic == found.unconditional.statistic > 0


@pytest.mark.parametrize("level", [0.0, 1.0, float("nan")])
def test_a_level_that_is_no_probability_is_refused(level: float) -> None:
    with pytest.raises(BadInput, match=r"level: .* give one between 0 and 1"):
        coverage_tests(np.array([True]), level)


def test_no_forecasts_are_refused() -> None:
    with pytest.raises(BadInput, match="at least one is needed"):
        coverage_tests(np.zeros(0, dtype=np.bool_), 0.05)
