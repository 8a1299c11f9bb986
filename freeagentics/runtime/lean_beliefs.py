"""Beliefs in double precision that rest as sparse single precision."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from freeagentics.arrays import AnyArray
from freeagentics.mind import BeliefCompressor, LazyBeliefArray, SparseBeliefState

CLOSE = 1e-6
"""Relative error that a value may have after resting."""

_SINGLE = np.finfo(np.float32)
_COMPRESSOR = BeliefCompressor()
_UNSEEN = 2


class LeanBeliefs(LazyBeliefArray):
    """A float64 array for those who use it; at rest its values are float32, within 1e-6 of what they were, and zeros cost next to nothing.

    Arithmetic runs in float64, so that sums and products do not gather single precision's errors: a value is rounded when it rests, by
    6e-8 at most. Where a value would not survive (beyond float32's range, or so small that it loses digits) all of them rest as float64.

    Between `wake` and `rest` it stays dense once it was used, so that a step unfolds it once at most.
    """

    __slots__ = ("_awake",)

    def __init__(self, values: AnyArray, sparsity_threshold: float = 0.9) -> None:
        super().__init__((), np.float64, sparsity_threshold)
        self._held = self._at_rest(values)
        self._awake = False

    def wake(self) -> None:
        """It is about to be used, more than once."""
        with self._lock:
            self._awake = True

    def rest(self) -> None:
        """It is not used any more for now."""
        with self._lock:
            self._awake = False
            self._rest()

    @property
    def dtype(self) -> np.dtype[Any]:
        """float64, however it rests."""
        return np.dtype(np.float64)

    def copy(self) -> LeanBeliefs:
        """One of its own with the same values."""
        made = LeanBeliefs(np.zeros(()), self.sparsity_threshold)
        with self._lock:
            made._held = self._held.copy() if isinstance(self._held, np.ndarray) else self._held
        return made

    __copy__ = copy

    def __reduce__(self) -> tuple[Any, ...]:
        return LeanBeliefs, (np.array(self), self.sparsity_threshold)

    def get_values(self, indices: Any) -> Any:
        """What ``dense[indices]`` is, as a copy in float64."""
        found = super().get_values(indices)
        return found.astype(np.float64) if isinstance(found, np.ndarray) else np.float64(found)

    def _at_rest(self, values: AnyArray) -> SparseBeliefState | AnyArray:
        # The zeros are counted first: a belief that is not sparse is not worth narrowing.
        if values.size and 1 - np.count_nonzero(values) / values.size < self.sparsity_threshold:
            return values
        state = _COMPRESSOR.compress(_narrowed(values), self.sparsity_threshold)
        return state if isinstance(state, SparseBeliefState) else values

    def _work(self) -> AnyArray:
        if isinstance(self._held, SparseBeliefState):
            self._held = self._held.dense().astype(np.float64, copy=False)
        return self._held

    def _rest(self) -> None:
        if not self._awake and isinstance(self._held, np.ndarray) and sys.getrefcount(self._held) <= _UNSEEN:
            self._held = self._at_rest(self._held)

    def _values(self) -> AnyArray:
        with self._lock:
            if self._awake:
                self._work()
            values = self._held.view() if isinstance(self._held, np.ndarray) else self._held.dense().astype(np.float64, copy=False)
        values.flags.writeable = False
        return values


def _narrowed(values: AnyArray) -> AnyArray:
    """*values* as float32 where all of them survive it."""
    size = np.abs(values[values != 0])
    survive = np.isfinite(size) & (size >= _SINGLE.tiny) & (size <= _SINGLE.max)
    return values.astype(np.float32) if survive.all() else values
