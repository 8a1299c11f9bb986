"""State that is arrays: what a checkpoint takes, and how it comes back.

Everything that has a past (a filter, an index, a cohort) derives from `ArrayState`. Its state is its array attributes and those of its
parts; nothing else may change from step to step, or a resumed run would differ from one left alone.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeVar, cast

import numpy as np
from numpy.typing import DTypeLike, NDArray

AnyArray = NDArray[Any]
F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]
Mask = NDArray[np.bool_]

Scalar = TypeVar("Scalar", bound=np.generic)

_WORTH_DEFLATING = 4096


def readonly(array: NDArray[Scalar]) -> NDArray[Scalar]:
    """A contiguous view of *array* that refuses writes; the array itself keeps its owner's rights."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


def contiguous(array: AnyArray | float, dtype: DTypeLike | None = None) -> AnyArray:
    """The numbers of *array* in C order, each where its kind may lie in memory, as kernels take them; a copy where they are not so already.

    A field of a single record is contiguous, but may lie anywhere.
    """
    found: AnyArray = np.ascontiguousarray(array, dtype=dtype)
    return found if found.flags.aligned else found.copy()


def between(low: AnyArray | np.floating[Any] | float, values: AnyArray, high: AnyArray | np.floating[Any] | float) -> AnyArray:
    """Values within bounds, as `numpy.clip` has them in a third of the time, which for small arrays is all that it takes."""
    within: AnyArray = np.minimum(np.maximum(values, low), high)
    return within


def rows_of(mask: Mask) -> slice | I64:
    """Rows of a mask (n,), as a slice where they are the first ones: that is a view and no copy."""
    rows = mask.nonzero()[0]
    return slice(0, len(rows)) if not rows.size or rows[-1] == len(rows) - 1 else rows


def occurrence_batches(group: AnyArray) -> list[I64]:
    """Rows (n,) split into batches: the first row of every group, then the second of every group, and so on; rising within a batch.

    No group comes twice in a batch, so a batch can be worked on as arrays; worked on in sequence they give what single rows would.
    """
    if not len(group):
        return []
    order = np.argsort(group, kind="stable")
    sorted_group = group[order]
    place = np.arange(len(group))
    first = np.concatenate([[True], sorted_group[1:] != sorted_group[:-1]])
    batch = np.empty(len(group), dtype=np.int64)
    batch[order] = place - np.maximum.accumulate(np.where(first, place, 0))
    by_batch = np.argsort(batch, kind="stable")
    return np.split(by_batch, np.cumsum(np.bincount(batch))[:-1])


def byte_planes(array: AnyArray) -> U8:
    """Bytes of an array by their place in its items, (itemsize, n): the first of all, then the second of all. They are alike, so that they
    compress better than items do (byte shuffle; Alted, 2010, doi:10.1109/MCSE.2010.51)."""
    return np.ascontiguousarray(np.ascontiguousarray(array).reshape(-1).view(np.uint8).reshape(-1, array.itemsize).T)


def from_byte_planes(planes: U8, dtype: np.dtype[Any], shape: tuple[int, ...]) -> AnyArray:
    """A fresh array of the bytes that `byte_planes` gave, in any shape."""
    array = np.empty(shape, dtype=dtype)
    array.reshape(-1).view(np.uint8).reshape(-1, dtype.itemsize)[:] = planes.reshape(dtype.itemsize, -1).T
    return array


class _Deflated:
    """An array in fewer bytes."""

    __slots__ = ("_bytes", "_dtype", "_shape")

    def __init__(self, array: AnyArray) -> None:
        self._dtype, self._shape = array.dtype, array.shape
        self._bytes = zlib.compress(byte_planes(array).data, 1)

    def array(self) -> AnyArray:
        return from_byte_planes(np.frombuffer(zlib.decompress(self._bytes), np.uint8), self._dtype, self._shape)


class ArrayState:
    """Mixin: ``state()`` and ``load()`` over the array attributes of an object and of its `ArrayState` parts; and hibernation, in which
    large arrays are held deflated, each until it is touched."""

    def hibernate(self) -> None:
        """Hold the larger arrays in fewer bytes. No value changes; each comes back when it is touched, or all of them with `wake`."""
        asleep = vars(self).setdefault("_asleep", {})
        for name, array in list(self._own_arrays()):
            if array.nbytes >= _WORTH_DEFLATING:
                asleep[name] = _Deflated(array)
                del vars(self)[name]
        for _, part in self._parts():
            part.hibernate()
        if asleep:
            self.__class__ = _asleep(cast(Any, type(self)))

    def wake(self) -> None:
        """Hold all arrays as they are worked on."""
        for _, part in self._parts():
            part.wake()

    def _own_arrays(self) -> Iterator[tuple[str, AnyArray]]:
        for name, value in vars(self).items():
            if isinstance(value, np.ndarray) and value.flags.writeable:
                yield name, value

    def _parts(self) -> Iterator[tuple[str, ArrayState]]:
        for name, value in vars(self).items():
            if isinstance(value, ArrayState):
                yield name, value

    def state(self) -> dict[str, AnyArray]:
        """Copies of all arrays that change, named ``attribute`` or ``part.attribute``."""
        self.wake()
        arrays = {name: value.copy() for name, value in self._own_arrays()}
        for part, holder in self._parts():
            arrays |= {f"{part}.{name}": value for name, value in holder.state().items()}
        return arrays

    def load(self, state: Mapping[str, AnyArray]) -> None:
        """Take back what ``state()`` gave. Raises ValueError where names, shapes or types differ from today's."""
        self.wake()
        own = dict(self._own_arrays())
        parts = dict(self._parts())
        expected = set(own) | {f"{part}.{name}" for part, holder in parts.items() for name in holder.state()}
        if expected != set(state):
            raise ValueError(f"{type(self).__name__}: state differs in {sorted(expected ^ set(state))}")
        for name, array in own.items():
            if array.shape != state[name].shape or array.dtype != state[name].dtype:
                raise ValueError(f"{type(self).__name__}.{name}: {state[name].dtype}{state[name].shape} is not {array.dtype}{array.shape}")
            np.copyto(array, state[name])
        for part, holder in parts.items():
            prefix = f"{part}."
            holder.load({name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)})


class _Asleep(ArrayState):
    """Mixin of what hibernates: an array that is missing is inflated when it is asked for. It has a class of its own since every look at
    an attribute takes longer where a class has ``__getattr__``, and most never hibernate."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> AnyArray:
            asleep = vars(self)["_asleep"]
            if name not in asleep:
                raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'", name=name, obj=self)
            array = vars(self)[name] = asleep[name].array()
            # Dropped last: another thread may be asking, too.
            asleep.pop(name, None)
            return array

    def wake(self) -> None:
        """Hold all arrays as they are worked on."""
        super().wake()
        for name in list(vars(self)["_asleep"]):
            getattr(self, name)
        self.__class__ = _awake(type(self))

    def __reduce_ex__(self, protocol: SupportsIndex) -> str | tuple[Any, ...]:
        self.wake()
        return self.__reduce_ex__(protocol)


@cache
def _asleep(kind: Any) -> Any:
    """The class of those of a kind that hibernate, which goes by its name."""
    return kind if issubclass(kind, _Asleep) else type(kind)(kind.__name__, (_Asleep, kind), {"__module__": kind.__module__})


def _awake(kind: Any) -> Any:
    """The class that was put to sleep as this one; itself where it is awake."""
    return kind.__bases__[1] if issubclass(kind, _Asleep) else kind
