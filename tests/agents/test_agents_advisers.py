"""Advisers: whoever was right is heard more, and whoever was wrong less."""

from __future__ import annotations

import numpy as np
import pytest
from bit_equality import identical

from freeagentics.agents.advisers import LARGEST_FORECAST, LARGEST_WEIGHT, Advisers
from freeagentics.agents.view import Outcomes
from freeagentics.arrays import F32

ROWS, HORIZON, ASSETS = 2, 8, 2
ALL = np.ones(ROWS, dtype=np.bool_)


def lived(truth: tuple[float, ...], *, steps: int = 800, noise: float = 0.5, judged: np.ndarray = ALL) -> Advisers:
    """Advisers who spoke at every step; the outcome was so many times what each of them said, and noise."""
    made, draw = Advisers(ROWS, HORIZON, len(truth), ASSETS), np.random.default_rng(1)
    results: list[F32] = []
    for step in range(1, steps + 1):
        said = draw.normal(0, 0.5, (len(truth), ASSETS)).astype(np.float32)
        made.listen(step, np.tile(said, (ROWS, 1, 1)))
        results.append((np.array(truth) @ said + noise * draw.standard_normal(ASSETS)).astype(np.float32))
        if step > HORIZON:
            made.learn(Outcomes(step - HORIZON, HORIZON, results[step - HORIZON - 1]), judged)
    return made


def test_trust_starts_at_one_and_moves_to_what_each_was_worth() -> None:
    assert (Advisers(ROWS, HORIZON, 2, ASSETS).trust == 1).all()
    np.testing.assert_allclose(lived((1.0, 0.3)).trust, [[1.0, 0.3]] * ROWS, atol=0.12)


def test_who_was_wrong_is_not_heard_and_never_believed_the_other_way_round() -> None:
    assert lived((-1.0, 1.0)).trust.tolist() == [[0.0, pytest.approx(1, abs=0.12)]] * ROWS


def test_who_says_too_little_is_heard_louder_up_to_a_limit() -> None:
    trust = lived((1.25, 4.0)).trust
    assert (np.abs(trust[:, 0] - 1.25) < 0.12).all()
    assert (trust[:, 1] == LARGEST_WEIGHT).all()


def test_an_adviser_is_judged_by_what_the_other_left() -> None:
    """Two who say the same half of the outcome each are both right; each alone would have to say twice as much."""
    made, draw = Advisers(ROWS, HORIZON, 2, ASSETS), np.random.default_rng(2)
    results = draw.normal(0, 0.5, (600, ASSETS)).astype(np.float32)
    for step, result in enumerate(results, start=1):
        made.listen(step, np.tile(result / 2, (ROWS, 2, 1)))
        if step > HORIZON:
            made.learn(Outcomes(step - HORIZON, HORIZON, results[step - HORIZON - 1]), ALL)
    np.testing.assert_allclose(made.trust, 1, atol=0.05)


def test_a_forecast_is_the_weighted_sum_within_two_standard_deviations() -> None:
    made = lived((1.0, 0.3))
    said = np.array([[[0.5, -0.25], [0.5, 1.0]]] * ROWS, dtype=np.float32)
    np.testing.assert_allclose(made.listen(1, said), (made.trust[:, :, None] * said).sum(axis=1), rtol=1e-6)
    assert (made.listen(2, 9 * said)[:, 0] == LARGEST_FORECAST).all()
    assert (made.listen(3, -9 * said)[:, 0] == -LARGEST_FORECAST).all()


def test_a_row_that_was_not_there_learns_nothing_and_one_that_arrives_trusts_all_alike() -> None:
    made = lived((0.0, 1.0), judged=np.array([True, False]))
    assert (made.trust[1] == 1).all()
    assert made.trust[0, 0] < 0.2
    made.forget(np.array([0]))
    assert (made.trust == 1).all()
    assert identical(made.said[:, 0], np.zeros_like(made.said[:, 0]))
    assert made.said[:, 1].all()
