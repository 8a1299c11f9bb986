"""Names for the arrays of this room, and the way to hand one out that nobody can write to."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

Scalar = TypeVar("Scalar", bound=np.generic)


def readonly(array: NDArray[Scalar]) -> NDArray[Scalar]:
    """A contiguous view of *array* that refuses writes; the array itself keeps its owner's rights."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view
