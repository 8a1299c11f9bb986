from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from freeagentics.arrays import F32
from freeagentics.mind import REGIMES, Emission, RegimeFilter
from freeagentics.mind.regimes import BEAR, BULL, CALM, IMBALANCE, RETURN, TURBULENT

ROWS, ASSETS = 3, 2
COUNT = len(REGIMES)
persistences = npst.arrays(np.float32, ROWS, elements=st.floats(0.5, 1023 / 1024, width=32))
evidence = npst.arrays(np.float32, (ASSETS, COUNT), elements=st.floats(-4, 4, width=32))
bars = st.lists(st.tuples(evidence, st.none() | evidence, npst.arrays(np.bool_, ROWS)), min_size=1, max_size=8)
Bars = list[tuple[F32, F32 | None, np.ndarray]]


def predicted(belief: list[float], stays: float) -> list[float]:
    moves = (1 - stays) / (COUNT - 1)
    return [sum(belief[j] * (stays if i == j else moves) for j in range(COUNT)) for i in range(COUNT)]


def weighed(belief: list[float], log_likelihood: list[float]) -> tuple[list[float], float]:
    joint = [b * math.exp(log) for b, log in zip(belief, log_likelihood, strict=True)]
    return [j / sum(joint) for j in joint], -math.log(sum(joint))


def naive(stays: float, row: int, asset: int, bars: Bars) -> tuple[list[float], float]:
    """The forward algorithm for one agent and asset, in plain Python: belief and last surprise."""
    belief, surprise = [1 / COUNT] * COUNT, 0.0
    for first, second, chosen in bars:
        belief, surprise = weighed(predicted(belief, stays), first[asset].tolist())
        if second is not None and chosen[row]:
            belief, _ = weighed(belief, second[asset].tolist())
    return belief, surprise


def filtered(persistence: F32, bars: Bars) -> RegimeFilter:
    regimes = RegimeFilter(persistence, ASSETS)
    for first, second, chosen in bars:
        regimes.advance(first)
        if second is not None:
            regimes.attend(second, chosen.astype(np.float32))
    return regimes


@given(persistences, bars)
def test_the_belief_is_that_of_the_naive_forward_algorithm(persistence: F32, bars: Bars) -> None:
    regimes = filtered(persistence, bars)
    for row in range(ROWS):
        for asset in range(ASSETS):
            belief, surprise = naive(float(persistence[row]), row, asset, bars)
            np.testing.assert_allclose(regimes.belief[row, asset], belief, rtol=1e-3, atol=1e-6)
            np.testing.assert_allclose(regimes.surprise[row, asset], surprise, rtol=1e-3, atol=1e-4)


@given(persistences, bars)
def test_beliefs_sum_to_one(persistence: F32, bars: Bars) -> None:
    np.testing.assert_allclose(filtered(persistence, bars).belief.sum(axis=-1), 1, rtol=1e-6)


@given(persistences, persistences, bars, st.integers(0, ROWS - 1))
def test_a_row_does_not_depend_on_the_others(persistence: F32, others: F32, bars: Bars, row: int) -> None:
    others[row] = persistence[row]
    turned = [(first, second, np.where(np.arange(ROWS) == row, chosen, ~chosen)) for first, second, chosen in bars]
    one, other = filtered(persistence, bars), filtered(others, turned)
    assert one.belief[row].tobytes() == other.belief[row].tobytes()
    assert one.surprise[row].tobytes() == other.surprise[row].tobytes()
    for read in (RegimeFilter.drift, RegimeFilter.spread, RegimeFilter.entropy):
        assert read(one)[row].tobytes() == read(other)[row].tobytes()


@given(persistences, bars, evidence)
def test_rows_that_do_not_attend_keep_their_belief_to_the_bit(persistence: F32, bars: Bars, more: F32) -> None:
    regimes = filtered(persistence, bars)
    belief, surprise = regimes.belief.copy(), regimes.surprise.copy()
    regimes.attend(more, np.array([0, 1, 0], np.float32))
    assert regimes.belief[[0, 2]].tobytes() == belief[[0, 2]].tobytes()
    assert regimes.surprise.tobytes() == surprise.tobytes()
    np.testing.assert_allclose(regimes.belief[1, 0], weighed(belief[1, 0].tolist(), more[0].tolist())[0], rtol=1e-3, atol=1e-6)


