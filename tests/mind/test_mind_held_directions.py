from __future__ import annotations

import numpy as np
import pytest

from freeagentics.kernels import compiled
from freeagentics.mind import HeldDirections

HORIZON = 4


def held(*bars: tuple[float, bool]) -> HeldDirections:
    """Directions of one source and asset held after these bars: what it said, and whether the only row read it."""
    directions = HeldDirections(1, 1, 1, HORIZON)
    for said, read in bars:
        directions.take(np.full((1, 1), said, dtype=np.float32), np.array([[read]]))
    return directions


def test_a_word_fades_evenly_over_its_horizon_while_its_source_is_silent() -> None:
    after = [float(held((0.8, True), *[(0.0, True)] * bars).now()[0, 0, 0]) for bars in range(6)]
    assert after == pytest.approx([0.8, 0.6, 0.4, 0.2, 0, 0])


def test_a_new_word_takes_the_place_of_an_old_one() -> None:
    assert held((0.8, True), (-0.2, True)).now()[0, 0, 0] == pytest.approx(-0.2)


def test_what_is_not_read_is_not_heard_and_takes_nothing_back() -> None:
    assert held((0.8, False)).now()[0, 0, 0] == 0
    assert held((0.8, True), (-0.5, False)).now()[0, 0, 0] == pytest.approx(0.6)


def test_what_has_faded_is_all_where_nothing_was_read_and_nothing_right_after_a_word() -> None:
    assert held((0.8, False)).faded()[0, 0] == 1
    assert held((0.8, True)).faded()[0, 0] == 0
    assert held((0.8, True), (0.0, True)).faded()[0, 0] == pytest.approx(0.25)


def test_rows_that_are_forgotten_hold_nothing() -> None:
    directions = held((0.8, True))
    directions.forget(np.array([0]))
    assert directions.now()[0, 0, 0] == 0 and directions.faded()[0, 0] == 1


def test_words_up_and_words_down_are_components_of_their_own() -> None:
    said, directions = np.empty((1, 5, 2), np.float32), np.array([[[0.5, -0.25], [-1, 0]]], np.float32)
    trend, shift, weights = np.ones((1, 2), np.float32), np.zeros((1, 2), np.float32), np.ones((1, 5), np.float32)
    parts, forecast = np.empty((1, 2, 2), np.float32), np.empty((1, 2), np.float32)
    compiled.forecasts_add(trend, directions, weights, np.zeros((1, 0, 2), np.float32), shift, 2.0, said, parts, forecast, 2)
    assert said[0].tolist() == [[1, 1], [0.5, 0], [0, -0.25], [0, 0], [-1, 0]]
    assert parts[0].tolist() == [[1, 1], [-0.5, -0.25]] and forecast[0].tolist() == [0.5, 0.75]
