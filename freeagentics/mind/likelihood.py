"""Likelihood of observations in every state: all modalities in one look-up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F32, F64, I64
from freeagentics.kernels import compiled
from freeagentics.sharing import parameters

FLOOR = float(np.finfo(np.float64).eps)
"""What counts as impossible is taken to be this likely, as in pymdp: no observation can leave a row without any state."""

_LARGEST = 2**18
"""Entries of a table, 1 MB: modalities beyond go into a table of their own."""


@dataclass(frozen=True, slots=True)
class LikelihoodTable:
    """Likelihoods of every combination of observations in neighbouring modalities.

    Attributes:
        modalities: which columns of the observations the table is about.
        strides: entries between neighbouring observations of each of these modalities.
        likelihood: combinations by states, each row over its largest entry. A modality's first place stands for *not observed*.
    """

    modalities: slice
    strides: I64
    likelihood: F32

    def update(self, posterior: F32, observations: I64) -> None:
        """Multiply beliefs (n, S) with the likelihood of observations (n, M), -1 where there is none, and make each row sum to one.

        The floor comes before: after a table that all but excludes a state, the next may exclude all the others.
        """
        shape = observations.shape[1], posterior.shape[1]
        compiled.states_infer(self.likelihood, self.strides, observations, self.modalities.start, *shape, FLOOR, posterior)


def likelihood_tables(modalities: Sequence[F64]) -> tuple[LikelihoodTable, ...]:
    """Tables over all modalities, each (O_m, S): one table for as many neighbours as fit."""
    tables, first = [], 0
    while first < len(modalities):
        last, entries = first + 1, _places(modalities[first])
        while last < len(modalities) and entries * _places(modalities[last]) * modalities[0].shape[1] <= _LARGEST:
            entries *= _places(modalities[last])
            last += 1
        tables.append(_table(modalities, first, last))
        first = last
    return tuple(tables)


def _places(modality: F64) -> int:
    return len(modality) + 1


def _table(modalities: Sequence[F64], first: int, last: int) -> LikelihoodTable:
    likelihood = np.ones((1, modalities[0].shape[1]))
    for modality in modalities[first:last]:
        places = np.vstack([np.ones(modality.shape[1]), np.maximum(modality, FLOOR)])
        likelihood = (likelihood[:, None] * places).reshape(-1, modality.shape[1])
    sizes = [_places(modality) for modality in modalities[first:last]]
    strides = np.cumprod([1, *sizes[:0:-1]], dtype=np.int64)[::-1].copy()
    scaled = np.ascontiguousarray(likelihood / likelihood.max(axis=1, keepdims=True), dtype=np.float32)
    return LikelihoodTable(slice(first, last), parameters.share(strides), parameters.share(scaled))
