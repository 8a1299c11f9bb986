"""Beliefs that are dense only while they are worked on, and stand in for an ndarray all the while."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import DTypeLike

from freeagentics.arrays import AnyArray
from freeagentics.errors import BadInput
from freeagentics.mind.array_indexing import cells, gives_view
from freeagentics.mind.sparse_beliefs import SparseBeliefState, float_type, pack

MB = 1024 * 1024

# fmt: off
_READING = frozenset({
    "all", "any", "argmax", "argmin", "argsort", "astype", "clip", "cumprod", "cumsum", "dot", "flatten", "itemsize", "max", "mean", "min",
    "nbytes", "nonzero", "prod", "round", "searchsorted", "std", "sum", "take", "tobytes", "tofile", "tolist", "trace", "var",
})
# fmt: on
"""Methods and attributes of ndarray whose results share no buffer with it."""

_WRITING: frozenset[Callable[..., Any]] = frozenset({np.copyto, np.fill_diagonal, np.place, np.put, np.put_along_axis, np.putmask})
"""Functions of numpy that write to their first argument."""

UNSEEN = 2
"""References to an array that nobody but its owner holds: the owner's, and that of who counts."""


class LazyBeliefArray(NDArrayOperatorsMixin):
    """A float array of any shape that rests in the smallest exact form for its content, and starts as zeros.

    It is used like an ndarray: in ufuncs and numpy functions, as ``out=``, with operators (in place too), indexes and methods. Then

    - **reading** makes a dense array that lasts as long as the call: ufuncs, functions, sums and the like, `np.asarray` (read-only),
      `get_values`, single cells and advanced indexes. What is held does not change;
    - **views** (`dense`, slices, rows, `reshape`, ``T`` …) and **item assignment** turn it dense, and writes to a view count;
    - it **rests** again with `compress_if_beneficial`, with `update` or another write to the whole, and when `sparse` or
      `memory_usage` are asked for; but never while a view is alive, which would lose what is written to it.

    One object holds either the dense array or the sparse state. Calls from several threads take turns; writes through views do not.

    Args:
        shape: of the belief, e.g. ``(100, 100)``, ``7`` or ``()``.
        dtype: float16, float32 or float64.
        sparsity_threshold: share of zeros below which it stays dense, 0 to 1.

    Raises BadInput for another type or threshold.
    """

    __slots__ = ("__weakref__", "_held", "_lock", "sparsity_threshold")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, shape: int | tuple[int, ...], dtype: DTypeLike = np.float32, sparsity_threshold: float = 0.9) -> None:
        if not 0 <= sparsity_threshold <= 1:
            raise BadInput(f"the sparsity threshold is a share from 0 to 1, not {sparsity_threshold}")
        self.sparsity_threshold = sparsity_threshold
        self._lock = threading.RLock()
        zero = np.broadcast_to(np.zeros((), float_type(dtype)), shape)
        self._held: AnyArray | SparseBeliefState = SparseBeliefState(zero.shape, zero.dtype, "constant", bytes(zero.itemsize))

    @classmethod
    def holding(cls, values: AnyArray, sparsity_threshold: float = 0.9) -> LazyBeliefArray:
        """A lazy array of the shape, type and values of *values*."""
        made = cls(values.shape, values.dtype, sparsity_threshold)
        made._held = pack(values, sparsity_threshold, own=False)
        return made

    @property
    def dense(self) -> AnyArray:
        """The working array: writes to it count, and it is held while anybody looks at it."""
        with self._lock:
            return self._work()

    @property
    def sparse(self) -> SparseBeliefState | None:
        """The state at rest, or None where the belief stays dense."""
        with self._lock:
            self._rest()
            return self._held if isinstance(self._held, SparseBeliefState) else None

    def update(self, values: object, indices: Any = None) -> None:
        """Set all cells, or those at *indices* (anything that indexes an ndarray), and rest. Raises BadInput where shapes do not fit."""
        given = np.asarray(values)
        if not np.can_cast(given.dtype, self.dtype, "same_kind"):
            raise BadInput(f"a belief of {self.dtype} cannot take values of {given.dtype}")
        with self._lock:
            try:
                self._work()[... if indices is None else indices] = given
            except (ValueError, IndexError) as error:
                raise BadInput(f"a belief of shape {self.shape}: {error}") from error
            finally:
                self._rest()

    def get_values(self, indices: Any) -> Any:
        """Copy of ``dense[indices]``. Cells picked by integers are read from the sparse state as it is."""
        with self._lock:
            held = self._held
            flat = cells(indices, held.shape) if isinstance(held, SparseBeliefState) else None
            if isinstance(held, SparseBeliefState) and flat is not None:
                return held.take(flat)[()]
            return np.copy(self._values()[indices])[()]

    def compress_if_beneficial(self) -> bool:
        """Rest, if that takes fewer bytes and nobody holds a view; whether it is sparse now."""
        return self.sparse is not None

    def memory_usage(self) -> float:
        """MB (1024²) of all that it holds, at rest unless somebody holds a view."""
        with self._lock:
            self._rest()
            held = self._held.footprint() if isinstance(self._held, SparseBeliefState) else sys.getsizeof(self._held)
            return (held + sum(map(sys.getsizeof, (self, self._lock, self.sparsity_threshold)))) / MB

    def copy(self) -> LazyBeliefArray:
        """A lazy array of its own with the same values; sparse states are immutable and not copied."""
        made = LazyBeliefArray((), self.dtype, self.sparsity_threshold)
        with self._lock:
            made._held = self._held.copy() if isinstance(self._held, np.ndarray) else self._held
        return made

    __copy__ = copy

    def __deepcopy__(self, memo: object) -> LazyBeliefArray:
        return self.copy()

    @property
    def shape(self) -> tuple[int, ...]:
        """Do as an ndarray does."""
        return self._held.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """Do as an ndarray does."""
        return self._held.dtype

    @property
    def ndim(self) -> int:
        """Do as an ndarray does."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Do as an ndarray does."""
        return int(np.prod(self.shape, dtype=np.int64))

    def _work(self) -> AnyArray:
        if isinstance(self._held, SparseBeliefState):
            self._held = self._held.dense()
        return self._held

    def _rest(self) -> None:
        if isinstance(self._held, np.ndarray) and sys.getrefcount(self._held) <= UNSEEN:
            self._held = pack(self._held, self.sparsity_threshold, own=True)

    def _values(self) -> AnyArray:
        """A read-only dense array for a call that only reads."""
        with self._lock:
            values = self._held.view() if isinstance(self._held, np.ndarray) else self._held.dense()
        values.flags.writeable = False
        return values

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> AnyArray:
        if copy is False and isinstance(self._held, SparseBeliefState):
            raise ValueError("a belief at rest is not dense: it cannot be an array without a copy")
        values = self._values()
        return np.array(values, dtype) if copy else np.asarray(values, dtype)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: tuple[Any, ...] = (), **options: Any) -> Any:
        written = (*out, inputs[0]) if method == "at" else out
        if out:
            options["out"] = out
        return _called(getattr(ufunc, method), inputs, options, written)

    def __array_function__(self, function: Any, types: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        out = kwargs.get("out")
        written = [*(out if isinstance(out, tuple) else (out,)), *(args[:1] if function in _WRITING else ())]
        return _called(function, args, kwargs, written)

    def __getitem__(self, key: Any) -> Any:
        return self.dense[key] if gives_view(key, self.ndim) else self.get_values(key)

    def __setitem__(self, key: Any, values: object) -> None:
        given = _resolved(values, {})
        with self._lock:
            self._work()[key] = given
            if key is Ellipsis or (isinstance(key, slice) and key == slice(None)):
                self._rest()

    def __len__(self) -> int:
        return len(np.broadcast_to(0, self.shape))

    def __iter__(self) -> Iterator[Any]:
        return iter(self.dense if self.ndim > 1 else self._values())

    def __contains__(self, value: object) -> bool:
        return value in self._values()

    def __bool__(self) -> bool:
        return bool(self._values())

    def __float__(self) -> float:
        return float(self._values())

    def __int__(self) -> int:
        return int(self._values())

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or not hasattr(np.ndarray, name):
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        return getattr(self._values() if name in _READING else self.dense, name)

    def __repr__(self) -> str:
        form = self._held.form if isinstance(self._held, SparseBeliefState) else "dense"
        return f"<LazyBeliefArray {self.shape} {self.dtype}, {form}>"


def _called(function: Any, args: Any, kwargs: dict[str, Any], written: Any) -> Any:
    """Call *function* on arrays in place of lazy ones: on the working arrays of those it writes to, which then rest."""
    owners = {id(item): item for item in written if isinstance(item, LazyBeliefArray)}
    read = _resolved((args, kwargs), owners)
    with ExitStack() as stack:
        # In one order for all callers, or two that write to the same two beliefs could wait for each other.
        for number in sorted(owners):
            stack.enter_context(owners[number]._lock)
        result = _written(function, read, owners)
        for owner in owners.values():
            owner._rest()
    return result


def _written(function: Any, read: Any, owners: dict[int, LazyBeliefArray]) -> Any:
    working = {number: owner._work() for number, owner in owners.items()}
    args, kwargs = _replaced(read, lambda item: working[id(item)])
    result = function(*args, **kwargs)
    whose = {id(array): owners[number] for number, array in working.items()}
    return tuple(whose.get(id(item), item) for item in result) if isinstance(result, tuple) else whose.get(id(result), result)


def _resolved(item: Any, leaving: dict[int, LazyBeliefArray]) -> Any:
    """*item* with read-only dense arrays in place of lazy ones, but for those it leaves."""
    return _replaced(item, lambda lazy: lazy if id(lazy) in leaving else lazy._values())


def _replaced(item: Any, by: Callable[[LazyBeliefArray], Any]) -> Any:
    if isinstance(item, LazyBeliefArray):
        return by(item)
    if type(item) in (tuple, list):
        return type(item)(_replaced(part, by) for part in item)
    if type(item) is dict:
        return {name: _replaced(part, by) for name, part in item.items()}
    return item
