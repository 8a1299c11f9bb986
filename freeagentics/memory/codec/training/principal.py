"""Principal components: what a net starts from, and what it is measured by."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from freeagentics.memory.codec.nets.grouped_vae import FeatureGroupedVAE

_LEAST = 1e-6
"""Share of all variance that components are taken to leave at least: rounding finer than that is not worth bits."""


@dataclass(frozen=True, slots=True, eq=False)
class PrincipalComponents:
    """Components of standard states, with a weight for the squared error of each feature.

    Attributes:
        center: of the states, (F,).
        spread: root of each feature's weight, (F,).
        basis: orthonormal columns, the largest variance first, (F, K).
        variance: of each component, (K,).
        left: mean weighted square of what they leave.
    """

    center: Tensor
    spread: Tensor
    basis: Tensor
    variance: Tensor
    left: float

    @classmethod
    def fitted(cls, standard: Tensor, weight: Tensor, count: int) -> PrincipalComponents:
        """The first *count* components of states (n, F), with weights (F,); at most F."""
        center, spread = standard.double().mean(dim=0), weight.double().sqrt()
        off = (standard.double() - center) * spread
        values, vectors = torch.linalg.eigh(off.T @ off / len(off))
        values, vectors = values.flip(0).clamp_min(0), vectors.flip(1)
        return cls(center, spread, vectors[:, :count], values[:count], float(values[count:].sum() / len(values)))

    def reconstruction(self, standard: Tensor) -> Tensor:
        """States (..., F) as they come back from their components, unrounded."""
        off = (standard.double() - self.center) * self.spread
        return (off @ self.basis @ self.basis.T / self.spread + self.center).to(standard.dtype)

    def start(self, net: FeatureGroupedVAE, rate: float) -> None:
        """Set a net to these components, so that rounding adds its share of what they leave, see `vae_loss`."""
        features, count = self.basis.shape
        total = float(self.variance.sum()) / features + self.left
        added = rate * net.price * net.code_dim * max(self.left, _LEAST * total, math.ulp(0.0))
        steps = torch.cat([torch.full((net.bottleneck(name).linear_dim,), net.bottleneck(name).step) for name in net.latents]).double()
        gain = steps / math.sqrt(12 * added * features / count)
        deviation = gain * self.variance.sqrt()
        decode = self.basis / gain / self.spread[:, None]
        net.start_linear((self.basis * gain).T * self.spread, decode, reach=8 * float(deviation.max()))
        with torch.no_grad():
            for (_, numbers), name in zip(net.linear_places(), net.latents, strict=True):
                log_scale = (deviation[numbers] * (math.sqrt(3) / math.pi)).clamp(1e-5, 1e5).log()
                net.bottleneck(name).compress_params[: len(log_scale), 1] = log_scale.to(torch.float32)
