"""Beliefs that rest sparse between the steps of their agent."""

from __future__ import annotations

import sys
from typing import Any, Literal

import numpy as np

from freeagentics.arrays import AnyArray
from freeagentics.mind import LazyBeliefArray, SparseBeliefState
from freeagentics.mind.lazy_beliefs import UNSEEN
from freeagentics.mind.sparse_beliefs import pack
from freeagentics.runtime.lean.form import BELIEFS, LeanForm

Precision = Literal["exact", "float32"]
"""Precision of double-precision beliefs at rest: bit for bit, or rounded."""

SPARSITY = 0.9
"""Share of zeros from which on they rest sparse."""

_SINGLE = np.finfo(np.float32)


class LeanBeliefs(LazyBeliefArray, LeanForm):
    """A `LazyBeliefArray` that is lent out in steps. Whatever copies it, or pickles it, gets an ordinary array.

    Args:
        values: what it holds; in C order, for sums over another order have other last bits.
        precision: ``exact`` gives back every bit. With ``float32`` values of float64 are rounded every time that they rest, by 6e-8 of
            themselves at most: a step that adds up gathers that. Where a value would not survive (beyond float32's range, or so small that
            it loses digits) all of them rest exact.
    """

    __slots__ = ("_dtype", "_rounded")
    category = BELIEFS

    def __init__(self, values: AnyArray, precision: Precision = "exact") -> None:
        super().__init__((), values.dtype, SPARSITY)
        self._dtype = values.dtype
        self._rounded = precision == "float32" and values.dtype == np.float64
        self._held = self._packed(values)

    @staticmethod
    def fits(values: AnyArray) -> bool:
        """True where nothing about an array would be lost while it rests: its order, its type, that it can be written to."""
        return values.flags.writeable and values.flags.c_contiguous and values.dtype in (np.float16, np.float32, np.float64)

    def lend(self) -> AnyArray:
        """The working array."""
        return self.dense

    def lent(self, value: object) -> bool:
        """True where *value* is the working array."""
        return value is self._held

    def take_back(self) -> bool:
        """Rest, unless somebody looks at it, or it is not sparse any more."""
        return self.compress_if_beneficial()

    @property
    def dtype(self) -> np.dtype[Any]:
        """Do as an ndarray does, however it rests."""
        return self._held.dtype if isinstance(self._held, np.ndarray) else self._dtype

    def copy(self) -> AnyArray:  # type: ignore[override]
        """Do as an ndarray does."""
        return np.array(self._values())

    def __copy__(self) -> AnyArray:  # type: ignore[override]
        return self.copy()

    def __deepcopy__(self, memo: object) -> AnyArray:  # type: ignore[override]
        return self.copy()

    def __reduce__(self) -> tuple[Any, ...]:
        return _opened, (self._held, self.dtype)

    def get_values(self, indices: Any) -> Any:
        """The values of ``dense[indices]``, as a copy."""
        return np.asarray(super().get_values(indices)).astype(self.dtype)[()]

    def _packed(self, values: AnyArray) -> SparseBeliefState | AnyArray:
        # The zeros are counted first: beliefs that are not sparse are not worth narrowing.
        rounded = self._rounded and values.size and 1 - np.count_nonzero(values) / values.size >= self.sparsity_threshold
        state = pack(_narrowed(values) if rounded else values, self.sparsity_threshold, own=True)
        return state if isinstance(state, SparseBeliefState) else values

    def _work(self) -> AnyArray:
        if isinstance(self._held, SparseBeliefState):
            self._held = self._held.dense().astype(self._dtype, copy=False)
        return self._held

    def _rest(self) -> None:
        if isinstance(self._held, np.ndarray) and sys.getrefcount(self._held) <= UNSEEN and self.fits(self._held):
            self._dtype = self._held.dtype
            self._held = self._packed(self._held)

    def _values(self) -> AnyArray:
        with self._lock:
            values = self._held.view() if isinstance(self._held, np.ndarray) else self._held.dense().astype(self._dtype, copy=False)
        values.flags.writeable = False
        return values


def _opened(held: SparseBeliefState | AnyArray, dtype: np.dtype[Any]) -> AnyArray:
    return held.dense().astype(dtype, copy=False) if isinstance(held, SparseBeliefState) else held


def _narrowed(values: AnyArray) -> AnyArray:
    """*values* as float32 where all of them survive it."""
    size = np.abs(values[values != 0])
    survive = np.isfinite(size) & (size >= _SINGLE.tiny) & (size <= _SINGLE.max)
    return values.astype(np.float32) if survive.all() else values
