from __future__ import annotations

import itertools
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freeagentics.arrays import F32, F64, I64, AnyArray
from freeagentics.errors import BadInput
from freeagentics.mind import GenerativeModel, evaluate_policies, infer_states
from freeagentics.mind.likelihood import FLOOR, likelihood_tables

ROWS = 6


def random_parts(seed: int) -> tuple[list[F64], F64, list[F64], F64]:
    """A, B, C, D of a random model: 2 to 9 states, 1 to 3 modalities, 1 to 4 actions."""
    random = np.random.default_rng(seed)
    states, modalities, actions = random.integers(2, 10), random.integers(1, 4), random.integers(1, 5)
    sharpness = random.choice([0.1, 1.0, 10.0])
    sizes = random.integers(1, 6, modalities)
    likelihoods = [random.dirichlet(np.full(size, sharpness), states).T for size in sizes]
    transitions = np.moveaxis(random.dirichlet(np.full(states, sharpness), (states, actions)), 2, 0)
    return likelihoods, transitions, [random.normal(0, 2, size) for size in sizes], random.dirichlet(np.ones(states))


def random_world(seed: int) -> tuple[GenerativeModel, I64, F32]:
    """A model, observations of which some were not made, and priors."""
    model = GenerativeModel(*random_parts(seed))
    random = np.random.default_rng(seed + 1)
    observations = np.stack([random.integers(-1, size, ROWS) for size in model.sizes], axis=1)
    return model, observations, random.dirichlet(np.ones(model.states), ROWS).astype(np.float32)


def plain_model(**changed: Any) -> GenerativeModel:
    """Two states, two modalities, two actions."""
    parts: dict[str, Any] = {
        "A": [np.array([[0.9, 0.2], [0.1, 0.8]]), np.array([[0.5, 0.1], [0.3, 0.1], [0.2, 0.8]])],
        "B": np.stack([np.eye(2), np.eye(2)[::-1]], axis=2),
        "C": [np.array([1.0, -1.0]), np.zeros(3)],
        "D": np.array([0.5, 0.5]),
    }
    return GenerativeModel(**(parts | changed))


seeds = st.integers(0, 2**31)


@given(seeds)
def test_a_posterior_is_bayes_rule_row_by_row_over_what_was_observed(seed: int) -> None:
    model, observations, prior = random_world(seed)
    expected = prior.astype(np.float64)
    for row, seen in enumerate(observations):
        for likelihood, observation in zip(model.A, seen, strict=True):
            if observation >= 0:
                expected[row] *= np.maximum(likelihood[observation], FLOOR)
    expected /= expected.sum(axis=1, keepdims=True)
    posterior = infer_states(model, observations, prior)
    np.testing.assert_allclose(posterior, expected, atol=2e-6)
    np.testing.assert_allclose(posterior.sum(axis=1), 1, atol=1e-6)


def test_modalities_share_a_table_as_long_as_it_fits_in_a_megabyte() -> None:
    def slices(sizes: list[int], states: int) -> list[tuple[int, int]]:
        found = likelihood_tables([np.full((size, states), 1 / size) for size in sizes])
        assert all(len(table.likelihood) * states <= 2**18 for table in found)
        return [(table.modalities.start, table.modalities.stop) for table in found]

    assert slices([63, 63, 1], 64) == [(0, 2), (2, 3)]  # 64 * 64 * 64 entries just fit
    assert slices([63, 64, 1], 64) == [(0, 1), (1, 3)]
    assert slices([1, 1, 1], 2) == [(0, 3)]


@given(seeds)
def test_relabelled_states_give_relabelled_posteriors_and_the_same_policies(seed: int) -> None:
    model, observations, prior = random_world(seed)
    order = np.random.default_rng(seed).permutation(model.states)
    relabelled = GenerativeModel([A[:, order] for A in model.A], model.B[order][:, order], model.C, model.D[order])
    posterior = infer_states(model, observations, prior)
    other = infer_states(relabelled, observations, prior[:, order])
    np.testing.assert_allclose(other, posterior[:, order], atol=1e-6)
    for one, two in zip(evaluate_policies(model, posterior, 2), evaluate_policies(relabelled, other, 2), strict=True):
        np.testing.assert_allclose(two, one, atol=3e-5)


