"""An entropy bottleneck whose level says how finely latents are rounded, and how many numbers they become."""

from __future__ import annotations

import math
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from freeagentics.memory.codec.nets.widths import checked_width

STEP = 1 / 16
"""Step of rounding at level 1."""

LARGE = 64
"""Latents from which the projection up is of low rank: with fewer it has little to save, and would lose what the level leaves."""


class BottleneckOutput(NamedTuple):
    """Output of a bottleneck: latents (..., latent_dim), and their bits, (...)."""

    latent: Tensor
    bits: Tensor


class AdaptiveEntropyBottleneck(nn.Module):
    """Passes latents through integers, and says how many bits those take under a learned logistic prior.

    The level is a rate: latents are rounded to multiples of `STEP` times the level. From *threshold* on they are projected before that to
    ``effective_dim = clamp(round(latent_dim / compression_level), 1, latent_dim)`` numbers, and up again after it, a location and a log
    gain for each latent; from `LARGE` latents on by way of a quarter of them (low rank). While training, uniform noise stands for rounding
    (Ballé, Laparra & Simoncelli, 2017, https://arxiv.org/abs/1611.01704).

    Args:
        latent_dim: size of latents.
        compression_level: how coarsely they are rounded, and from *threshold* on how many times fewer numbers they become.
        threshold: level from which latents are projected.

    Attributes:
        code_dim: integers that latents become.
        step: of rounding.
        compress_params: location and log scale of the prior of each number, (code_dim, 2).

    Raises:
        ValueError: no latents, or a level that is not above 0.
    """

    def __init__(self, latent_dim: int, compression_level: float = 1.0, threshold: float = 1.2) -> None:
        super().__init__()
        if latent_dim < 1 or not 0 < compression_level < math.inf:
            raise ValueError(f"latent_dim {latent_dim} must be at least 1 and compression_level {compression_level} above 0")
        self.latent_dim, self.compression_level, self.threshold = latent_dim, compression_level, threshold
        self.effective_dim = min(max(round(latent_dim / compression_level), 1), latent_dim)
        self.use_projection = compression_level >= threshold
        if self.use_projection:
            self.proj_down = nn.Linear(latent_dim, self.effective_dim)
        self.proj_up = _projection_up(self.effective_dim, latent_dim) if self.use_projection else None
        self.code_dim = self.effective_dim if self.use_projection else latent_dim
        self.step = STEP * compression_level
        self.compress_params = nn.Parameter(torch.zeros(self.code_dim, 2))
        self.start_linear()

    @property
    def linear_dim(self) -> int:
        """Latents that come out as they went in, but for rounding, of a bottleneck that starts linear."""
        if isinstance(self.proj_up, nn.Sequential):
            return min(self.code_dim, cast(nn.Linear, self.proj_up[0]).out_features)
        return self.code_dim

    def start_linear(self, reach: float = 8.0) -> None:
        """Let the first `linear_dim` latents through as they are, up to *reach*."""
        if self.proj_up is None:
            return
        with torch.no_grad():
            _identity(self.proj_down)
            if isinstance(self.proj_up, nn.Sequential):
                first, last = (cast(nn.Linear, self.proj_up[place]) for place in (0, 2))
                _identity(first, reach)
                _identity(last)
                last.bias[: self.linear_dim] = -reach
            else:
                _identity(self.proj_up)

    def forward(self, latent: Tensor) -> BottleneckOutput:
        """Latents (..., latent_dim) as they come out, and their bits (...)."""
        exact = self._in_steps(latent)
        codes = exact + torch.rand_like(exact) - 0.5 if self.training else exact.round()
        return BottleneckOutput(self.expand(codes), self.bits(codes))

    def compress(self, latent: Tensor) -> Tensor:
        """Latents (..., latent_dim) -> integers (..., code_dim)."""
        return self._in_steps(latent).round()

    def expand(self, codes: Tensor) -> Tensor:
        """Whole numbers (..., code_dim) -> latents (..., latent_dim)."""
        wide = checked_width(codes, self.code_dim, "codes") * self.step + self.compress_params[:, 0]
        if self.proj_up is None:
            return wide
        location, log_gain = self.proj_up(wide).chunk(2, dim=-1)
        return location * log_gain.clamp(-3, 3).exp()

    def bits(self, codes: Tensor) -> Tensor:
        """Bits of integers (..., code_dim) under the prior, (...)."""
        scale = self.compress_params[:, 1].clamp(-12, 12).exp()
        half, place = self.step / (2 * scale), codes * self.step / scale
        # sigmoid(place + half) - sigmoid(place - half), without a difference that would be 0 far out.
        log_share = nn.functional.logsigmoid(half + place) + nn.functional.logsigmoid(half - place) + (-torch.expm1(-2 * half)).log()
        return -log_share.sum(dim=-1) / math.log(2)

    def _in_steps(self, latent: Tensor) -> Tensor:
        """Latents (..., latent_dim) -> steps from the prior's location, (..., code_dim)."""
        given = checked_width(latent, self.latent_dim, "latents")
        narrow = self.proj_down(given) if self.use_projection else given
        return (narrow - self.compress_params[:, 0]) / self.step

    def get_config(self) -> dict[str, object]:
        """Arguments to build it again."""
        return {"latent_dim": self.latent_dim, "compression_level": self.compression_level, "threshold": self.threshold}


def _projection_up(effective_dim: int, latent_dim: int) -> nn.Linear | nn.Sequential:
    """From numbers (..., effective_dim) to locations and log gains (..., 2 * latent_dim)."""
    if latent_dim < LARGE:
        return nn.Linear(effective_dim, 2 * latent_dim)
    rank = latent_dim // 4
    return nn.Sequential(nn.Linear(effective_dim, rank), nn.LeakyReLU(), nn.Linear(rank, 2 * latent_dim))


def _identity(layer: nn.Linear, bias: float = 0.0) -> None:
    nn.init.eye_(layer.weight)
    nn.init.constant_(layer.bias, bias)