@given(persistences, st.lists(npst.arrays(np.float32, (ASSETS, COUNT), elements=st.floats(-(2.0**100), 2.0**100, width=32)), max_size=6))
def test_the_strongest_evidence_leaves_a_belief(persistence: F32, many: list[F32]) -> None:
    regimes = RegimeFilter(persistence, ASSETS)
    for one in many:
        regimes.advance(one)
        regimes.attend(one[::-1], np.ones(ROWS, np.float32))
        assert np.isfinite(regimes.belief).all()
        assert np.isfinite(regimes.surprise).all()
        np.testing.assert_allclose(regimes.belief.sum(axis=-1), 1, rtol=1e-6)
        assert ((regimes.entropy() >= -1e-6) & (regimes.entropy() <= 1 + 1e-6)).all()


def test_a_belief_that_was_certain_can_still_be_overturned() -> None:
    regimes = RegimeFilter(np.array([0.97], np.float32), 1)
    for favoured in (BULL, BEAR):
        log_likelihood = np.full((1, COUNT), -500, np.float32)
        log_likelihood[0, favoured] = 0
        for _ in range(3):
            regimes.attend(log_likelihood, np.ones(1, np.float32))
        assert regimes.belief[0, 0].argmax() == favoured


@pytest.mark.parametrize("emission", [RETURN, IMBALANCE])
@pytest.mark.parametrize("value", [0.0, -50.0, 1e6, 1e20, -3e38, np.inf, -np.inf])
def test_the_log_likelihood_of_any_value_is_finite(emission: Emission, value: float) -> None:
    log_likelihood = emission.log_likelihood(np.full((ROWS, ASSETS), value, np.float32))
    assert log_likelihood.shape == (ROWS, ASSETS, COUNT)
    assert np.isfinite(log_likelihood).all()


def test_the_log_likelihood_is_that_of_student_t_up_to_a_constant() -> None:
    emission = Emission(location=(0.5, -0.5, 0.0, 1.0), scale=(1.0, 2.0, 0.5, 1.5), freedom=4.0)
    for value in (-1.0, 0.3, 6.0):
        found = emission.log_likelihood(np.array([value], np.float32))[0].astype(np.float64)
        densities = [
            (1 + ((value - location) / scale) ** 2 / 4.0) ** -2.5 / scale
            for location, scale in zip(emission.location, emission.scale, strict=True)
        ]
        np.testing.assert_allclose(found - found[0], np.log(densities) - np.log(densities[0]), atol=1e-5)


def fed(value: float) -> RegimeFilter:
    regimes = RegimeFilter(np.array([0.97], np.float32), 1)
    for number in range(30):
        regimes.advance(RETURN.log_likelihood(np.array([value if number % 2 else abs(value)], np.float32)))
    return regimes


def test_wild_returns_read_as_turbulent_and_still_ones_as_calm() -> None:
    wild, still = fed(-4.0), fed(0.02)
    assert wild.belief[0, 0].argmax() == TURBULENT
    assert still.belief[0, 0].argmax() == CALM
    assert wild.spread()[0, 0] > 2 * still.spread()[0, 0]


def test_the_sign_of_returns_moves_the_drift() -> None:
    rising, falling = RegimeFilter(np.array([0.97], np.float32), 1), RegimeFilter(np.array([0.97], np.float32), 1)
    for _ in range(30):
        rising.advance(RETURN.log_likelihood(np.array([0.8], np.float32)))
        falling.advance(RETURN.log_likelihood(np.array([-0.8], np.float32)))
    assert rising.drift()[0, 0] > 0.02
    assert falling.drift()[0, 0] < -0.02


def test_a_fresh_mind_has_no_idea_and_forgetting_leads_back_to_it() -> None:
    fresh = RegimeFilter(np.full(ROWS, 0.97, np.float32), ASSETS)
    np.testing.assert_allclose(fresh.entropy(), 1, rtol=1e-6)
    regimes = RegimeFilter(np.full(ROWS, 0.97, np.float32), ASSETS)
    regimes.advance(RETURN.log_likelihood(np.array([3.0, -1.0], np.float32)))
    moved = regimes.belief[1].tobytes()
    regimes.forget(np.array([0, 2]))
    assert regimes.belief[[0, 2]].tobytes() == fresh.belief[[0, 2]].tobytes()
    assert regimes.surprise[[0, 2]].tobytes() == fresh.surprise[[0, 2]].tobytes()
    assert regimes.belief[1].tobytes() == moved


def test_a_filter_that_was_saved_and_loaded_goes_on_to_the_bit() -> None:
    original = RegimeFilter(np.array([0.95, 0.97, 0.99], np.float32), ASSETS)
    value = np.array([1.5, -0.5], np.float32)
    original.advance(RETURN.log_likelihood(value))
    copy = RegimeFilter(np.zeros(ROWS, np.float32), ASSETS)
    copy.load(original.state())
    for one in (original, copy):
        one.advance(RETURN.log_likelihood(value))
    assert copy.belief.tobytes() == original.belief.tobytes()
