"""An entropy bottleneck whose size follows from how hard it is to compress."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

_LEAST = 1e-9
"""Probabilities below cost as many bits as this."""


class BottleneckOutput(NamedTuple):
    """Output of a bottleneck: latents (..., latent_dim), and their bits, (...)."""

    latent: Tensor
    bits: Tensor


class AdaptiveEntropyBottleneck(nn.Module):
    """Passes latents through few integers, and says how many bits those take under a learned logistic prior.

    The effective dimension is ``clamp(round(latent_dim / compression_level), 1, latent_dim)``. From *threshold* on latents are projected
    down to it and up again, by way of a quarter of their dimension (low rank); below it every latent keeps a location and a scale of its
    own and nothing is projected. While training, uniform noise stands for rounding (Ballé, Laparra & Simoncelli, 2017).

    Args:
        latent_dim: size of latents.
        compression_level: how many times fewer numbers.
        threshold: level from which projections pay.
    """

    def __init__(self, latent_dim: int, compression_level: float = 1.0, threshold: float = 1.2) -> None:
        super().__init__()
        if latent_dim < 1 or compression_level <= 0:
            raise ValueError(f"latent_dim {latent_dim} must be at least 1 and compression_level {compression_level} above 0")
        self.latent_dim, self.compression_level, self.threshold = latent_dim, compression_level, threshold
        self.effective_dim = min(max(round(latent_dim / compression_level), 1), latent_dim)
        self.use_projection = compression_level >= threshold
        if self.use_projection:
            rank = max(latent_dim // 4, 1)
            self.proj_down = nn.Linear(latent_dim, self.effective_dim)
            self.proj_up = nn.Sequential(nn.Linear(self.effective_dim, rank), nn.LeakyReLU(), nn.Linear(rank, 2 * latent_dim))
        self.code_dim = self.effective_dim if self.use_projection else latent_dim
        self.compress_params = nn.Parameter(torch.zeros(self.code_dim, 2))

    def forward(self, latent: Tensor) -> BottleneckOutput:
        """Latents (..., latent_dim) as they come out, and their bits (...)."""
        narrow = self._down(latent)
        codes = narrow + torch.rand_like(narrow) - 0.5 if self.training else narrow.round()
        return BottleneckOutput(self.expand(codes), self.bits(codes))

    def compress(self, latent: Tensor) -> Tensor:
        """Latents (..., latent_dim) -> integers (..., code_dim)."""
        return self._down(latent).round()

    def expand(self, codes: Tensor) -> Tensor:
        """Whole numbers (..., code_dim) -> latents (..., latent_dim); while training, as uncertain as they are."""
        location, log_scale = self.compress_params.unbind(dim=1)
        wide = codes * log_scale.exp() + location
        if not self.use_projection:
            return wide
        mean, log_spread = self.proj_up(wide).chunk(2, dim=-1)
        return mean + log_spread.exp() * torch.randn_like(mean) * 0.1 if self.training else mean

    def bits(self, codes: Tensor) -> Tensor:
        """Bits of integers (..., code_dim) under a logistic prior of unit scale, (...)."""
        share = torch.sigmoid(codes + 0.5) - torch.sigmoid(codes - 0.5)
        return -share.clamp_min(_LEAST).log2().sum(dim=-1)

    def _down(self, latent: Tensor) -> Tensor:
        location, log_scale = self.compress_params.unbind(dim=1)
        narrow = self.proj_down(latent) if self.use_projection else latent
        return (narrow - location) / log_scale.exp()

    def get_config(self) -> dict[str, object]:
        """Arguments to build it again."""
        return {"latent_dim": self.latent_dim, "compression_level": self.compression_level, "threshold": self.threshold}
