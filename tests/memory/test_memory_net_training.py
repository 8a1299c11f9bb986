from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from freeagentics.arrays import F32  # noqa: E402
from freeagentics.errors import BadInput  # noqa: E402
from freeagentics.memory.codec.nets import FeatureGroupedVAE, load_net, save_net  # noqa: E402
from freeagentics.memory.codec.training.net_figures import net_figures  # noqa: E402
from freeagentics.memory.codec.training.nets import NetSettings, fit_net, train_net  # noqa: E402

torch.set_num_threads(1)

GROUPS = {"prices": (0, 8, 1.0), "volumes": (8, 16, 1.0), "positions": (16, 24, 1.0)}
LEVELS = (0.1, 0.3, 0.7, 1.0, 1.3, 1.6, 2.0)
ROWS = 1200


@lru_cache
def linear(factors: int = 6, noise: float = 0.05) -> F32:
    """States (n, 24) of factors that run across the groups."""
    rng = np.random.default_rng(0)
    mixed = rng.normal(size=(ROWS, factors)) @ rng.normal(size=(factors, 24))
    return np.asarray(mixed + noise * rng.normal(size=mixed.shape), np.float32)


def curved() -> F32:
    """States (n, 24) on a curved surface of two dimensions."""
    rng = np.random.default_rng(1)
    angle = rng.uniform(-3, 3, size=(ROWS, 2)) @ rng.normal(size=(2, 24)) * 0.7
    return np.asarray(np.sin(angle + rng.normal(size=24)) + 0.02 * rng.normal(size=angle.shape), np.float32)


def fitted(states: F32, **settings: Any) -> FeatureGroupedVAE:
    return fit_net(states[:-200], GROUPS, NetSettings(**{"latents": 6, "steps": 20, "batch": 64, "hidden": 32, **settings}))


def errors(net: FeatureGroupedVAE, states: F32) -> Mapping[str, float]:
    found = net_figures(net, states[:-200], states[-200:], {})[""]
    return {"net": found.error**2, "principal": found.principal_error**2, "bits": found.bits}


@pytest.mark.parametrize("latents", [6, 12])
def test_on_linear_states_a_net_is_about_as_good_as_principal_components(latents: int) -> None:
    found = errors(fitted(linear(), latents=latents, steps=100), linear())
    assert found["net"] <= 1.2 * found["principal"]


def test_on_curved_states_a_net_is_better_than_principal_components() -> None:
    found = errors(fitted(curved(), latents=4, steps=400), curved())
    assert found["net"] < 0.9 * found["principal"]


def test_a_level_is_a_rate_bits_fall_and_the_error_rises_with_it() -> None:
    found = [errors(fitted(linear(), level=level), linear()) for level in LEVELS]
    bits, error = [one["bits"] for one in found], [one["net"] for one in found]
    assert bits == sorted(bits, reverse=True)
    assert error == sorted(error)
    assert len(set(bits)) == len(set(error)) == len(LEVELS)


def test_a_net_at_another_level_needs_no_training() -> None:
    fine = fitted(linear(), level=0.3)
    coarse = fine.at_level(0.9)
    assert errors(coarse, linear())["bits"] < errors(fine, linear())["bits"]
    assert errors(coarse, linear())["net"] > errors(fine, linear())["net"]


def test_a_level_with_other_projections_needs_training() -> None:
    with pytest.raises(ValueError, match="must be trained"):
        fitted(linear(), level=1.0).at_level(2.0)


def test_what_is_trained_further_is_no_worse_and_leaves_the_one_given_as_it_was() -> None:
    net = fitted(curved(), steps=5)
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    better = train_net(net, curved()[:-200], NetSettings(steps=100, batch=64))
    assert all(torch.equal(tensor, before[name]) for name, tensor in net.state_dict().items())
    assert errors(better, curved())["net"] < errors(net, curved())["net"]


def test_the_same_states_settings_and_seed_give_the_same_net() -> None:
    one, same, other = (fitted(curved(), seed=seed).state_dict() for seed in (3, 3, 4))
    assert all(torch.equal(tensor, same[name]) for name, tensor in one.items())
    assert any(not torch.equal(tensor, other[name]) for name, tensor in one.items())


def test_a_saved_net_decodes_as_it_did(tmp_path: Any) -> None:
    net = fitted(curved())
    save_net(net, tmp_path / "net.safetensors")
    again = load_net(tmp_path / "net.safetensors")
    codes = net.encode(torch.as_tensor(curved()[:5]))
    assert torch.equal(again.decode(codes), again.decode(codes))
    assert torch.equal(again.decode(codes), net.decode(codes))


def test_another_number_of_features_is_refused() -> None:
    net = fitted(linear())
    with pytest.raises(ValueError, match="24 numbers each are needed, these have 25"):
        net.encode(torch.zeros(3, 25))
    with pytest.raises(BadInput, match="this net takes 24"):
        train_net(net, np.zeros((30, 25), np.float32), NetSettings())


@pytest.mark.parametrize(
    ("states", "settings", "message"),
    [
        (np.zeros((19, 24), np.float32), {}, "at least 20 rows"),
        (np.ones((40, 24), np.float32), {}, "nothing to learn"),
        (np.where(np.eye(40, 24) > 0, np.nan, 1).astype(np.float32), {}, "row 0, column 0 is nan"),
        (np.eye(40, 24, dtype=np.float32), {"latents": 25}, "25 latents for 24 features"),
        (np.eye(40, 24, dtype=np.float32), {"latents": 2}, "each needs one"),
        (np.eye(40, 24, dtype=np.float32), {"device": "cuda:99"}, "cuda:99"),
    ],
)
def test_states_that_nothing_can_be_learned_from_are_refused(states: F32, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        fit_net(states, GROUPS, NetSettings(**settings))
