"""An array that many agents hold as one, until one of them writes to its own."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Any, Literal, cast

import numpy as np

from freeagentics.arrays import AnyArray
from freeagentics.mind import LazyBeliefArray
from freeagentics.mind.lazy_beliefs import UNSEEN
from freeagentics.runtime.lean.form import SHARED, LeanForm
from freeagentics.sharing import parameters

Cut = Callable[[AnyArray], Any]
"""Gives a view of the array that it is given."""

Order = Literal["C", "F", "A", "K"]

_VIEWS = frozenset({"T", "imag", "mT", "real"})
_VIEWING_METHODS = frozenset({"diagonal", "ravel", "reshape", "squeeze", "swapaxes", "transpose"})


class SharedArray(LazyBeliefArray, LeanForm):
    """Stands in for an array of any type, whose content is held once for all who have an equal one.

    It is used like an ndarray. The first write, through it or through a view taken from it (a row, a slice, ``T``, ``reshape``), gives
    it an array of its own, and the others keep theirs. What numpy's functions give as views (`np.asarray`, `np.transpose` …) is
    read-only: writing to it raises ValueError, as it does for any read-only array.

    For a step it lends a copy, and shares again what was not changed. An array that cannot be written to is lent as it is, without a copy.
    Whatever copies a shared array, or pickles it, gets an ordinary one.
    """

    __slots__ = ("_common", "_cut", "_fixed", "_whole")
    category = SHARED

    def __init__(self, array: AnyArray) -> None:
        self._take(parameters.share(array), threading.RLock(), fixed=not array.flags.writeable)

    def _take(self, held: AnyArray, lock: Any, *, fixed: bool, whole: SharedArray | None = None, cut: Cut | None = None) -> None:
        self.sparsity_threshold = 1.0
        self._held, self._lock, self._whole, self._cut, self._fixed = held, lock, whole, cut, fixed
        self._common: AnyArray | None = None

    @staticmethod
    def fits(array: AnyArray) -> bool:
        """True where a copy is as good as the array: a product of matrices that lie otherwise in memory has other last bits."""
        return not array.dtype.hasobject and (array.flags.c_contiguous or array.flags.f_contiguous)

    def lend(self) -> AnyArray:
        """An array of its own that holds the same; the shared one itself, where that cannot be written to."""
        with self._lock:
            if not self._fixed and self.shared:
                self._common = self._array
                self._held = self._array.copy(order="K")
            return self._array

    def lent(self, value: object) -> bool:
        """True where *value* is its array."""
        return value is self._held

    def take_back(self) -> bool:
        """Share again, where nothing was written and nobody else looks at the array."""
        with self._lock:
            common, self._common = self._common, None
            if common is not None and sys.getrefcount(self._held) <= UNSEEN and _same(self._array, common):
                self._held = common
            return self.shared

    @property
    def users(self) -> int:
        """The number of arrays that hold the content, this one included; 1 once it was written to."""
        return max(sys.getrefcount(self._array.base) - 1, 1) if self.shared else 1

    @property
    def owner(self) -> AnyArray | None:
        """The one array that holds the content for all; None once it was written to."""
        return cast(AnyArray, self._array.base) if self.shared else None

    @property
    def shared(self) -> bool:
        """True where nobody has written to it yet."""
        return self._whole.shared if self._whole is not None else not self._array.flags.writeable

    def copy(self, order: Order = "C") -> AnyArray:  # type: ignore[override]
        """Do as an ndarray does."""
        return self._values().copy(order)

    def __copy__(self) -> AnyArray:  # type: ignore[override]
        return self.copy("K")

    def __deepcopy__(self, memo: object) -> AnyArray:  # type: ignore[override]
        return self.copy("K")

    def __reduce__(self) -> tuple[Any, ...]:
        return np.asarray, (self.copy("K"),)

    @property
    def _array(self) -> AnyArray:
        return cast(AnyArray, self._held)

    def _work(self) -> AnyArray:
        if self._whole is not None and self._cut is not None:
            return cast(AnyArray, self._cut(self._whole._work()))
        if self._fixed:
            raise ValueError("assignment destination is read-only")
        if self.shared:
            self._held = self._array.copy(order="K")
        return self._array

    def _rest(self) -> None:
        """A whole array rests as it is."""

    def _values(self) -> AnyArray:
        with self._lock:
            if self._whole is not None and self._cut is not None:
                return cast(AnyArray, self._cut(self._whole._values()))
            values = self._array.view()
        values.flags.writeable = False
        return values

    def get_values(self, indices: Any) -> Any:
        """Values that an ndarray gives for *indices*, as a copy."""
        return np.copy(self._values()[indices])[()]

    def _view(self, cut: Cut) -> Any:
        """The result of *cut* on an ndarray: a view that still is shared, a view of its own array, or a copy or single cell as it is."""
        with self._lock:
            if not self.shared:
                return cut(self._work())
            seen = cut(self._values())
            if not isinstance(seen, np.ndarray) or seen.flags.writeable:
                return seen
            view = SharedArray.__new__(SharedArray)
            view._take(seen, self._lock, fixed=self._fixed, whole=self, cut=cut)
            return view

    def __getitem__(self, key: Any) -> Any:
        return self._view(itemgetter(key))

    def __iter__(self) -> Iterator[Any]:
        return (self[row] for row in range(len(self)))

    def __getattr__(self, name: str) -> Any:
        if name in _VIEWS:
            return self._view(lambda array: getattr(array, name))
        if name in _VIEWING_METHODS:
            return lambda *args, **kwargs: self._view(lambda array: getattr(array, name)(*args, **kwargs))
        return super().__getattr__(name)

    def __repr__(self) -> str:
        return f"<SharedArray {self.shape} {self.dtype}, {f'one of {self.users}' if self.shared else 'its own'}>"


def _same(one: AnyArray, other: AnyArray) -> bool:
    """True where two arrays lie alike in memory and hold the same bits."""
    if (one.dtype, one.shape, one.strides, one.flags.writeable) != (other.dtype, other.shape, other.strides, True):
        return False
    return bool(np.array_equal(one.ravel("K").view(np.uint8), other.ravel("K").view(np.uint8)))