@given(seeds)
def test_what_says_the_same_in_every_state_and_what_was_not_observed_leave_the_prior(seed: int) -> None:
    model, observations, prior = random_world(seed)
    uniform = GenerativeModel([np.full_like(A, 1 / len(A)) for A in model.A], model.B, model.C, model.D)
    np.testing.assert_allclose(infer_states(uniform, np.maximum(observations, 0), prior), prior, atol=1e-6)
    np.testing.assert_allclose(infer_states(model, np.full_like(observations, -7), prior), prior, atol=1e-6)


@given(seeds, st.integers(1, 3))
def test_without_preferences_the_value_is_information_and_never_negative(seed: int, horizon: int) -> None:
    model, _, belief = random_world(seed)
    nothing = [np.zeros_like(C) for C in model.C]
    curious = GenerativeModel(model.A, model.B, nothing, model.D)
    assert evaluate_policies(curious, belief, horizon)[1].min() > -2e-6
    blind = GenerativeModel([np.repeat(A[:, :1], model.states, axis=1) for A in model.A], model.B, nothing, model.D)
    np.testing.assert_allclose(evaluate_policies(blind, belief, horizon)[1], 0, atol=3e-6)


def brute_force(model: GenerativeModel, belief: F64, horizon: int) -> F64:
    """Negative expected free energy, policy by policy and step by step, as the literature writes it: KL terms over real posteriors."""
    values = []
    for policy in itertools.product(range(model.actions), repeat=horizon):
        state, value = belief, 0.0
        for action in policy:
            state = model.B[:, :, action] @ state
            for likelihood, preference in zip(model.A, model.C, strict=True):
                joint = likelihood * state
                expected = joint.sum(axis=1, keepdims=True)
                with np.errstate(divide="ignore", invalid="ignore"):
                    gain = joint * np.log(joint / (expected * state))
                value += float(np.nansum(gain)) + float(preference @ expected[:, 0])
        values.append(value)
    return np.array(values)


@settings(max_examples=40)
@given(seeds, st.integers(1, 3))
def test_the_value_of_a_policy_is_expected_preference_and_information_gain_step_by_step(seed: int, horizon: int) -> None:
    model, _, belief = random_world(seed)
    _, value = evaluate_policies(model, belief, horizon)
    for row in range(2):
        exact = belief[row].astype(np.float64)
        np.testing.assert_allclose(value[row], brute_force(model, exact, horizon), atol=1e-5)


@given(seeds, st.floats(0, 32), st.booleans())
def test_the_policy_posterior_is_the_softmax_of_value_and_habit(seed: int, gamma: float, shared: bool) -> None:
    model, _, belief = random_world(seed)
    habit = np.random.default_rng(seed).normal(0, 3, (ROWS, model.actions**2))
    habit = habit[0] if shared else habit
    chosen, value = evaluate_policies(model, belief, 2, gamma, habit)
    logits = gamma * value.astype(np.float64) + habit
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    np.testing.assert_allclose(chosen, weights / weights.sum(axis=1, keepdims=True), atol=2e-5)
    assert chosen.shape == value.shape == (ROWS, model.actions**2)


def test_policies_are_single_actions_chosen_with_a_precision_of_16_unless_told_otherwise() -> None:
    model, _, belief = random_world(3)
    for one, other in zip(evaluate_policies(model, belief), evaluate_policies(model, belief, 1, 16.0), strict=True):
        assert np.array_equal(one, other)


def test_a_forbidden_policy_is_never_chosen_and_one_must_be_left() -> None:
    belief = np.full((3, 2), 0.5, np.float32)
    chosen, _ = evaluate_policies(plain_model(), belief, log_prior=np.array([-np.inf, 0]))
    assert (chosen == np.array([0, 1])).all()
    with pytest.raises(BadInput, match="forbids every policy"):
        evaluate_policies(plain_model(), belief, log_prior=np.array([[0, 0], [-np.inf, -np.inf], [0, 0]]))


