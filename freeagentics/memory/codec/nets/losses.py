"""Losses of nets: reconstruction error, divergence, and what they weigh against bits."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from freeagentics.memory.codec.nets.grouped_vae import FeatureGroups, VAEOutput

RATE = 0.02
"""Share that rounding adds to the squared error, at level 1; it rises with the square of the level."""

_FLOOR = 1e-6
"""Share of the states' variance below which an error is not worth bits."""


def feature_weights(groups: FeatureGroups, importance: Mapping[str, float], like: Tensor) -> Tensor:
    """Weight of each feature's squared error, (input_dim,), 1 on average: its group's importance, over the square of its compression.

    Args:
        groups: of the net.
        importance: by name of group; one not named counts 1.
        like: what has the device and type that the weights are to have.
    """
    weight = like.new_ones(max(end for _, end, _ in groups.values()))
    for name, (start, end, level) in groups.items():
        weight[start:end] = importance.get(name, 1.0) / level**2
    return weight / weight.mean()


def reconstruction_loss(reconstruction: Tensor, states: Tensor, groups: FeatureGroups, importance: Mapping[str, float]) -> Tensor:
    """Mean square error (...) of states (..., input_dim), weighed by `feature_weights`."""
    return (feature_weights(groups, importance, states) * (reconstruction - states).square()).mean(dim=-1)


def kl_loss(mean: Tensor, log_scale: Tensor) -> Tensor:
    """Divergence (...) of normal posteriors (..., latent_dim) from the standard normal, in nats (Kingma & Welling, 2014)."""
    return 0.5 * (mean.square() + (2 * log_scale).exp() - 1 - 2 * log_scale).sum(dim=-1)


def vae_loss(
    coded: VAEOutput,
    states: Tensor,
    groups: FeatureGroups,
    importance: Mapping[str, float],
    *,
    rate: float = RATE,
    divergence: float = 1e-5,
) -> Tensor:
    """Bits a feature to tell a batch of states (..., input_dim) from their reconstruction, beside the bits of the code at their price.

    The first is half the logarithm of the squared error: a decoder whose variance is what the batch says (Rybkin, Daniilidis & Levine,
    2021, https://arxiv.org/abs/2006.13202). At the optimum rounding then adds ``rate * level**2`` times what the latents leave of
    the squared error, in any unit and with any noise.

    Args:
        coded: what the net made of the states.
        states: (..., input_dim).
        groups: of the net.
        importance: by name of group, see `feature_weights`.
        rate: share of rounding in the squared error at level 1.
        divergence: weight of a nat of divergence beside that of a bit.
    """
    off = reconstruction_loss(coded.reconstruction, states, groups, importance).mean()
    middle = states.mean(dim=tuple(range(states.ndim - 1)), keepdim=True).expand_as(states)
    spread = reconstruction_loss(middle, states, groups, importance).mean()
    cost = rate * coded.bits.mean() + divergence * kl_loss(coded.mean, coded.log_scale).mean()
    return 0.5 * torch.log2(off + _FLOOR * spread + torch.finfo(off.dtype).tiny) + coded.price * cost
