"""A variational autoencoder over named groups of features, which share what they can."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple, Self, cast

import torch
from torch import Tensor, nn

from freeagentics.memory.codec.nets.bottleneck import AdaptiveEntropyBottleneck, BottleneckOutput
from freeagentics.memory.codec.nets.widths import checked_width

FeatureGroups = Mapping[str, tuple[int, int, float]]
"""Per name the first feature, the one after the last, and how hard to compress the group."""


class VAEOutput(NamedTuple):
    """Output for inputs (..., input_dim).

    Attributes:
        reconstruction: (..., input_dim).
        mean: of the posterior, (..., latent_dim).
        log_scale: of the posterior, (..., latent_dim).
        bits: of the integers between, (...).
        price: of a bit, by the net's levels; for `vae_loss`.
    """

    reconstruction: Tensor
    mean: Tensor
    log_scale: Tensor
    bits: Tensor
    price: float


class SharedCompressor(nn.Module):
    """The part that all groups share: from hidden numbers (..., latent_dim) to mean and log scale of a posterior."""

    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        self.mu_network = nn.Linear(latent_dim, latent_dim)
        self.scale_network = nn.Linear(latent_dim, latent_dim)

    def forward(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """Both (..., latent_dim); scales begin at e**-6, so that noise does not drown what is learned first."""
        return self.mu_network(hidden), self.scale_network(hidden).clamp(-5, 5) - 6


class FeatureGroupedVAE(nn.Module):
    """Encodes all groups into latents through one compressor that they share, and decodes each group from all latents.

    Encoder and decoder are linear, with one hidden layer beside that. Each group has its share of the latents, with two numbers of its own
    for each, a shift and a gain; they pass an `AdaptiveEntropyBottleneck` at the base level times the group's own compression.

    Args:
        input_dim: number of features.
        latent_dim: size of the latents, at least one a group; each gets its share by number of features.
        feature_groups: ``{name: (start, end, compression)}``, side by side, covering all features.
        base_compression_level: a rate: bits fall with it, and the error rises. Low for agents that matter (0.3), high for others (0.7);
            where it is 1.2 or more, times a group's own, the group's latents are projected to fewer numbers.
        hidden: units of the hidden layers.

    Attributes:
        center: what is taken off features, (input_dim,); 0 until training sets it.
        scale: what they are divided by then, (input_dim,).

    Raises:
        ValueError: groups that overlap, leave features out, or have a name that torch has taken; fewer latents than groups; levels that are
            not above 0. From all methods: inputs that have another number of features.
    """

    center: Tensor
    scale: Tensor

    def __init__(
        self, input_dim: int, latent_dim: int, feature_groups: FeatureGroups, base_compression_level: float = 1.0, hidden: int = 64
    ) -> None:
        super().__init__()
        self.input_dim, self.latent_dim, self.hidden = input_dim, latent_dim, hidden
        self.base_compression_level = base_compression_level
        self.feature_groups = {name: (int(start), int(end), float(level)) for name, (start, end, level) in feature_groups.items()}
        self.latents = _allotted(self.feature_groups, input_dim, latent_dim)
        sizes = {name: end - start for name, (start, end, _) in self.feature_groups.items()}
        self.register_buffer("center", torch.zeros(input_dim))
        self.register_buffer("scale", torch.ones(input_dim))
        self.encoders = nn.ModuleDict({name: nn.Linear(size, hidden + latent_dim) for name, size in sizes.items()})
        self.encoder_hidden = nn.Linear(hidden, latent_dim)
        self.shared_compressor = SharedCompressor(latent_dim)
        self.group_params = nn.ParameterDict({name: nn.Parameter(torch.zeros(count, 2)) for name, count in self.latents.items()})
        self.bottlenecks = nn.ModuleDict(
            {
                name: AdaptiveEntropyBottleneck(self.latents[name], base_compression_level * level)
                for name, (_, _, level) in self.feature_groups.items()
            }
        )
        self.decoder_hidden = nn.Linear(latent_dim, hidden)
        self.decoders = nn.ModuleDict({name: nn.Linear(latent_dim + hidden, size) for name, size in sizes.items()})
        basis = nn.init.orthogonal_(torch.empty(self.linear_dim, input_dim))
        self.start_linear(basis, basis.T)

    @property
    def linear_dim(self) -> int:
        """Latents that a net which starts linear uses."""
        return sum(self.bottleneck(name).linear_dim for name in self.feature_groups)

    def start_linear(self, encode: Tensor, decode: Tensor, reach: float = 8.0) -> None:
        """Set the weights so that the net is linear, but for rounding; hidden layers add nothing yet.

        Args:
            encode: from standard features to latents, (linear_dim, input_dim).
            decode: back, (input_dim, linear_dim).
            reach: largest size that latents have.
        """
        with torch.no_grad():
            for name, (start, end, _) in self.feature_groups.items():
                encoder, decoder = cast(nn.Linear, self.encoders[name]), cast(nn.Linear, self.decoders[name])
                encoder.bias.zero_()
                decoder.weight[:, self.latent_dim :] = 0
                decoder.bias.zero_()
                for latents, numbers in self.linear_places():
                    encoder.weight[self.hidden :][latents] = encode[numbers, start:end]
                    decoder.weight[:, latents] = decode[start:end, numbers]
                self.bottleneck(name).start_linear(reach)
            nn.init.eye_(self.shared_compressor.mu_network.weight)
            for layer in (self.encoder_hidden, self.shared_compressor.scale_network):
                nn.init.zeros_(layer.weight)
            for layer in (self.encoder_hidden, self.shared_compressor.mu_network, self.shared_compressor.scale_network):
                nn.init.zeros_(layer.bias)

    def linear_places(self) -> Iterator[tuple[slice, slice]]:
        """Of each group the latents that a net which starts linear uses, and their places among all that do."""
        latent, number = 0, 0
        for name, count in self.latents.items():
            used = self.bottleneck(name).linear_dim
            yield slice(latent, latent + used), slice(number, number + used)
            latent, number = latent + count, number + used

    def forward(self, states: Tensor) -> VAEOutput:
        """Encode, squeeze and decode states (..., input_dim)."""
        mean, log_scale = self.posterior(states)
        latent = mean + log_scale.exp() * torch.randn_like(mean) if self.training else mean
        squeezed: dict[str, BottleneckOutput] = {name: self.bottleneck(name)(part) for name, part in self._split(latent).items()}
        bits = torch.stack([part.bits for part in squeezed.values()]).sum(dim=0)
        decoded = self.decoded(torch.cat([part.latent for part in squeezed.values()], dim=-1))
        return VAEOutput(decoded, mean, log_scale, bits, self.price)

    def posterior(self, states: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log scale of the latents, (..., latent_dim) each."""
        standard = self.standard(states)
        sums = torch.stack([self.encoders[name](standard[..., start:end]) for name, (start, end, _) in self.feature_groups.items()]).sum(0)
        units, linear = torch.split(sums, [self.hidden, self.latent_dim], dim=-1)
        mean, log_scale = self.shared_compressor(linear + self.encoder_hidden(nn.functional.silu(units)))
        own = torch.cat([self.group_params[name] for name in self.feature_groups])
        return mean * own[:, 1].exp() + own[:, 0], log_scale

    def standard(self, states: Tensor) -> Tensor:
        """States (..., input_dim) less the center, over the scale."""
        return (checked_width(states, self.input_dim, "states") - self.center) / self.scale

    def encode(self, states: Tensor) -> Tensor:
        """States (..., input_dim) -> integers (..., code_dim)."""
        mean, _ = self.posterior(states)
        return torch.cat([self.bottleneck(name).compress(part) for name, part in self._split(mean).items()], dim=-1)

    def decode(self, codes: Tensor) -> Tensor:
        """Whole numbers (..., code_dim) -> states (..., input_dim)."""
        parts = self.split_codes(codes)
        return self.decoded(torch.cat([self.bottleneck(name).expand(part) for name, part in parts.items()], dim=-1))

    def decoded(self, latent: Tensor) -> Tensor:
        """Latents (..., latent_dim) -> states (..., input_dim); each group is decoded from all of them."""
        seen = torch.cat([latent, nn.functional.silu(self.decoder_hidden(latent))], dim=-1)
        return torch.cat([self.decoders[name](seen) for name in self.feature_groups], dim=-1) * self.scale + self.center

    def at_level(self, base_compression_level: float) -> Self:
        """This net at another level, without training: the same weights and another step of rounding.

        Raises:
            ValueError: a level at which other groups would be projected, or to fewer numbers.
        """
        with torch.device("meta"):
            other = type(self)(**{**self.get_config(), "base_compression_level": base_compression_level})  # type: ignore[arg-type]
        for name in self.feature_groups:
            mine, its = self.bottleneck(name), other.bottleneck(name)
            if (its.use_projection, its.code_dim) != (mine.use_projection, mine.code_dim):
                raise ValueError(f"group {name!r} has other projections at level {base_compression_level}; a net of it must be trained")
        other.load_state_dict({name: tensor.clone() for name, tensor in self.state_dict().items()}, assign=True)
        return other.train(self.training)

    @property
    def code_dim(self) -> int:
        """Whole numbers a state."""
        return sum(self.bottleneck(name).code_dim for name in self.feature_groups)

    @property
    def price(self) -> float:
        """Price of a bit: the mean square of the groups' levels (harmonic, by features), over the numbers of a code."""
        shares = ((end - start) / self.input_dim / level**2 for start, end, level in self.feature_groups.values())
        return self.base_compression_level**2 / sum(shares) / self.code_dim

    def bottleneck(self, name: str) -> AdaptiveEntropyBottleneck:
        """Bottleneck of a group."""
        return cast(AdaptiveEntropyBottleneck, self.bottlenecks[name])

    def split_codes(self, codes: Tensor) -> dict[str, Tensor]:
        """Whole numbers (..., code_dim) by group."""
        parts = torch.split(checked_width(codes, self.code_dim, "codes"), [self.bottleneck(name).code_dim for name in self.latents], dim=-1)
        return dict(zip(self.latents, parts, strict=True))

    def _split(self, latent: Tensor) -> dict[str, Tensor]:
        return dict(zip(self.feature_groups, torch.split(latent, list(self.latents.values()), dim=-1), strict=True))

    def get_config(self) -> dict[str, object]:
        """Arguments to build it again."""
        return {
            "input_dim": self.input_dim,
            "latent_dim": self.latent_dim,
            "feature_groups": {name: list(group) for name, group in self.feature_groups.items()},
            "base_compression_level": self.base_compression_level,
            "hidden": self.hidden,
        }


