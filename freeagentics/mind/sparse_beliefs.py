"""Beliefs at rest: the smallest exact form for what they hold.

A cell counts as zero where its bits are those of +0.0; -0.0, NaN (with its payload) and subnormal numbers are values like any other,
so that what comes back is what was put in, bit for bit.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from freeagentics.arrays import I64, AnyArray
from freeagentics.errors import BadInput

_BITS: dict[np.dtype[Any], np.dtype[Any]] = {np.dtype(f"f{size}"): np.dtype(f"u{size}") for size in (2, 4, 8)}
_GAPS: dict[str, np.dtype[Any]] = {"gaps8": np.dtype(np.uint8), "gaps16": np.dtype(np.uint16), "gaps32": np.dtype(np.uint32)}
Bits = NDArray[Any]


def float_type(dtype: DTypeLike) -> np.dtype[Any]:
    """*dtype* as a numpy type that beliefs can have: float16, float32 or float64, in the machine's byte order. Raises BadInput."""
    known = np.dtype(dtype)
    if known not in _BITS:
        raise BadInput(f"beliefs are float16, float32 or float64, not {known}")
    return known


@dataclass(frozen=True, slots=True)
class SparseBeliefState:
    """A belief that is not dense; immutable.

    Attributes:
        shape, dtype: of the belief.
        form: ``constant`` (one value for all cells), ``mask`` (a bit a cell says which are not zero), or ``gaps8``, ``gaps16``, ``gaps32``
            (the distance from each cell that is not zero to the next, as unsigned integers of so many bits).
        payload: the values of the cells that are not zero, then mask or gaps. A distance too wide for its integer is walked in several
            steps, each resting on a cell whose value is written out as zero.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    form: str
    payload: bytes

    @property
    def nbytes(self) -> int:
        """Bytes of the payload."""
        return len(self.payload)

    def footprint(self) -> int:
        """Bytes of all objects held, but for the type and the name of the form, which all states share."""
        return sys.getsizeof(self) + sys.getsizeof(self.payload) + sys.getsizeof(self.shape) + sum(map(sys.getsizeof, self.shape))

    def dense(self) -> AnyArray:
        """The belief as a fresh array that owns its buffer."""
        belief = np.zeros(self.shape, self.dtype)
        cells = belief.reshape(-1).view(_BITS[self.dtype])
        if self.form == "constant":
            cells[:] = np.frombuffer(self.payload, cells.dtype)
        else:
            cells[self._positions()] = self._values()
        return belief

    def take(self, flat: I64) -> AnyArray:
        """The cells at positions *flat* of the belief laid out in C order, without making it dense; any shape, all in range."""
        bits = _BITS[self.dtype]
        if self.form == "constant":
            return np.full(flat.shape, np.frombuffer(self.payload, bits)[0]).view(self.dtype)
        positions = self._positions()
        nearest = np.minimum(np.searchsorted(positions, flat), len(positions) - 1)
        return np.where(positions[nearest] == flat, self._values()[nearest], bits.type(0)).view(self.dtype)

    def _values(self) -> Bits:
        bits = _BITS[self.dtype]
        size = _size(self.shape)
        if self.form == "mask":
            return np.frombuffer(self.payload, bits, (self.nbytes - _mask_bytes(size)) // bits.itemsize)
        return np.frombuffer(self.payload, bits, self.nbytes // (bits.itemsize + _GAPS[self.form].itemsize))

    def _positions(self) -> I64:
        """Places of the values, rising."""
        if self.form == "mask":
            size = _size(self.shape)
            packed = np.frombuffer(self.payload, np.uint8, offset=self.nbytes - _mask_bytes(size))
            return np.flatnonzero(np.unpackbits(packed, count=size).view(np.bool_))
        gaps = np.frombuffer(self.payload, _GAPS[self.form], offset=self._values().nbytes)
        return np.cumsum(gaps, dtype=np.int64)


class BeliefCompressor:
    """Makes beliefs sparse where that makes them smaller, and dense again."""

    def compress(self, dense: AnyArray, threshold: float = 0.9) -> SparseBeliefState | AnyArray:
        """The smallest form of *dense*, or a copy of it where none is smaller or fewer than *threshold* of its cells are zero.

        A belief that has one value everywhere is compressed whatever that value is. Raises BadInput for anything but an array of floats.
        """
        if not isinstance(dense, np.ndarray):
            raise BadInput(f"what is to be compressed must be an array, not a {type(dense).__name__}")
        return pack(dense, threshold, own=False)

    def decompress(self, belief: SparseBeliefState | AnyArray) -> AnyArray:
        """The belief as a fresh dense array."""
        return belief.dense() if isinstance(belief, SparseBeliefState) else np.array(belief, order="C")


def pack(dense: AnyArray, threshold: float, *, own: bool) -> SparseBeliefState | AnyArray:
    """Compress as `BeliefCompressor.compress` does; with *own* a belief that stays dense is given back itself, not as a copy."""
    dtype = float_type(dense.dtype)
    cells = np.ascontiguousarray(dense).reshape(-1).view(_BITS[dtype])
    filled = cells != 0
    count = int(np.count_nonzero(filled))
    if count in (0, cells.size) and (cells == cells[:1]).all():
        return SparseBeliefState(dense.shape, dtype, "constant", cells[:1].tobytes() or bytes(dtype.itemsize))
    if 1 - count / cells.size >= threshold:
        form, payload = _smallest(cells, filled)
        if len(payload) < dense.nbytes:
            return SparseBeliefState(dense.shape, dtype, form, payload)
    return dense if own else np.array(dense, order="C")


def _smallest(cells: Bits, filled: NDArray[np.bool_]) -> tuple[str, bytes]:
    positions = np.flatnonzero(filled)
    gaps = np.diff(positions, prepend=0)
    width = {form: _gap_bytes(gaps, form, cells.itemsize) for form in _GAPS}
    form = min(width, key=width.__getitem__)
    values = cells[positions]
    if _mask_bytes(cells.size) + values.nbytes < width[form]:
        return "mask", values.tobytes() + np.packbits(filled).tobytes()
    values, steps = _split(values, gaps, _GAPS[form])
    return form, values.tobytes() + steps.tobytes()


def _gap_bytes(gaps: I64, form: str, itemsize: int) -> int:
    return (len(gaps) + int(_rests(gaps, _GAPS[form]).sum())) * (itemsize + _GAPS[form].itemsize)


def _rests(gaps: I64, dtype: np.dtype[Any]) -> I64:
    """Number of extra cells that each gap must rest on, were it written as *dtype*."""
    return np.maximum(gaps - 1, 0) // np.iinfo(dtype).max


def _split(values: Bits, gaps: I64, dtype: np.dtype[Any]) -> tuple[Bits, AnyArray]:
    rests = _rests(gaps, dtype)
    if not rests.any():
        return values, gaps.astype(dtype)
    ends = np.cumsum(rests + 1) - 1
    longest = np.iinfo(dtype).max
    steps = np.full(ends[-1] + 1, longest, dtype)
    steps[ends] = gaps - rests * longest
    rested = np.zeros(len(steps), values.dtype)
    rested[ends] = values
    return rested, steps


def _mask_bytes(size: int) -> int:
    return (size + 7) // 8


def _size(shape: tuple[int, ...]) -> int:
    return int(np.prod(shape, dtype=np.int64))