@pytest.mark.parametrize("modalities", [1, 2, 3, 40])
def test_what_the_model_holds_impossible_still_leaves_a_distribution(modalities: int) -> None:
    certain = GenerativeModel([np.eye(3)] * modalities, np.eye(3)[:, :, None], [np.zeros(3)] * modalities, np.eye(3)[0])
    prior = np.array([[1, 0, 0], [0, 0, 0], [0.5, 0.5, 0], [1e-30, 1, 0]], np.float32)
    for observations in itertools.islice(itertools.product(range(3), repeat=modalities), 81):
        posterior = infer_states(certain, np.tile(np.array(observations), (4, 1)), prior)
        assert np.isfinite(posterior).all()
        np.testing.assert_allclose(posterior.sum(axis=1), 1, atol=1e-6)


def test_an_observation_that_was_held_impossible_moves_the_belief_to_the_state_that_makes_it() -> None:
    certain = GenerativeModel([np.eye(3)] * 2, np.eye(3)[:, :, None], [np.zeros(3)] * 2, np.eye(3)[0])
    posterior = infer_states(certain, np.array([[1, 1]]), np.array([[1, 0, 0]], np.float32))
    np.testing.assert_allclose(posterior, [[0, 1, 0]], atol=1e-6)


def test_modalities_too_many_for_one_table_say_what_they_say_in_one() -> None:
    random = np.random.default_rng(3)
    likelihoods = [random.dirichlet(np.ones(9), 8).T for _ in range(7)]
    model = GenerativeModel(likelihoods, np.eye(8)[:, :, None], [np.zeros(9)] * 7, np.full(8, 1 / 8))
    assert len(model.likelihoods) > 1
    observations = random.integers(-1, 9, (50, 7))
    prior = random.dirichlet(np.ones(8), 50).astype(np.float32)
    posterior = prior
    for modality in range(7):
        alone = GenerativeModel(likelihoods[modality : modality + 1], model.B, model.C[:1], model.D)
        posterior = infer_states(alone, observations[:, modality : modality + 1], posterior)
    np.testing.assert_allclose(infer_states(model, observations, prior), posterior, atol=1e-5)


@given(seeds, st.integers(0, ROWS - 1), st.sampled_from([1, 300]))
def test_a_row_does_not_depend_on_the_other_rows_to_the_bit_even_where_they_are_broken(seed: int, row: int, times: int) -> None:
    model, observations, prior = random_world(seed)
    observations, prior = np.tile(observations, (times, 1)), np.tile(prior, (times, 1))
    other_observations, other_prior = np.full_like(observations, -1), np.full_like(prior, np.nan)
    other_observations[row], other_prior[row] = observations[row], prior[row]
    posterior, lonely = infer_states(model, observations, prior), infer_states(model, other_observations, other_prior)
    assert lonely[row].tobytes() == posterior[row].tobytes()
    assert np.isnan(np.delete(lonely, row, axis=0)).all()
    for one, two in zip(evaluate_policies(model, posterior, 2), evaluate_policies(model, lonely, 2), strict=True):
        assert one[row].tobytes() == two[row].tobytes()
        assert np.isnan(np.delete(two, row, axis=0)).all()


def test_a_cohort_of_many_blocks_is_worth_what_its_rows_are_alone() -> None:
    model, _, prior = random_world(5)
    belief = np.tile(prior, (4000, 1))
    for many, few in zip(evaluate_policies(model, belief, 3), evaluate_policies(model, prior, 3), strict=True):
        np.testing.assert_allclose(many, np.tile(few, (4000, 1)), atol=2e-5)


def test_no_rows_are_no_trouble() -> None:
    model = plain_model()
    posterior = infer_states(model, np.empty((0, 2), np.int64), np.empty((0, 2), np.float32))
    chosen, value = evaluate_policies(model, posterior)
    assert posterior.shape == chosen.shape == value.shape == (0, 2)


