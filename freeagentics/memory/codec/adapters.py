"""Adapters: what is particular to one agent, in a few hundred bytes beside the net that its role shares."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F32, I64, AnyArray, ArrayState


class Adapters(ArrayState):
    """A small linear autoencoder for every row of a cohort, of what the trunk, the codec of its role, leaves of its feature vectors.

    It starts from a weighted principal component analysis of an agent's first feature vectors and runs for all rows in one batch. A row's
    numbers do not depend on the others: no BLAS sums over rows.

    Args:
        rows: of the cohort.
        weight: of each feature in the error, (features,), above 0.
        rank: numbers a latent.

    Attributes:
        center: what the trunk is off by in the mean, (rows, features).
        basis: directions in which its errors vary most, weighted,
            (rows, features, rank).
        version: how often each row was fitted, (rows,).
    """

    def __init__(self, rows: int, weight: F32, rank: int = 2) -> None:
        self._weight = np.array(weight, dtype=np.float32)
        self._weight.flags.writeable = False
        self.center = np.zeros((rows, len(weight)), dtype=np.float16)
        self.basis = np.zeros((rows, len(weight), rank), dtype=np.float16)
        self.version = np.zeros(rows, dtype=np.uint16)

    @property
    def bytes_per_agent(self) -> int:
        """Bytes of one agent's adapter."""
        return sum(array[0].nbytes for array in (self.center, self.basis, self.version))

    def fit(self, rows: I64, left: F32) -> None:
        """Fit rows (m,) to what the trunk left of their feature vectors, (m, n, features); n at least 1. Of fewer than rank + 1 of them
        some directions stay nothing. A row of which that is not finite goes back to the trunk alone, as if it had never been fitted."""
        sound = np.asarray(np.isfinite(left).all(axis=(1, 2)))
        self.forget(rows[~sound])
        rows, left = rows[sound], left[sound]
        center = left.mean(axis=1, dtype=np.float64)
        weighted = (left - center[:, None]) * self._weight
        _, size, directions = np.linalg.svd(weighted, full_matrices=False)
        rank = min(self.basis.shape[2], directions.shape[1])
        found = np.where(size[:, :rank, None] > 1e-6, directions[:, :rank], 0)
        self.center[rows] = center
        self.basis[rows] = 0
        self.basis[rows, :, :rank] = found.transpose(0, 2, 1)
        self.version[rows] += 1

    def encode(self, left: F32) -> F32:
        """Residuals of the trunk (rows, features) -> latents (rows, rank)."""
        center, basis = self._sound()
        return _products("rf,rfk->rk", (left - center) * self._weight, basis)

    def decode(self, latent: F32) -> F32:
        """Latents (rows, rank) -> what is to be added to the trunk's reconstruction, (rows, features)."""
        center, basis = self._sound()
        return center + _products("rk,rfk->rf", latent, basis) / self._weight

    def _sound(self) -> tuple[AnyArray, AnyArray]:
        """Centers and bases; nothing in rows that are damaged, so that the trunk stands alone there."""
        sound = np.asarray(np.isfinite(self.center).all(axis=1) & np.isfinite(self.basis).all(axis=(1, 2)))
        return np.where(sound[:, None], self.center, 0), np.where(sound[:, None, None], self.basis, 0)

    def forget(self, rows: I64) -> None:
        """Rows (indexes) start afresh, for agents that arrive."""
        self.center[rows], self.basis[rows], self.version[rows] = 0, 0, 0


def _products(subscripts: str, first: AnyArray, second: AnyArray) -> F32:
    return np.einsum(subscripts, first.astype(np.float32), second.astype(np.float32))
