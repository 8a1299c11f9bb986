"""Binned effects: the odds that a number tells of outcomes, in any shape."""

from __future__ import annotations

import math

import numpy as np
import pytest

from freeagentics.arrays import F64
from freeagentics.mind import BinnedEffects
from freeagentics.mind.binned_effects import BINS
from freeagentics.mind.faculty_weights import EXPLAINED, FORGOTTEN

NOISE = np.full((1, 2), 50, dtype=np.float32)
HERE = np.ones(1, dtype=np.bool_)


def seen(places: F64, results: F64, horizon: int = 1) -> BinnedEffects:
    """Outcomes by where in its range one number lay, 0..1."""
    made = BinnedEffects(1, 1, horizon, 0.01)
    for place, result in zip(np.rint(255 * places).astype(np.uint8), results.astype(np.float32), strict=True):
        made.learn(np.full((1, 1, 1), place), 0, np.full(1, result), HERE)
    return made


def credence(made: BinnedEffects) -> float:
    return float(made.credence_of(made.count, made.moment, NOISE)[0, 0])


@pytest.mark.parametrize("shape", [lambda x: 2 * x - 1, lambda x: 4 * np.abs(x - 0.5) - 1, lambda x: np.where(x > 0.8, 2.0, -0.5)])
def test_a_number_that_tells_in_any_shape_is_found_and_noise_is_not(shape: object) -> None:
    draw = np.random.default_rng(3)
    places, noise = draw.random(600), draw.standard_normal(600)
    assert callable(shape)
    assert credence(seen(places, shape(places) + noise)) > 0.99
    assert credence(seen(places, noise)) < 0.02


def test_odds_are_those_of_a_one_way_analysis_of_variance() -> None:
    places, results = np.repeat([0.1, 0.9], 30), np.repeat([1.0, -1.0], 30)
    made = seen(places[10:], results[10:])
    assert made.count[0, 0, [0, BINS - 1]].tolist() == [20, 30]
    mean = (20 - 30) / 50
    odds = math.log(0.01 / 0.99)
    for count, moment in ((20, 20), (30, -30)):
        apart = moment - count * mean
        odds += (apart**2 * EXPLAINED / (1 + count * EXPLAINED) - math.log(1 + count * EXPLAINED)) / 2
    assert credence(made) == pytest.approx(1 / (1 + math.exp(-odds)), rel=1e-3)


def test_half_of_what_is_known_is_forgotten_in_350_outcomes() -> None:
    outcomes = round(math.log(0.5) / math.log(1 - FORGOTTEN))
    made = seen(np.full(outcomes, 0.5), np.ones(outcomes))
    made.fade()
    assert (made.count.sum(), made.moment.sum()) == pytest.approx((outcomes / 2, outcomes / 2), rel=1e-3)
    made.fade()
    assert made.count.sum() == pytest.approx(outcomes / 2, rel=1e-3)


def test_outcomes_that_overlap_count_once_a_horizon() -> None:
    draw = np.random.default_rng(3)
    places, results = draw.random(80), draw.standard_normal(80)
    once, often = seen(places, results), seen(np.repeat(places, 8), np.repeat(results, 8), horizon=8)
    np.testing.assert_allclose(often.count, once.count, rtol=0.01)
    np.testing.assert_allclose(often.moment, once.moment, rtol=0.02, atol=0.01)


def test_who_was_not_there_learns_nothing_and_who_arrives_starts_afresh() -> None:
    made = BinnedEffects(2, 3, 1, 0.01)
    keys = np.zeros((2, 1, 3), dtype=np.uint8)
    made.learn(keys, 0, np.ones(2, dtype=np.float32), np.array([True, False]))
    assert made.count[0].sum() == 3
    assert not made.count[1].any()
    heir = BinnedEffects(2, 3, 1, 0.01)
    heir.inherit(np.array([1]), made, np.array([0]))
    assert heir.moment[1].tobytes() == made.moment[0].tobytes()
    made.forget(np.array([0]))
    assert not made.count.any() and not made.moment.any()
