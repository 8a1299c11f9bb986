from __future__ import annotations

import numpy as np
import pytest
from bit_equality import identical
from hypothesis import given, settings
from hypothesis import strategies as st

from freeagentics.arrays import F32
from freeagentics.mind import FacultyWeights

ROWS, HORIZON = 3, 8
HALF = np.full(1, 0.02, dtype=np.float32)


def weights(*, slope: float | None = None, signed: bool = True, components: int = 1, rows: int = ROWS) -> FacultyWeights:
    return FacultyWeights(rows, HORIZON, np.repeat(HALF, components), slope=slope, signed=signed)


def lived(faculty: FacultyWeights, said: F32, truth: float, *, noise: float = 1.0, seed: int = 0, first: int = 1) -> FacultyWeights:
    """A faculty of one component that said these numbers (steps,), each followed by an outcome: *truth* times it, and noise.

    Every row has noise of its own.
    """
    draw = np.random.default_rng(seed)
    rows = len(faculty.noise)
    for step, word in enumerate(said.tolist(), first):
        result = (truth * word + noise * draw.standard_normal((rows, 1))).astype(np.float32)
        component = np.full((rows, 1, 1), word, dtype=np.float32)
        faculty.learn(step, component, result[:, None], result, np.ones(rows, dtype=np.bool_))
    return faculty


def now_and_then(words: int, size: float = 0.7) -> F32:
    """A word in every forty steps."""
    said = np.zeros(40 * words, dtype=np.float32)
    said[20::40] = size
    return said


def test_what_has_shown_nothing_is_not_heard() -> None:
    fresh = weights()
    assert (fresh.weight == 0).all()
    assert (fresh.credence < 0.05).all()


def test_a_rare_word_that_is_right_is_heard_after_some_words() -> None:
    heard = lived(weights(rows=50), now_and_then(6), 2.5)
    assert np.median(heard.credence) > 0.8
    assert np.median(heard.weight) == pytest.approx(2.5, abs=0.8)


def test_who_was_thought_to_tell_something_is_believed_after_fewer_words() -> None:
    doubted, trusted = (FacultyWeights(50, HORIZON, np.array([prior], dtype=np.float32)) for prior in (0.005, 0.2))
    assert (doubted.credence < trusted.credence).all()
    for faculty in (doubted, trusted):
        lived(faculty, now_and_then(3), 2.5)
    assert (doubted.credence <= trusted.credence).all()
    assert (doubted.weight > 0).mean() + 0.2 < (trusted.weight > 0).mean()


@pytest.mark.parametrize("truth", [2.0, -2.0])
def test_weights_move_to_the_side_on_which_outcomes_fall(truth: float) -> None:
    assert (np.sign(lived(weights(), now_and_then(20), truth).weight) == np.sign(truth)).all()


def test_noise_is_hardly_ever_believed_however_long_one_listens() -> None:
    """By Ville's inequality one in fifty at the most comes to believe by one half, at any time; two hundred listen to a standing word."""
    faculty, believed = weights(rows=200), np.zeros((200, 1), dtype=np.bool_)
    for part in range(10):
        lived(faculty, np.ones(100, dtype=np.float32), 0.0, seed=part, first=1 + 100 * part)
        believed |= faculty.credence > 0.5
    assert believed.mean() <= 0.05
    assert np.abs(faculty.weight).mean() < 0.01


def test_silence_is_learned_too() -> None:
    """Words that nothing follows make one surer that they tell nothing than one was before they were said."""
    assert (lived(weights(rows=100), now_and_then(12), 0.0).credence.mean()) < 0.5 * weights().credence.mean()


def test_overlapping_outcomes_count_once_a_horizon() -> None:
    standing = lived(weights(), np.ones(400, dtype=np.float32), 0.0)
    apart = np.zeros(400, dtype=np.float32)
    apart[::HORIZON] = 1
    assert standing.information[0, 0] == pytest.approx(lived(weights(), apart, 0.0).information[0, 0], rel=0.2)


def test_who_may_not_be_believed_the_wrong_way_round_falls_silent() -> None:
    assert (lived(weights(signed=False), now_and_then(20), -2.0).weight == 0).all()
    assert (lived(weights(signed=False), now_and_then(20), 2.0).weight > 1).all()


def test_a_slope_starts_where_it_is_expected_and_follows_the_outcomes() -> None:
    assert (weights(slope=1).weight == 1).all()
    too_much = lived(weights(slope=1), np.tile(np.array([1, -1], np.float32), 200), 0.2)
    assert (np.abs(too_much.weight - 0.2) < 0.3).all()


def test_what_a_component_is_worth_grows_with_what_it_told_and_falls_with_its_silence() -> None:
    fresh, right, empty = weights(), lived(weights(), now_and_then(10), 2.5), lived(weights(), now_and_then(10), 0.0)
    worth = [faculty.worth(0.15, 17_000)[:, 0].mean() for faculty in (empty, fresh, right)]
    assert worth == sorted(worth)
    assert worth[0] < 0.3 * worth[1]


def test_one_that_is_not_heard_yet_is_read_on_while_it_may_be_right_and_dropped_when_it_told_nothing() -> None:
    """What a whale's reading costs, in squared error, is about 0.0017 in the shipped markets."""
    worth = {
        (truth, words): np.median(lived(weights(rows=50), now_and_then(words), truth).worth(0.15, 3_000)[:, 0])
        for truth, words in ((1.5, 3), (1.5, 6), (0.0, 15))
    }
    assert worth[1.5, 3] > 5 * 0.0017 and worth[1.5, 6] > 5 * 0.0017
    assert worth[0.0, 15] < 0.0017


def test_a_component_too_quiet_to_be_acted_on_is_worth_nothing() -> None:
    assert (lived(weights(), np.ones(400, dtype=np.float32), 0.0).worth(1.0, 17_000) == 0).all()


def test_rows_that_were_not_there_learn_nothing() -> None:
    faculty = weights()
    there = np.array([True, False, True])
    said, result = np.ones((ROWS, 1, 1), dtype=np.float32), np.full((ROWS, 1), 2, dtype=np.float32)
    faculty.learn(1, said, result[:, None], result, there)
    fresh = weights()
    for name in ("information", "moment", "reads", "words", "noise"):
        assert identical(getattr(faculty, name)[1], getattr(fresh, name)[1])
        assert (getattr(faculty, name)[there] != getattr(fresh, name)[there]).any()


@given(st.lists(st.floats(-4, 4, width=32), min_size=1, max_size=60), st.integers(0, 2))
@settings(max_examples=25)
def test_rows_that_are_forgotten_are_as_they_were_born_and_others_stay(said: list[float], row: int) -> None:
    faculty = lived(weights(), np.array(said, np.float32), 1.0)
    before = faculty.state()
    faculty.forget(np.array([row]))
    fresh, others = weights().state(), np.arange(ROWS) != row
    for name, array in faculty.state().items():
        axis = 1 if name == "recent" else 0
        assert identical(array.take([row], axis), fresh[name].take([row], axis))
        assert identical(array.compress(others, axis), before[name].compress(others, axis))


@given(st.lists(st.floats(-1e3, 1e3, width=32), min_size=1, max_size=40), st.floats(-4, 4, width=32))
@settings(max_examples=50)
def test_whatever_is_said_weights_stay_finite_and_credences_probabilities(said: list[float], truth: float) -> None:
    faculty = lived(weights(components=1), np.array(said, np.float32), truth)
    assert np.isfinite(faculty.weight).all() and np.isfinite(faculty.worth(0.15, 1000)).all()
    assert ((faculty.credence >= 0) & (faculty.credence <= 1)).all()
