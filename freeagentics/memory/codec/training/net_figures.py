"""Figures of a trained net on states that it has not seen, beside those of principal components."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from freeagentics.arrays import F32
from freeagentics.memory.codec.nets.grouped_vae import FeatureGroupedVAE
from freeagentics.memory.codec.nets.losses import feature_weights
from freeagentics.memory.codec.training.principal import PrincipalComponents


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """Figures of a group, or of all together.

    Attributes:
        features: of the group.
        numbers: of the code.
        bits: a state, under the net's prior.
        error: root of the mean square, in the net's units.
        principal_error: that of as many principal components of all features, unrounded.
    """

    features: int
    numbers: int
    bits: float
    error: float
    principal_error: float


def net_figures(net: FeatureGroupedVAE, learned: F32, held_out: F32, importance: Mapping[str, float]) -> dict[str, GroupFigures]:
    """Figures on states (m, F), by group, and under an empty name those of all groups together.

    Args:
        net: in evaluation mode.
        learned: what principal components are fitted to, (n, F).
        held_out: (m, F).
        importance: that the net was trained with; components weigh features as it does.
    """
    device = net.center.device
    with torch.no_grad():
        given = torch.as_tensor(held_out, device=device)
        codes = net.encode(given)
        before, standard = (net.standard(torch.as_tensor(states, device=device)) for states in (learned, held_out))
        weight = feature_weights(net.feature_groups, importance, before)
        components = PrincipalComponents.fitted(before, weight, net.code_dim)
        off = (net.standard(net.decode(codes)) - standard).square().mean(dim=0)
        principal_off = (components.reconstruction(standard) - standard).square().mean(dim=0)
        parts = net.split_codes(codes)
        bits = {name: float(net.bottleneck(name).bits(part).mean()) for name, part in parts.items()}
    found = {
        name: GroupFigures(end - start, parts[name].shape[-1], bits[name], _root(off[start:end]), _root(principal_off[start:end]))
        for name, (start, end, _) in net.feature_groups.items()
    }
    found[""] = GroupFigures(net.input_dim, net.code_dim, sum(bits.values()), _root(off), _root(principal_off))
    return found


def _root(square: Tensor) -> float:
    return float(square.mean().sqrt())
