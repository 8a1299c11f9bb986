"""An exact Bayesian filter over market regimes, for all agents and assets of a cohort at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from freeagentics.arrays import F32, ArrayState

REGIMES = ("bull", "bear", "calm", "turbulent")
BULL, BEAR, CALM, TURBULENT = range(len(REGIMES))

_FARTHEST = np.float32(1e6)
"""Values beyond are taken to be there: squares of larger ones leave the range of float32."""
_LEAST = np.float32(1e-30)
"""Beliefs below are weighed as this much: from none at all no evidence could lead back."""


@dataclass(frozen=True, slots=True)
class Emission:
    """How a standardised observation is distributed in each regime: Student t of `freedom` degrees, location and scale per regime."""

    location: tuple[float, float, float, float]
    scale: tuple[float, float, float, float]
    freedom: float = 5.0

    def log_likelihood(self, value: F32) -> F32:
        """Log density in each regime: values (...) -> (..., 4), finite for all but NaN."""
        location = np.asarray(self.location, dtype=np.float32)
        scale = np.asarray(self.scale, dtype=np.float32)
        standard = (np.clip(value, -_FARTHEST, _FARTHEST)[..., None] - location) / scale
        half = 0.5 * (self.freedom + 1.0)
        constant = gammaln(half) - gammaln(0.5 * self.freedom) - 0.5 * np.log(np.pi * self.freedom)
        return (constant - half * np.log1p(standard * standard / self.freedom) - np.log(scale)).astype(np.float32)


RETURN = Emission(location=(0.15, -0.15, 0.0, 0.0), scale=(0.9, 1.0, 0.55, 1.9))
"""A bar's return over its volatility: what the price tells."""

IMBALANCE = Emission(location=(0.12, -0.12, 0.0, 0.0), scale=(0.25, 0.25, 0.2, 0.35))
"""Taker imbalance: what large orders tell."""


class RegimeFilter(ArrayState):
    """Forward filtering of a hidden Markov chain whose agents differ in how long they think a regime lasts.

    The chain stays with probability `persistence` and else moves to any other regime alike; the forward recursion is that of Rabiner,
    "A tutorial on hidden Markov models" (1989), normalised at every step.

    Args:
        persistence: probability to stay in a regime for another bar, shape (rows,).
        assets: number of assets; each has a regime of its own.

    Attributes:
        belief: posterior (rows, assets, 4), each row of which sums to one.
        surprise: minus the log of the predictive density of the last bar's evidence, shape (rows, assets).
    """

    def __init__(self, persistence: F32, assets: int) -> None:
        rows = len(persistence)
        self.persistence = persistence.astype(np.float32).reshape(rows, 1, 1)
        self.belief = np.full((rows, assets, len(REGIMES)), 1 / len(REGIMES), dtype=np.float32)
        self.surprise = np.zeros((rows, assets), dtype=np.float32)

    def advance(self, log_likelihood: F32) -> None:
        """One bar passes: predict, then take in evidence, finite logs of likelihoods (assets, 4) or (rows, assets, 4)."""
        others = (1.0 - self.belief) / np.float32(len(REGIMES) - 1)
        self.belief = self.persistence * self.belief + (1.0 - self.persistence) * others
        self.belief, self.surprise = self._weighed(log_likelihood)

    def attend(self, log_likelihood: F32, chosen: F32) -> None:
        """More evidence on the same bar, (assets, 4), for the rows where *chosen* (rows,) is 1; the others' belief stays."""
        weighed, _ = self._weighed(log_likelihood)
        self.belief = np.where(chosen[:, None, None] > 0, weighed, self.belief)

    def _weighed(self, log_likelihood: F32) -> tuple[F32, F32]:
        """The belief after evidence, and minus the log of the density that the belief gave to it."""
        # Without its peak the exponential of strong evidence would be 0 for every regime, or infinite.
        peak = log_likelihood.max(axis=-1, keepdims=True)
        joint = np.maximum(self.belief, _LEAST) * np.exp(log_likelihood - peak)
        total = joint.sum(axis=-1, keepdims=True)
        return joint / total, -(peak + np.log(total))[..., 0]

    def forget(self, rows: np.ndarray) -> None:
        """Rows (indexes) start afresh, for agents that arrive."""
        self.belief[rows] = 1 / len(REGIMES)
        self.surprise[rows] = 0

    def drift(self) -> F32:
        """Expected standardised return of the next bar under the belief, shape (rows, assets)."""
        return (self.belief * np.asarray(RETURN.location, dtype=np.float32)).sum(axis=-1)

    def spread(self) -> F32:
        """Expected standard deviation of the next bar's standardised return, shape (rows, assets)."""
        variance = np.square(np.asarray(RETURN.scale, dtype=np.float32)) * np.float32(RETURN.freedom / (RETURN.freedom - 2))
        return np.sqrt((self.belief * variance).sum(axis=-1))

    def entropy(self) -> F32:
        """Entropy of the belief over its maximum, 0 (sure) to 1 (no idea), shape (rows, assets)."""
        safe = np.maximum(self.belief, np.float32(1e-12))
        return -(self.belief * np.log(safe)).sum(axis=-1) / np.float32(np.log(len(REGIMES)))
