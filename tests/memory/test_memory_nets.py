from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import Tensor, nn  # noqa: E402

from freeagentics.benchmarks.codec_nets import HARD, Separate, parameters  # noqa: E402
from freeagentics.errors import BadInput  # noqa: E402
from freeagentics.memory.codec.adapters import Adapters  # noqa: E402
from freeagentics.memory.codec.nets import (  # noqa: E402
    AdaptiveEntropyBottleneck,
    FeatureGroupedVAE,
    PriorNet,
    load_net,
    save_net,
    vae_loss,
)
from freeagentics.memory.codec.nets.losses import kl_loss, reconstruction_loss  # noqa: E402

# Other tests, and other processes, are at work: two threads that wait for each other are slower than one.
torch.set_num_threads(1)

LAYOUTS: dict[str, dict[str, tuple[int, int, float]]] = {
    "one": {"all": (0, 12, 0.3)},
    "even": {"a": (0, 4, 1.0), "b": (4, 8, 2.0), "c": (8, 12, 4.0)},
    "odd": {"first": (0, 1, 0.7), "rest": (1, 12, 1.5)},
}


def grouped(layout: str) -> Callable[[], nn.Module]:
    return lambda: FeatureGroupedVAE(12, 8, LAYOUTS[layout], base_compression_level=1.0)


def vae_objective(net: Any, states: Tensor) -> Tensor:
    return vae_loss(net(states), states, net.feature_groups, {"a": 0.3}, rate=1e-2, divergence=1e-3)


def squeezing(net: Any, states: Tensor) -> Tensor:
    squeezed = net(states)
    return (squeezed.latent - states).square().mean() + 1e-2 * squeezed.bits.mean()


def prior_bits(net: Any, states: Tensor) -> Tensor:
    # Without a most common value in it the log-odds would have nothing to learn but no.
    features = torch.where(states[:, 4:] > 0.8, torch.zeros(()), states[:, 4:])
    return net.bits(torch.cat([states[:, :4], features], dim=1), features, torch.full((8,), 0.2, device=states.device)).mean()


CASES: dict[str, tuple[Callable[[], nn.Module], Callable[[Any, Tensor], Tensor]]] = {
    **{f"FeatureGroupedVAE-{layout}": (grouped(layout), vae_objective) for layout in LAYOUTS},
    "AdaptiveEntropyBottleneck-plain": (lambda: AdaptiveEntropyBottleneck(12, 1.0), squeezing),
    "AdaptiveEntropyBottleneck-projected": (lambda: AdaptiveEntropyBottleneck(12, 3.0), squeezing),
    "PriorNet": (lambda: PriorNet(4, [3, 5], hidden=6), prior_bits),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> tuple[nn.Module, Callable[[Any, Tensor], Tensor]]:
    build, objective = CASES[request.param]
    torch.manual_seed(7)
    return build(), objective


def states(count: int = 64) -> Tensor:
    return torch.randn(count, 12, generator=torch.Generator().manual_seed(3))


def trained(net: nn.Module, objective: Callable[[Any, Tensor], Tensor], steps: int = 25) -> list[float]:
    """A plain training loop; the losses."""
    torch.manual_seed(11)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    losses = []
    for _ in range(steps):
        loss = objective(net, states())
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        losses.append(float(loss.detach()))
    return losses


def test_gradient_reaches_every_parameter(case: tuple[nn.Module, Callable[[Any, Tensor], Tensor]]) -> None:
    net, objective = case
    # Weights behind a layer of zeros get none in the first step: the last layers must have moved.
    trained(net, objective, steps=3)
    net.zero_grad()
    torch.autograd.backward(objective(net, states()))
    without = [name for name, parameter in net.named_parameters() if parameter.grad is None or not parameter.grad.any()]
    assert without == []


def test_training_makes_it_better_and_the_same_seed_the_same_net(case: tuple[nn.Module, Callable[[Any, Tensor], Tensor]]) -> None:
    net, objective = case
    twin = copy.deepcopy(net)
    losses = trained(net, objective)
    assert losses == trained(twin, objective)
    assert sum(losses[-5:]) < sum(losses[:5])


def test_it_is_saved_and_comes_back(case: tuple[nn.Module, Callable[[Any, Tensor], Tensor]], tmp_path: Path) -> None:
    net, objective = case
    trained(net, objective, steps=2)
    save_net(net, tmp_path / "net.safetensors")
    again = load_net(tmp_path / "net.safetensors")
    assert type(again) is type(net)
    assert again.get_config() == net.get_config()  # type: ignore[operator]
    net.eval()
    again.eval()
    assert torch.equal(objective(net, states()), objective(again, states()))


def test_it_moves_to_a_device(case: tuple[nn.Module, Callable[[Any, Tensor], Tensor]], tmp_path: Path) -> None:
    net, objective = case
    device = "cuda" if torch.cuda.is_available() else "cpu"
    save_net(net, tmp_path / "net.safetensors")
    again = load_net(tmp_path / "net.safetensors", device)
    assert {parameter.device.type for parameter in again.parameters()} == {device}
    assert torch.isfinite(objective(again, states().to(device)).detach())


@pytest.mark.parametrize("layout", LAYOUTS)
def test_shapes_of_states_alone_in_batches_and_stacked(layout: str) -> None:
    net: Any = grouped(layout)().eval()
    for shape in [(12,), (5, 12), (2, 3, 12)]:
        given = torch.randn(shape)
        codes = net.encode(given)
        assert codes.shape == (*shape[:-1], net.code_dim)
        assert torch.equal(codes, codes.round())
        assert net.decode(codes).shape == shape
        coded = net(given)
        assert coded.reconstruction.shape == shape
        assert coded.mean.shape == coded.log_scale.shape == (*shape[:-1], 8)
        assert coded.bits.shape == shape[:-1]
        assert torch.allclose(coded.reconstruction, net.decode(codes), atol=1e-5)


@pytest.mark.parametrize(
    ("level", "effective", "projects"), [(0.3, 20, False), (1.0, 20, False), (1.2, 17, True), (2.0, 10, True), (90, 1, True)]
)
def test_the_effective_dimension_follows_from_the_level(level: float, effective: int, projects: bool) -> None:
    net = AdaptiveEntropyBottleneck(20, level)
    assert net.effective_dim == effective
    assert net.use_projection is projects
    assert hasattr(net, "proj_down") is projects


def test_hard_compression_costs_fewer_bits() -> None:
    found = []
    for level in (1.0, 4.0):
        torch.manual_seed(0)
        net = AdaptiveEntropyBottleneck(12, level)
        trained(net, squeezing)
        found.append(float(net.eval()(4 * states()).bits.detach().mean()))
    assert found[1] < found[0]


@pytest.mark.parametrize(
    ("groups", "latents"),
    [({"a": (0, 5, 1.0)}, 4), ({"a": (1, 12, 1.0)}, 4), ({"a": (0, 8, 1.0), "b": (6, 12, 1.0)}, 4), ({"a": (0, 6, 1), "b": (6, 12, 1)}, 1)],
)
def test_groups_that_do_not_cover_the_features_are_refused(groups: dict[str, tuple[int, int, float]], latents: int) -> None:
    with pytest.raises(ValueError, match="group"):
        FeatureGroupedVAE(12, latents, groups)


@pytest.mark.parametrize("size", [0, -1])
def test_a_bottleneck_of_nothing_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="latent_dim"):
        AdaptiveEntropyBottleneck(size)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\x08\0\0\0\0\0\0\0{}"])
