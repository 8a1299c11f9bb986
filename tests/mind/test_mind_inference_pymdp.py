"""Agreement with the reference implementation of active inference, pymdp (`inferactively-pymdp` 1.x), in float64."""

from __future__ import annotations

import importlib.util
import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from freeagentics.arrays import AnyArray
from freeagentics.mind import GenerativeModel, evaluate_policies, infer_states
from freeagentics.randomness import generator

pytestmark = pytest.mark.skipif(importlib.util.find_spec("pymdp") is None, reason="pymdp is the reference: install freeagentics[test]")

Arrays = dict[str, AnyArray]

MODELS, ROWS, GAMMA = 34, 2, 16.0
"""Models of each shape, beliefs under each model, and precision."""

SHAPES = (
    (2, (2,), 2, 1),
    (8, (3, 4, 2), 5, 1),
    (64, (4, 3, 5), 3, 1),
    (2, (3, 2), 3, 2),
    (7, (5,), 6, 2),
    (32, (3, 3, 4), 4, 2),
)
"""States, observations of each modality, actions, horizon."""


def group(index: int) -> Arrays:
    """Models of one shape, each repeated for its rows: blunt and sharp ones, in part with impossible observations and moves."""
    states, observations, actions, horizon = SHAPES[index]
    random = generator(11, "test/pymdp", step=index)

    def distributions(*shape: int) -> AnyArray:
        """Distributions along the second axis, one batch a model."""
        weights = random.gamma(random.uniform(0.1, 3, (MODELS, 1) + (1,) * (len(shape) - 1)), size=(MODELS, *shape))
        weights[random.random(weights.shape) < 0.15 * random.integers(0, 2)] = 0
        weights[:, 0] += 1e-3
        return np.repeat(weights / weights.sum(axis=1, keepdims=True), ROWS, axis=0)

    batch = MODELS * ROWS
    prior = random.dirichlet(np.full(states, 0.5), batch)
    prior[random.random(prior.shape) < 0.1] = 0
    given: Arrays = {
        "B": distributions(states, states, actions),
        "E": random.dirichlet(np.ones(actions**horizon), batch),
        "prior": prior,
        "observations": np.stack([random.integers(0, size, batch) for size in observations], axis=1),
        "horizon": np.asarray(horizon),
        "gamma": np.asarray(GAMMA),
    }
    for modality, size in enumerate(observations):
        given[f"A{modality}"] = distributions(size, states)
        given[f"C{modality}"] = np.repeat(random.normal(0, 2, (MODELS, size)), ROWS, axis=0)
    return given


def ours(given: Arrays) -> Arrays:
    found: dict[str, list[AnyArray]] = {"posterior": [], "chosen": [], "value": []}
    modalities, states = range(given["observations"].shape[1]), given["prior"].shape[1]
    for start in range(0, MODELS * ROWS, ROWS):
        rows = slice(start, start + ROWS)
        likelihoods, preferences = ([given[f"{letter}{m}"][start] for m in modalities] for letter in "AC")
        model = GenerativeModel(likelihoods, given["B"][start], preferences, np.full(states, 1 / states))
        posterior = infer_states(model, given["observations"][rows], given["prior"][rows])
        chosen, value = evaluate_policies(model, posterior, int(given["horizon"]), GAMMA, np.log(given["E"][rows]))
        for name, part in (("posterior", posterior), ("chosen", chosen), ("value", value)):
            found[name].append(part)
    return {name: np.concatenate(parts) for name, parts in found.items()}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Arrays]:
    folder = tmp_path_factory.mktemp("pymdp")
    given = {f"{index}/{name}": array for index in range(len(SHAPES)) for name, array in group(index).items()}
    np.savez(folder / "given.npz", **given)  # type: ignore[arg-type]
    script = Path(__file__).with_name("pymdp_reference.py")
    subprocess.run([sys.executable, str(script), str(folder / "given.npz"), str(folder / "found.npz")], check=True)
    found: dict[int, Arrays] = {index: {} for index in range(len(SHAPES))}
    with np.load(folder / "found.npz", allow_pickle=False) as arrays:
        for key in arrays.files:
            index, _, name = key.partition("/")
            found[int(index)][name] = arrays[key]
    return found


@pytest.mark.parametrize("index", range(len(SHAPES)), ids=lambda index: str(SHAPES[index]))
def test_posteriors_and_policies_agree_with_pymdp_to_five_decimals(reference: dict[int, Arrays], index: int) -> None:
    found = ours(group(index))
    for name in ("posterior", "chosen", "value"):
        np.testing.assert_allclose(found[name], reference[index][name], rtol=0, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("index", range(len(SHAPES)), ids=lambda index: str(SHAPES[index]))
def test_policies_are_in_the_order_of_pymdp_which_is_lexicographic(reference: dict[int, Arrays], index: int) -> None:
    _, _, actions, horizon = SHAPES[index]
    assert reference[index]["policies"].tolist() == [list(policy) for policy in itertools.product(range(actions), repeat=horizon)]


def test_at_least_two_hundred_models_are_compared() -> None:
    assert MODELS * len(SHAPES) >= 200
