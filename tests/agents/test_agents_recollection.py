"""Recollection: memories count as far as what followed them came again, and by what told of it."""

from __future__ import annotations

import numpy as np
import pytest

from freeagentics import kernels
from freeagentics.agents.recollection import FLAT, Recollection
from freeagentics.arrays import F32
from freeagentics.memory import Ranking, Recalled, RecallIndex
from freeagentics.memory.recall import METRIC_TOTAL

ROWS, KEY_SIZE, HORIZON = 2, 20, 8
ALL = np.ones(ROWS, dtype=np.bool_)
TELLING = 3


def recalled(result: float, doubt: float = 1.0) -> Recalled:
    """One memory of full relevance, after which the asset did this."""
    one = np.ones((ROWS, 1), dtype=np.float32)
    return Recalled.weighed(np.ones((ROWS, 1), np.int32), one, one, result * one, 0 * one, doubt)


def lived(truth: float, *, telling: float = 0.0, steps: int = 1500, forecast: float = 0.0, trust: float = 1.0) -> Recollection:
    """A life in which the outcome is *truth* times what memories said (half of what was recalled), *telling* times one number of the key,
    what was forecast without them, and noise."""
    made, draw = Recollection(ROWS, KEY_SIZE, HORIZON, trust, 0.05), np.random.default_rng(3)
    outcomes: list[tuple[np.ndarray, F32]] = []
    for step in range(1, steps + 1):
        result, key = float(draw.normal(0, 1)), draw.integers(0, 256, KEY_SIZE).astype(np.uint8)
        made.add(step, recalled(result), np.full(ROWS, forecast, dtype=np.float32))
        told = telling * (key[TELLING] / 255 - 0.5)
        outcome = truth * result / 2 + told + forecast + 0.5 * draw.standard_normal()
        outcomes.append((np.tile(key, (ROWS, 1)), np.full(ROWS, outcome, dtype=np.float32)))
        if step > HORIZON:
            keys, result_then = outcomes[step - HORIZON - 1]
            made.learn(step - HORIZON, keys[:, None], 0, result_then, ALL)
    return made


def test_memories_weigh_nothing_before_they_were_right() -> None:
    fresh = Recollection(ROWS, KEY_SIZE, HORIZON, 1.0, 0.05)
    assert (fresh.weight == 0).all()
    assert (fresh.add(1, recalled(2.0), np.zeros(ROWS, dtype=np.float32)) == 0).all()


def test_the_weight_of_memories_moves_to_what_they_were_worth() -> None:
    np.testing.assert_allclose(lived(0.6).weight, 0.6, atol=0.15)
    assert (lived(0.0).weight == 0).all()


def test_memories_that_were_wrong_are_never_believed_the_other_way_round() -> None:
    assert (lived(-0.8).weight == 0).all()


def test_memories_are_judged_by_what_the_forecast_left() -> None:
    """A forecast that was right about everything leaves memories that tell the same nothing to explain."""
    np.testing.assert_allclose(lived(0.6, forecast=0.7).weight, 0.6, atol=0.15)


def test_memories_never_weigh_more_than_they_may_nor_less_than_they_must() -> None:
    made = lived(0.9, trust=0.25)
    assert (made.weight == np.float32(0.25)).all()
    made.least = np.float32(0.5)
    assert (made.weight == np.float32(0.25)).all()
    silent = Recollection(ROWS, KEY_SIZE, HORIZON, 1.0, 0.05)
    silent.least = np.float32(0.5)
    assert (silent.weight == np.float32(0.5)).all()


def test_what_memories_add_is_their_shrunk_mean_times_their_weight() -> None:
    made = lived(0.6)
    added = made.add(2000, recalled(1.5, doubt=2.0), np.full(ROWS, 0.25, dtype=np.float32))
    np.testing.assert_allclose(added, made.weight * 1.5 / 3, rtol=1e-6)
    np.testing.assert_allclose(made.said[2000 % len(made.said)], [[0.5, 0.25]] * ROWS, rtol=1e-6)


@pytest.mark.parametrize("telling", [2.0, -2.0])
def test_the_number_of_a_key_that_told_of_outcomes_comes_to_count_most(telling: float) -> None:
    metric = lived(0.0, telling=telling).metric()
    assert (metric.argmax(axis=1) == TELLING).all()
    others = np.delete(metric, TELLING, axis=1)
    assert (metric[:, TELLING] > 3 * others.max(axis=1)).all()
    assert (metric.sum(axis=1) <= METRIC_TOTAL).all()


