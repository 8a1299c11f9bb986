"""The kinds of index of an ndarray, by what they pick: single cells, a copy, or a view."""

from __future__ import annotations

from typing import Any

import numpy as np

from freeagentics.arrays import I64, AnyArray


def gives_view(key: Any, ndim: int) -> bool:
    """Check that an ndarray of so many axes gives a view for *key*: neither a copy nor a single cell."""
    parts = key if isinstance(key, tuple) else (key,)
    integers = [isinstance(part, int | np.integer) and not isinstance(part, bool) for part in parts]
    basic = all(
        integer or part is None or part is Ellipsis or isinstance(part, slice) for integer, part in zip(integers, parts, strict=True)
    )
    return basic and not (all(integers) and len(parts) == ndim)


def cells(key: Any, shape: tuple[int, ...]) -> I64 | None:
    """The flat positions (in C order) of the cells that *key* picks one by one, an integer or integer array an axis; None for other keys.

    Raises IndexError where a cell is not there.
    """
    axes = [np.asarray(axis) for axis in (key if isinstance(key, tuple) else (key,))]
    if len(axes) != len(shape) or not all(axis.dtype.kind in "iu" for axis in axes):
        return None
    flat: AnyArray = np.zeros((), np.int64)
    for number, (axis, length) in enumerate(zip(axes, shape, strict=True)):
        if axis.size and not -length <= axis.min() <= axis.max() < length:
            raise IndexError(f"index out of bounds for axis {number} with size {length}")
        flat = flat * length + np.where(axis < 0, axis + length, axis)
    return flat
