"""Sharing: equal parameters held once, and buffers for what does not outlive a call."""

from __future__ import annotations

import hashlib
import sys
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from freeagentics.arrays import U8, AnyArray
from freeagentics.errors import BadInput

_Key = tuple[str, tuple[int, ...], str, bytes]
_OWN_REFERENCES = 2
"""To an array that is being counted: the variable's, and the counter's."""


class ParameterPool:
    """Arrays that are the same for many agents (transition matrices, priors, weights of codecs), each content held once.

    Equal are arrays of one dtype, shape, memory layout and bytes (-0.0 is not 0.0, a NaN equals one of its own bits). An array is freed
    when the last view of it goes. Safe to use from several threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owners: weakref.WeakValueDictionary[_Key, AnyArray] = weakref.WeakValueDictionary()

    def share(self, array: AnyArray) -> AnyArray:
        """A read-only view of the one copy of what *array* holds now. Raises BadInput for arrays of objects."""
        if array.dtype.hasobject:
            raise BadInput("an array of objects cannot be shared by its content")
        key = _key(array)
        with self._lock:
            owner = self._owners.get(key)
            if owner is None:
                owner = np.array(array, order=_layout(array), subok=False)
                owner.flags.writeable = False
                self._owners[key] = owner
            return owner.view()

    def users(self, array: AnyArray) -> int:
        """Views alive of what *array* holds, their own views included; 0 where it is not shared."""
        with self._lock:
            owner = self._owners.get(_key(array))
            return 0 if owner is None else sys.getrefcount(owner) - _OWN_REFERENCES

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays held."""
        return sum(owner.nbytes for owner in self._owners.values())

    def __len__(self) -> int:
        return len(self._owners)


def _layout(array: AnyArray) -> Any:
    # A product of matrices has other last bits in the other layout.
    return "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"


def _key(array: AnyArray) -> _Key:
    layout = _layout(array)
    content = np.ascontiguousarray(array.T if layout == "F" else array)
    return repr(array.dtype), array.shape, layout, hashlib.sha256(content.reshape(-1).view(np.uint8).data).digest()


class ScratchPool:
    """Buffers that are lent for the length of a block and lent again, each thread its own, so that big temporaries need no fresh pages.

    Args:
        max_bytes: kept per thread while nobody uses them; what comes back beyond is freed.
    """

    def __init__(self, max_bytes: int = 64 * 1024 * 1024) -> None:
        self.max_bytes = max_bytes
        self._idle = _Idle()

    @contextmanager
    def take(self, shape: int | tuple[int, ...], dtype: DTypeLike = np.float32) -> Iterator[AnyArray]:
        """An array for the length of the ``with`` block, its contents undefined. It must not be used after."""
        array = self.lend(shape, dtype)
        try:
            yield array
        finally:
            self.give_back(array)

    def lend(self, shape: int | tuple[int, ...], dtype: DTypeLike = np.float32) -> AnyArray:
        """An array until it is given back, or for good, its contents undefined. For what is made anew now and then in a size that changes a
        little: allocators leave gaps where the next does not fit."""
        kind = np.dtype(dtype)
        if kind.hasobject:
            raise BadInput("a scratch buffer cannot hold objects")
        size = kind.itemsize * (shape if isinstance(shape, int) else prod(shape))
        return self._idle.fitting(size)[:size].view(kind).reshape(shape)

    def give_back(self, array: AnyArray) -> None:
        """Lend the buffer of a lent array to others. Neither it nor a view of it must be used after; other arrays are left alone."""
        buffer = array.base
        idle = self._idle
        if isinstance(buffer, np.ndarray) and buffer.dtype == np.uint8 and idle.bytes + buffer.nbytes <= self.max_bytes:
            idle.buffers.append(buffer)
            idle.bytes += buffer.nbytes

    @property
    def idle_bytes(self) -> int:
        """Bytes this thread keeps and nobody uses."""
        return self._idle.bytes


class _Idle(threading.local):
    """Buffers that nobody uses, each thread its own, and their bytes."""

    def __init__(self) -> None:
        self.buffers: list[U8] = []
        self.bytes = 0

    def fitting(self, size: int) -> U8:
        """The buffer last used that is large enough and not more than twice too large, or else a fresh one."""
        for place in reversed(range(len(self.buffers))):
            if size <= self.buffers[place].nbytes <= 2 * size:
                self.bytes -= self.buffers[place].nbytes
                return self.buffers.pop(place)
        return np.empty(size, np.uint8)


parameters = ParameterPool()
"""The process' own."""

scratch = ScratchPool()
"""The process' own."""
