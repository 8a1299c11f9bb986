"""A variational autoencoder over named groups of features, which share what they can."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from freeagentics.memory.codec.nets.bottleneck import AdaptiveEntropyBottleneck, BottleneckOutput

FeatureGroups = Mapping[str, tuple[int, int, float]]
"""Per name the first feature, the one after the last, and how hard to compress the group."""


class VAEOutput(NamedTuple):
    """Output for inputs (..., input_dim): their reconstruction, mean and log scale of the posterior (..., latent_dim), and the bits of
    the integers between, (...)."""

    reconstruction: Tensor
    mean: Tensor
    log_scale: Tensor
    bits: Tensor


class SharedCompressor(nn.Module):
    """The part that all groups share: from hidden numbers (..., latent_dim) to mean and log scale of a posterior."""

    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        self.mu_network = nn.Linear(latent_dim, latent_dim)
        self.scale_network = nn.Linear(latent_dim, latent_dim)

    def forward(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """Both (..., latent_dim); scales begin at e**-3, so that noise does not drown what is learned first."""
        return self.mu_network(hidden), self.scale_network(hidden).clamp(-5, 5) - 3


class FeatureGroupedVAE(nn.Module):
    """Encodes each group into its share of the latents, and these through one compressor that all groups share.

    A group keeps two numbers a latent of its own, a shift and a gain. Its latents pass an `AdaptiveEntropyBottleneck` at the base level
    times the group's own compression.

    Args:
        input_dim: number of features.
        latent_dim: size of the latents, at least one a group; each gets its share by number of features.
        feature_groups: ``{name: (start, end, compression)}``, side by side, covering all features.
        base_compression_level: low for agents that matter (0.3), high for others (0.7); above 1.2 in all, latents are projected.

    Raises:
        ValueError: groups that overlap or leave features out, or fewer latents than groups.
    """

    def __init__(self, input_dim: int, latent_dim: int, feature_groups: FeatureGroups, base_compression_level: float = 1.0) -> None:
        super().__init__()
        self.input_dim, self.latent_dim, self.base_compression_level = input_dim, latent_dim, base_compression_level
        self.feature_groups = {name: (int(start), int(end), float(level)) for name, (start, end, level) in feature_groups.items()}
        self.latents = _allotted(self.feature_groups, input_dim, latent_dim)
        sizes = {name: end - start for name, (start, end, _) in self.feature_groups.items()}
        self.encoders = nn.ModuleDict({name: nn.Linear(size, self.latents[name]) for name, size in sizes.items()})
        self.shared_compressor = SharedCompressor(latent_dim)
        self.group_params = nn.ParameterDict({name: nn.Parameter(torch.zeros(count, 2)) for name, count in self.latents.items()})
        self.bottlenecks = nn.ModuleDict(
            {
                name: AdaptiveEntropyBottleneck(self.latents[name], base_compression_level * level)
                for name, (_, _, level) in self.feature_groups.items()
            }
        )
        self.decoders = nn.ModuleDict({name: nn.Linear(self.latents[name], size) for name, size in sizes.items()})

    def forward(self, states: Tensor) -> VAEOutput:
        """Encode, squeeze and decode states (..., input_dim)."""
        mean, log_scale = self.posterior(states)
        latent = mean + log_scale.exp() * torch.randn_like(mean) if self.training else mean
        squeezed: dict[str, BottleneckOutput] = {name: self._bottleneck(name)(part) for name, part in self._split(latent).items()}
        bits = torch.stack([part.bits for part in squeezed.values()]).sum(dim=0)
        return VAEOutput(self._decoded({name: part.latent for name, part in squeezed.items()}), mean, log_scale, bits)

    def posterior(self, states: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log scale of the latents, (..., latent_dim) each."""
        parts = [self.encoders[name](states[..., start:end]) for name, (start, end, _) in self.feature_groups.items()]
        own = torch.cat([self.group_params[name] for name in self.feature_groups])
        hidden = nn.functional.leaky_relu(torch.cat(parts, dim=-1), 0.2)
        mean, log_scale = self.shared_compressor(hidden)
        return mean * own[:, 1].exp() + own[:, 0], log_scale

    def encode(self, states: Tensor) -> Tensor:
        """States (..., input_dim) -> integers (..., code_dim)."""
        mean, _ = self.posterior(states)
        return torch.cat([self._bottleneck(name).compress(part) for name, part in self._split(mean).items()], dim=-1)

    def decode(self, codes: Tensor) -> Tensor:
        """Whole numbers (..., code_dim) -> states (..., input_dim)."""
        parts = torch.split(codes, [self._bottleneck(name).code_dim for name in self.feature_groups], dim=-1)
        return self._decoded({name: self._bottleneck(name).expand(part) for name, part in zip(self.feature_groups, parts, strict=True)})

    @property
    def code_dim(self) -> int:
        """Whole numbers a state."""
        return sum(self._bottleneck(name).code_dim for name in self.feature_groups)

    def _bottleneck(self, name: str) -> AdaptiveEntropyBottleneck:
        return cast(AdaptiveEntropyBottleneck, self.bottlenecks[name])

    def _split(self, latent: Tensor) -> dict[str, Tensor]:
        return dict(zip(self.feature_groups, torch.split(latent, list(self.latents.values()), dim=-1), strict=True))

    def _decoded(self, latents: Mapping[str, Tensor]) -> Tensor:
        return torch.cat([self.decoders[name](latents[name]) for name in self.feature_groups], dim=-1)

    def get_config(self) -> dict[str, object]:
        """Arguments to build it again."""
        return {
            "input_dim": self.input_dim,
            "latent_dim": self.latent_dim,
            "feature_groups": {name: list(group) for name, group in self.feature_groups.items()},
            "base_compression_level": self.base_compression_level,
        }


def _allotted(groups: FeatureGroups, input_dim: int, latent_dim: int) -> dict[str, int]:
    """Latents of each group: one each, the others by number of features (largest remainders)."""
    expected = 0
    for name, (start, end, level) in groups.items():
        if start != expected or end <= start or level <= 0:
            raise ValueError(f"feature group {name!r} ({start}, {end}, {level}): groups lie side by side from 0, compression is above 0")
        expected = end
    if expected != input_dim:
        raise ValueError(f"feature groups cover {expected} of {input_dim} features")
    spare = latent_dim - len(groups)
    if spare < 0:
        raise ValueError(f"{latent_dim} latents for {len(groups)} feature groups; each needs one")
    exact = {name: spare * (end - start) / input_dim for name, (start, end, _) in groups.items()}
    counts = {name: 1 + int(share) for name, share in exact.items()}
    short = latent_dim - sum(counts.values())
    for name in sorted(exact, key=lambda name: int(exact[name]) - exact[name])[:short]:
        counts[name] += 1
    return counts