def _allotted(groups: FeatureGroups, input_dim: int, latent_dim: int) -> dict[str, int]:
    """Latents of each group: one each, the others by number of features (largest remainders)."""
    _check_groups(groups, input_dim)
    spare = latent_dim - len(groups)
    if spare < 0:
        raise ValueError(f"{latent_dim} latents for {len(groups)} feature groups; each needs one")
    exact = {name: spare * (end - start) / input_dim for name, (start, end, _) in groups.items()}
    counts = {name: 1 + int(share) for name, share in exact.items()}
    short = latent_dim - sum(counts.values())
    for name in sorted(exact, key=lambda name: int(exact[name]) - exact[name])[:short]:
        counts[name] += 1
    return counts


def _check_groups(groups: FeatureGroups, input_dim: int) -> None:
    expected = 0
    for name, (start, end, level) in groups.items():
        if start != expected or end <= start or not 0 < level < math.inf:
            raise ValueError(f"feature group {name!r} ({start}, {end}, {level}): groups lie side by side from 0, compression is above 0")
        if not name or "." in name or any(hasattr(kind, name) for kind in (nn.ModuleDict, nn.ParameterDict)):
            raise ValueError(f"feature group {name!r}: torch has taken this name, choose another, without dots")
        expected = end
    if expected != input_dim:
        raise ValueError(f"feature groups cover {expected} of {input_dim} features")
