from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.arrays import F32, I64, Mask
from freeagentics.mind import SourceBandit
from freeagentics.randomness import generator

ROWS, CONTEXTS, SOURCES, ASSETS = 64, 3, 3, 4
FREE, GOOD, NOISE = range(SOURCES)
FREE_MASK = np.array([True, False, False])
COST = np.tile(np.array([0, 0.02, 0.02], np.float32), (ROWS, 1))
EVERYONE = np.ones(ROWS, np.bool_)


def bandit(*, seed: int = 1) -> SourceBandit:
    random = generator(seed, "test/temper")
    return SourceBandit(
        random.uniform(0.005, 0.02, ROWS).astype(np.float32),
        random.uniform(0.02, 0.1, ROWS).astype(np.float32),
        CONTEXTS,
        random.normal(0.1, 0.05, (ROWS, SOURCES)).astype(np.float32),
    )


def reality(seed: int, step: int) -> tuple[F32, F32]:
    """Directions (sources, assets), and a result (assets,) that the good source tells and the others do not."""
    random = generator(seed, "test/reality", step=step)
    directions = random.uniform(-1, 1, (SOURCES, ASSETS)).astype(np.float32)
    return directions, (0.8 * directions[GOOD] + random.normal(0, 0.6, ASSETS)).astype(np.float32)


def context_at(step: int) -> I64:
    return (np.arange(ROWS) + step) % CONTEXTS


def lived(learner: SourceBandit, steps: int, *, seed: int = 1) -> tuple[Mask, F32]:
    """Choose, read and learn for some steps. The last choice, and the share of steps in which each source was read, both (rows, S)."""
    read_steps = np.zeros((ROWS, SOURCES), np.float32)
    read: Mask = np.zeros((ROWS, SOURCES), np.bool_)
    for step in range(steps):
        uniform = generator(seed, "test/explore", step=step).random((ROWS, SOURCES)).astype(np.float32)
        read, _ = learner.choose(learner.values_in(context_at(step)) > 0, FREE_MASK, uniform)
        directions, result = reality(seed, step)
        learner.learn(context_at(step), directions, read, result, COST, EVERYONE)
        read_steps += read
    return read, read_steps / np.float32(steps)


def test_a_source_that_predicts_comes_to_be_read_and_one_that_is_noise_and_costs_does_not() -> None:
    learner = bandit()
    learner.value[:, :, NOISE] = 0.5
    lived(learner, 2500)
    _, share = lived(learner, 300, seed=2)
    assert (share[:, GOOD] > 0.9).mean() > 0.95
    assert (share[:, NOISE] < 0.3).mean() > 0.95
    assert (share[:, FREE] == 1).all()


def test_the_weight_of_a_source_comes_to_what_its_hints_say() -> None:
    learner = bandit()
    lived(learner, 2500)
    assert abs(learner.weight[:, :, GOOD].mean() - 0.8) < 0.1
    assert abs(learner.weight[:, :, FREE].mean()) < 0.1
    assert learner.success_rate[:, :, GOOD].mean() > 0.7


def test_what_holds_in_one_context_only_is_learned_there_only() -> None:
    learner = bandit()
    read = np.ones((ROWS, SOURCES), np.bool_)
    here, there = np.zeros(ROWS, np.int64), np.ones(ROWS, np.int64)
    for step in range(400):
        directions, result = reality(3, step)
        learner.learn(here, directions, read, result, COST, EVERYONE)
        learner.learn(there, directions, read, -result, COST, EVERYONE)
    assert learner.weight[:, 0, GOOD].mean() > 0.5
    assert learner.weight[:, 1, GOOD].mean() < -0.5
    assert (learner.calls[:, 2] == 0).all()


@given(st.integers(0, 2**31))
def test_free_sources_are_always_read_and_what_is_explored_is_read(seed: int) -> None:
    random = np.random.default_rng(seed)
    learner = bandit()
    learner.value[:] = random.normal(0, 0.1, learner.value.shape)
    free = random.random(SOURCES) < 0.5
    wanted = learner.values_in(context_at(seed)) > 0
    read, explored = learner.choose(wanted, free, random.random((ROWS, SOURCES), np.float32))
    assert read[:, free].all()
    assert not explored[:, free].any()
    assert (read | ~explored).all()
    assert (wanted == (learner.value[np.arange(ROWS), context_at(seed)] > 0)).all()
    assert (read == (wanted | explored | free)).all()
    assert not (explored & wanted).any()


