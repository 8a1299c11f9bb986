"""Evidence on drift that is not a price: figures that lean the way the market drifts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F32

_FARTHEST = np.float32(1e6)
"""Values beyond are taken to be there: squares of larger ones leave the range of float32."""


@dataclass(frozen=True, slots=True)
class DriftEvidence:
    """A figure that is Student t around `gain` times the drift."""

    gain: float
    scale: float
    dof: float = 5.0

    def log_likelihood(self, value: F32, drift: F32) -> F32:
        """Log density, up to a constant, of values (assets,) at each level of drift (32,): (assets, 32)."""
        standard = (np.clip(value, -_FARTHEST, _FARTHEST)[:, None] - np.float32(self.gain) * drift) / np.float32(self.scale)
        return (-0.5 * (self.dof + 1) * np.log1p(standard * standard / self.dof)).astype(np.float32)


IMBALANCE = DriftEvidence(gain=0.8, scale=0.27)
"""Taker imbalance: what large orders tell."""