def test_a_file_of_anything_else_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    path.write_bytes(data)
    with pytest.raises(BadInput, match="not a net"):
        load_net(path)


def test_sharing_and_low_rank_save_parameters() -> None:
    assert parameters(FeatureGroupedVAE(48, 32, HARD)) <= 0.5 * parameters(Separate(48, 32, HARD))


def test_an_adapter_has_a_twentieth_of_the_parameters_of_a_net_of_ones_own() -> None:
    adapters = Adapters(1, np.ones(48, np.float32))
    own = adapters.center[0].size + adapters.basis[0].size
    assert own <= 0.05 * parameters(FeatureGroupedVAE(48, 32, HARD))
    assert own <= 0.05 * parameters(PriorNet(19, [6] * 6, 32))


def test_an_error_counts_by_the_importance_of_its_group() -> None:
    groups, importance = {"a": (0, 1, 1.0), "b": (1, 3, 1.0)}, {"a": 3.0}
    off = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 2.0]])
    assert reconstruction_loss(off, torch.zeros(2, 3), groups, importance).tolist() == pytest.approx([3 / 5, 5 / 5])


def test_divergence_and_bits_are_those_of_the_distributions_they_name() -> None:
    mean, log_scale = torch.randn(2, 4, 3, generator=torch.Generator().manual_seed(1)).unbind()
    normal = torch.distributions.Normal(mean, log_scale.exp())
    expected = torch.distributions.kl_divergence(normal, torch.distributions.Normal(0.0, 1.0)).sum(dim=-1)
    assert torch.allclose(kl_loss(mean, log_scale), expected, atol=1e-5)
    net, codes = AdaptiveEntropyBottleneck(2), torch.tensor([[0.0, 2.0], [-3.0, 1.0]])
    with torch.no_grad():
        net.compress_params[:, 1] = torch.tensor([0.5, -1.0])
    above, below = (((codes + half) * net.step / net.compress_params[:, 1].exp()).sigmoid() for half in (0.5, -0.5))
    assert torch.allclose(net.bits(codes), -(above - below).log2().sum(dim=-1), atol=1e-4)


def test_a_net_of_a_role_prices_a_feature_by_its_odds_and_by_how_far_it_is_from_what_was_expected() -> None:
    net, features, step = PriorNet(2, [3], hidden=4), torch.tensor([[0.0, 0.5, -1.5]]), torch.full((3,), 0.2)
    known = torch.cat([torch.tensor([[0.3, -0.7]]), features], dim=1)
    expected, log_spread, odds = net(known)
    usual = features == 0
    mark = torch.distributions.Bernoulli(logits=odds).log_prob(usual.float())
    density = torch.distributions.Laplace(expected, log_spread.exp() + 0.1 * step).log_prob(features)
    bits = -(mark + torch.where(usual, 0.0, density + step.log())).sum(dim=1) / np.log(2)
    assert torch.allclose(net.bits(known, features, step), bits, atol=1e-4)


def test_latents_are_allotted_by_the_number_of_features() -> None:
    net = FeatureGroupedVAE(12, 8, {"a": (0, 1, 1.0), "b": (1, 4, 1.0), "c": (4, 12, 1.0)})
    assert net.latents == {"a": 2, "b": 2, "c": 4}


@pytest.mark.parametrize("level", [0.0, -1.0])
def test_compression_that_is_not_above_zero_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        AdaptiveEntropyBottleneck(4, level)


def test_latents_come_back_to_half_a_step() -> None:
    net = AdaptiveEntropyBottleneck(3).eval()
    with torch.no_grad():
        net.compress_params[:] = torch.tensor([[0.5, 0.0], [-1.0, 1.0], [0.0, -1.0]])
    latent = 3 * torch.randn(50, 3, generator=torch.Generator().manual_seed(2))
    off = (net(latent).latent - latent).abs()
    assert (off <= net.step / 2 + 1e-5).all()