def test_exploring_happens_at_each_agents_own_rate() -> None:
    learner = bandit()
    learner.value[:] = -1
    explored = np.zeros((ROWS, SOURCES))
    for step in range(3000):
        uniform = generator(5, "test/explore", step=step).random((ROWS, SOURCES)).astype(np.float32)
        explored += learner.choose(learner.values_in(context_at(step)) > 0, FREE_MASK, uniform)[1]
    np.testing.assert_allclose(explored[:, [GOOD, NOISE]].mean(axis=1) / 3000, learner.exploration_rate, atol=0.015)


def random_past(seed: int) -> tuple[SourceBandit, I64, F32, Mask, F32, Mask]:
    """A bandit that has lived, and something for it to learn: context, directions, read, result, judged."""
    random = np.random.default_rng(seed)
    learner = bandit(seed=seed)
    lived(learner, 5, seed=seed)
    directions = random.uniform(-1, 1, (SOURCES, ASSETS)).astype(np.float32)
    result = random.normal(0, 2, ASSETS).astype(np.float32)
    return learner, random.integers(0, CONTEXTS, ROWS), directions, random.random((ROWS, SOURCES)) < 0.5, result, random.random(ROWS) < 0.5


@given(st.integers(0, 2**31))
def test_learning_touches_only_what_was_read_by_rows_that_are_judged(seed: int) -> None:
    learner, context, directions, read, result, judged = random_past(seed)
    before = learner.state()
    reward = learner.learn(context, directions, read, result, COST, judged)
    touched = np.zeros((ROWS, CONTEXTS, SOURCES), np.bool_)
    touched[np.arange(ROWS), context] = read & judged[:, None]
    for name in ("weight", "precision", "value", "success_rate", "calls"):
        after = learner.state()[name]
        assert after[~touched].tobytes() == before[name][~touched].tobytes(), name
    assert (learner.calls[touched] == before["calls"][touched] + 1).all()
    assert (reward[~(read & judged[:, None])] == 0).all()


@given(st.integers(0, 2**31))
def test_the_reward_is_the_squared_error_saved_less_the_cost(seed: int) -> None:
    learner, context, directions, read, result, judged = random_past(seed)
    row = seed % ROWS
    weight = learner.weight[row, context[row]].astype(np.float64) * read[row]
    error = result - weight @ directions
    reward = learner.learn(context, directions, read, result, COST, judged)
    for source in range(SOURCES):
        if read[row, source] and judged[row]:
            saved = np.mean((error + weight[source] * directions[source]) ** 2 - error**2)
            np.testing.assert_allclose(reward[row, source], saved - COST[row, source], atol=1e-4)


def test_the_forecast_is_linear_in_the_hints_read() -> None:
    learner, context, directions, read, _, _ = random_past(4)
    expected = np.einsum("rs,sa->ra", learner.weight[np.arange(ROWS), context] * read, directions)
    np.testing.assert_allclose(learner.forecast(context, directions, read), expected, atol=1e-6)
    assert (learner.forecast(context, directions, np.zeros_like(read)) == 0).all()


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_a_result_that_is_no_number_stays_out_of_rows_that_are_not_judged(broken: float) -> None:
    learner, context, directions, read, result, judged = random_past(6)
    before = learner.state()
    with np.errstate(invalid="ignore", over="ignore"):
        learner.learn(context, directions, read, np.full_like(result, broken), COST, judged)
    for name, array in learner.state().items():
        if array.ndim == 3:
            assert array[~judged].tobytes() == before[name][~judged].tobytes()


def test_rows_that_are_forgotten_are_as_they_were_born_and_others_go_on() -> None:
    learner, born = bandit(), bandit()
    lived(learner, 200)
    before = learner.state()
    rows = np.array([0, 5])
    learner.forget(rows)
    others = np.setdiff1d(np.arange(ROWS), rows)
    for name, array in learner.state().items():
        assert array[rows].tobytes() == born.state()[name][rows].tobytes(), name
        assert array[others].tobytes() == before[name][others].tobytes(), name


def test_a_bandit_that_was_saved_and_loaded_goes_on_to_the_bit() -> None:
    original = bandit()
    lived(original, 100)
    copy = bandit()
    copy.load(original.state())
    lived(original, 50, seed=2)
    lived(copy, 50, seed=2)
    for name, array in original.state().items():
        assert copy.state()[name].tobytes() == array.tobytes()