def test_what_is_given_stays_as_it_was_and_the_model_cannot_be_changed() -> None:
    belief, observations = np.full((3, 2), 0.5, np.float32), np.array([[0, -5]] * 3)
    model = plain_model()
    evaluate_policies(model, infer_states(model, observations, belief))
    assert (belief == 0.5).all()
    assert (observations == [0, -5]).all()
    arrays: list[AnyArray] = [*model.A, model.B, *model.C, model.D, model.sizes, model.likelihoods[0].likelihood, model.policies(1).matrix]
    for array in arrays:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(FrozenInstanceError):
        model.B = model.B  # type: ignore[misc]


def test_probabilities_are_normalised_within_the_tolerance() -> None:
    model = plain_model(D=np.array([0.5, 0.50005]))
    assert model.D.sum() == 1
    assert repr(model) == "GenerativeModel(states=2, actions=2, observations=[2, 3])"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"D": np.array([0.5, 0.6])}, "D must sum to 1 over its first axis; somewhere it sums to 1.1"),
        ({"D": np.array([])}, r"D has shape \(0,\); expected \(states\)"),
        ({"D": np.array([1.5, -0.5])}, "D has negative probabilities, down to -0.5"),
        ({"B": np.eye(2)}, r"B has shape \(2, 2\); expected \(2, 2, actions\)"),
        ({"B": np.full((2, 2, 2), np.nan)}, "B has entries that are not finite"),
        ({"B": np.full((2, 2, 2), 0.4)}, "B must sum to 1 over its first axis; somewhere it sums to 0.8"),
        ({"B": "none"}, r"B is not an array of numbers of shape \(2, 2, actions\)"),
        ({"A": [], "C": []}, "A has 0 modalities and C 0; both need the same, at least one"),
        ({"C": [np.zeros(2)]}, "A has 2 modalities and C 1"),
        ({"C": [np.zeros(2), np.zeros(2)]}, r"C\[1\] has shape \(2,\); expected \(3\)"),
        ({"C": [np.array([0, -np.inf]), np.zeros(3)]}, r"C\[0\] has entries that are not finite"),
        ({"A": [np.full((2, 2), 0.5), np.full((2, 3), 0.5)]}, r"A\[1\] has shape \(2, 3\); expected \(observations, 2\)"),
        ({"A": [[[0.5, 0.5], [0.5]], np.full((3, 2), 1 / 3)]}, r"A\[0\] is not an array of numbers"),
    ],
)
def test_a_model_that_does_not_hold_together_is_refused_in_one_clear_line(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        plain_model(**changed)


@pytest.mark.parametrize(
    ("observations", "prior", "said"),
    [
        (np.array([[0, 3]]), np.ones((1, 2)), "observation 3 in row 0: modality 1 has 3, 0 to 2"),
        (np.array([[0, 1, 0]]), np.ones((1, 2)), r"observations are int64\(1, 3\); expected integers \(rows, 2\)"),
        (np.array([[0.0, 1.0]]), np.ones((1, 2)), "observations are float64"),
        (np.array([[0, 1]]), np.ones((1, 3)), r"prior has shape \(1, 3\); expected \(rows, 2\)"),
        (np.array([[0, 1]]), np.ones((2, 2)), "1 rows of observations and 2 of prior"),
    ],
)
def test_observations_and_priors_that_do_not_fit_are_refused(observations: Any, prior: Any, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        infer_states(plain_model(), observations, prior)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"horizon": 0}, "horizon 0 with 2 actions"),
        ({"horizon": 13}, "at most 4096 policies"),
        ({"horizon": 10**9}, "at most 4096 policies"),
        ({"horizon": 1.5}, "horizon 1.5 "),
        ({"gamma": -1.0}, "gamma -1.0 must be finite and at least 0"),
        ({"gamma": np.nan}, "gamma nan must be finite"),
        ({"log_prior": np.zeros(3)}, r"log_prior has shape \(3,\); expected \(2,\) or \(4, 2\)"),
    ],
)
def test_policies_that_cannot_be_evaluated_are_refused(how: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        evaluate_policies(plain_model(), np.full((4, 2), 0.5, np.float32), **how)