def test_before_any_outcome_all_numbers_of_a_key_count_alike() -> None:
    metric = Recollection(ROWS, KEY_SIZE, HORIZON, 1.0, 0.05).metric()
    assert (metric == metric[0, 0]).all()
    assert metric[0, 0] == METRIC_TOTAL // KEY_SIZE
    assert FLAT > 0


def test_numbers_of_keys_are_compared_with_their_mean_so_far() -> None:
    made = Recollection(ROWS, KEY_SIZE, HORIZON, 1.0, 0.05)
    keys = np.full((ROWS, KEY_SIZE), 204, dtype=np.uint8)
    for step in range(1, 1200):
        made.learn(step, keys[:, None], 0, np.zeros(ROWS, np.float32), ALL)
        if step == 1:
            np.testing.assert_allclose(made.centre, 0.65, atol=1e-6)
    np.testing.assert_allclose(made.centre, 0.8, atol=1e-3)
    keys[:], before = 0, made.centre.copy()
    made.learn(1200, keys[:, None], 0, np.zeros(ROWS, np.float32), ALL)
    np.testing.assert_allclose(made.centre, before * (1 - 0.002), rtol=1e-5)


def test_who_arrives_has_learned_nothing_of_memories() -> None:
    made = lived(0.6, telling=2.0)
    made.forget(np.array([1]))
    fresh = Recollection(1, KEY_SIZE, HORIZON, 1.0, 0.05)
    assert made.weight[1] == 0 < made.weight[0]
    assert made.metric()[1].tolist() == fresh.metric()[0].tolist() != made.metric()[0].tolist()
    assert (made.centre[1] == 0.5).all() and not (made.centre[0] == 0.5).any()
    assert not made.said[:, 1].any() and made.said[:, 0].any()


def ranked_later(draw: np.random.Generator, made: Recollection, row: int, telling: int) -> float:
    """Squared error of the outcome of later situations, in which one number of the key tells, by the memories that are most like them."""
    keys, asked = (draw.integers(0, 256, (count, KEY_SIZE)).astype(np.uint8) for count in (400, 200))
    index = RecallIndex(1, 400, KEY_SIZE, horizon=1, ranking=Ranking(1e9, 0.1), doubt=1.0)
    index.key[0], index.step[0], index.result[0] = keys, np.arange(400), 4 * (keys[:, telling] / 255 - 0.5)
    metric = made.metric()[row : row + 1]
    said = [float(index.recall(one[None], 8, 400, metric).expected[0]) for one in asked]
    return float(np.square(np.array(said) - 4 * (asked[:, telling] / 255 - 0.5)).mean())


def test_an_agents_metric_ranks_its_own_later_experience_better_than_a_flat_one_and_than_another_agents() -> None:
    made, draw, tells = Recollection(ROWS, KEY_SIZE, 1, 1.0, 0.05), np.random.default_rng(5), (3, 11)
    for step in range(1, 1000):
        keys = draw.integers(0, 256, (ROWS, KEY_SIZE)).astype(np.uint8)
        result = np.array([4 * (keys[row, tells[row]] / 255 - 0.5) for row in range(ROWS)]) + draw.standard_normal(ROWS)
        made.learn(step, keys[:, None], 0, result.astype(np.float32), ALL)
    flat = Recollection(ROWS, KEY_SIZE, 1, 1.0, 0.05)
    for row, telling in enumerate(tells):
        assert made.importance()[row].argmax() == telling
        assert kernels.total(made.importance()[row]) == pytest.approx(1, abs=1e-6)
        own, other, none = (
            ranked_later(np.random.default_rng(row), one, of, telling) for one, of in ((made, row), (made, 1 - row), (flat, 0))
        )
        assert own < 0.8 * none
        assert own < 0.8 * other


def test_noise_leaves_the_metric_as_good_as_flat() -> None:
    importance = lived(0.0).importance()[0]
    np.testing.assert_allclose(importance, 1 / KEY_SIZE, atol=0.02)


def test_a_damaged_row_falls_back_to_the_flat_metric_and_to_silence_and_no_other_notices() -> None:
    sound, hurt = lived(0.6, telling=2.0), lived(0.6, telling=2.0)
    hurt.features.credence[0, 4], hurt.weights.weight[0] = np.nan, np.nan
    assert hurt.metric()[0].tolist() == Recollection(ROWS, KEY_SIZE, HORIZON, 1.0, 0.05).metric()[0].tolist()
    assert hurt.metric()[1].tobytes() == sound.metric()[1].tobytes() != hurt.metric()[0].tobytes()
    assert hurt.weight[0] == 0
    assert hurt.weight[1] == sound.weight[1] > 0
