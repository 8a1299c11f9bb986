"""Tests of value-at-risk coverage: numbers worked out by hand, size under the truth, and power against what they are for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from freeagentics.report.aggregates.coverage import coverage

SERIES = 1000
LENGTH = 500


def test_the_ratios_are_those_of_the_papers_formulas() -> None:
    exceeded = np.zeros(100, dtype=np.bool_)
    exceeded[[10, 11, 40, 70, 71, 72, 90, 95]] = True
    found = coverage(exceeded, 0.05)
    kupiec = -2 * (92 * np.log(0.95) + 8 * np.log(0.05) - 92 * np.log(0.92) - 8 * np.log(0.08))
    # Of 99 transitions 8 start at an exceedance, and 3 of those end at one; of the other 91 five do.
    chain = 88 - 2, 5, 5, 3
    free = chain[0] * np.log(86 / 91) + 5 * np.log(5 / 91) + 5 * np.log(5 / 8) + 3 * np.log(3 / 8)
    tied = 91 * np.log(91 / 99) + 8 * np.log(8 / 99)
    assert (found.count, found.exceeded) == (100, 8)
    assert found.unconditional.statistic == pytest.approx(kupiec)
    assert found.independence.statistic == pytest.approx(2 * (free - tied))
    assert found.conditional.statistic == pytest.approx(kupiec + 2 * (free - tied))
    assert found.unconditional.p_value == pytest.approx(chi2.sf(kupiec, 1))
    assert found.conditional.p_value == pytest.approx(chi2.sf(kupiec + 2 * (free - tied), 2))


def refused(chance: np.ndarray, test: str, seed: int) -> float:
    """Share of series, with these *chances* of an exceedance (SERIES, LENGTH), that a test refuses at 5 %."""
    drawn = np.random.default_rng(seed).random(chance.shape) < chance
    return float(np.mean([getattr(coverage(series, 0.05), test).p_value < 0.05 for series in drawn]))


@pytest.mark.parametrize("test", ["unconditional", "independence", "conditional"])
def test_right_forecasts_are_refused_about_as_often_as_the_level_says(test: str) -> None:
    assert 0.02 < refused(np.full((SERIES, LENGTH), 0.05), test, 1) < 0.1


def test_forecasts_that_are_exceeded_twice_as_often_are_found_out() -> None:
    assert refused(np.full((SERIES, LENGTH), 0.1), "unconditional", 2) > 0.9
    assert refused(np.full((SERIES, LENGTH), 0.01), "unconditional", 3) > 0.9


def test_exceedances_that_follow_each_other_are_found_out_though_there_are_as_many_as_there_should_be() -> None:
    random = np.random.default_rng(4)
    state, drawn = np.zeros(SERIES, dtype=np.bool_), []
    for _ in range(LENGTH):
        state = random.random(SERIES) < np.where(state, 0.4, 0.6 * 0.05 / 0.95)
        drawn.append(state)
    found = [coverage(series, 0.05) for series in np.array(drawn).T]
    assert np.mean([one.independence.p_value < 0.05 for one in found]) > 0.85
    assert np.mean([one.exceeded for one in found]) == pytest.approx(25, abs=2)


@given(st.lists(st.booleans(), min_size=2, max_size=60), st.floats(0.001, 0.999))
def test_every_series_has_ratios_that_are_not_below_zero_and_probabilities(series: list[bool], level: float) -> None:
    found = coverage(np.array(series), level)
    for test in (found.unconditional, found.independence, found.conditional):
        assert test.statistic >= 0 and 0 <= test.p_value <= 1


@pytest.mark.parametrize(("length", "level"), [(1, 0.05), (10, 0.0), (10, 1.0)])
def test_what_cannot_be_tested_is_an_error(length: int, level: float) -> None:
    with pytest.raises(ValueError, match="two are needed, and a level between 0 and 1"):
        coverage(np.zeros(length, dtype=np.bool_), level)
