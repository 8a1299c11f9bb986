"""Losses of nets: reconstruction error, bits, and divergence."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from freeagentics.memory.codec.nets.grouped_vae import FeatureGroups, VAEOutput


def reconstruction_loss(reconstruction: Tensor, states: Tensor, groups: FeatureGroups, importance: Mapping[str, float]) -> Tensor:
    """Mean square error (...) of states (..., input_dim), each group's weighed by its importance; one not named counts 1."""
    weight = states.new_ones(states.shape[-1])
    for name, (start, end, _) in groups.items():
        weight[start:end] = importance.get(name, 1.0)
    return (weight * (reconstruction - states).square()).sum(dim=-1) / weight.sum()


def kl_loss(mean: Tensor, log_scale: Tensor) -> Tensor:
    """Divergence (...) of normal posteriors (..., latent_dim) from the standard normal, in nats (Kingma & Welling, 2014)."""
    return 0.5 * (mean.square() + (2 * log_scale).exp() - 1 - 2 * log_scale).sum(dim=-1)


def vae_loss(
    coded: VAEOutput,
    states: Tensor,
    groups: FeatureGroups,
    importance: Mapping[str, float],
    *,
    rate: float = 1e-3,
    divergence: float = 1e-4,
) -> Tensor:
    """Mean over a batch of the reconstruction loss, the bits times *rate*, and the divergence times *divergence*."""
    off = reconstruction_loss(coded.reconstruction, states, groups, importance)
    return torch.mean(off + rate * coded.bits + divergence * kl_loss(coded.mean, coded.log_scale))
