"""The differences of two states, part by part."""

from __future__ import annotations

from dataclasses import dataclass
from reprlib import repr as short
from typing import Any

import numpy as np

from freeagentics.arrays import AnyArray
from freeagentics.plain_data import packed
from freeagentics.services.agent_state import Parts


@dataclass(frozen=True, slots=True)
class PartDifference:
    """A part of a state that differs.

    Attributes:
        name: of the part; of an array ``arrays/NAME``.
        changed, of: numbers of an array of one type and shape that are not the same to the bit, and all its numbers; else 1 of 1.
        largest: the largest difference of two numbers of such an array; None where there is none.
        before, after: the part in a few words: an array's type and shape, or the value; empty where it is not there.
    """

    name: str
    changed: int
    of: int
    largest: float | None
    before: str
    after: str


def differences(before: Parts, after: Parts) -> list[PartDifference]:
    """The parts that differ in any bit, in order of their names."""
    return [
        _difference(name, before.get(name), after.get(name))
        for name in sorted({*before, *after})
        if name not in before or name not in after or packed(before[name]) != packed(after[name])
    ]


def _difference(name: str, one: Any, other: Any) -> PartDifference:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray) and (one.dtype, one.shape) == (other.dtype, other.shape):
        changed = _bits(one) != _bits(other)
        rows = changed.any(axis=1)
        return PartDifference(name, int(rows.sum()), one.size, _largest(one, other), _words(one), _words(other))
    return PartDifference(name, 1, 1, None, _words(one), _words(other))


def _bits(array: AnyArray) -> AnyArray:
    return np.frombuffer(array.tobytes(), np.uint8).reshape(array.size, -1)


def _largest(one: AnyArray, other: AnyArray) -> float | None:
    if one.dtype.kind not in "iuf":
        return None
    with np.errstate(invalid="ignore"):
        apart = np.abs(one.astype(np.float64) - other.astype(np.float64))
    finite = apart[np.isfinite(apart)]
    return float(finite.max()) if finite.size else None


def _words(value: Any) -> str:
    if value is None:
        return ""
    return f"{value.dtype}{list(value.shape)}" if isinstance(value, np.ndarray) else short(value)
