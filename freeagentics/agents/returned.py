"""Checks of what a user's role returned, piece by piece: a piece that cannot be is `Refused` by its name in the action."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np

from freeagentics.errors import did_you_mean
from freeagentics.user_code import Refused, shown

LARGEST = 3e38
"""The largest number on record, which is kept in 32 bits."""

FAR = 1e6
"""The largest stance, or number in a signal: agents that learn from them square them, in 32 bits."""

_ROUNDING = 1e-6
"""By how much a number may miss its range, and is cut to it: sums of beliefs are not exactly 1."""

T = TypeVar("T")


def number(value: object, what: str, low: float = -LARGEST, high: float = LARGEST) -> float:
    """A number of Python or numpy within a range."""
    if isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool):
        plain = _as_float(value)
        if low - _ROUNDING <= plain <= high + _ROUNDING:
            return min(max(plain, low), high)
    raise Refused(f"{what} is {shown(value)}; it must be a number from {low:g} to {high:g}")


def word(value: object, what: str, known: Sequence[str]) -> int:
    """The place of a word among those that are known."""
    if not isinstance(value, str):
        raise Refused(f"{what} is {shown(value)}; it must be a text")
    if value not in known:
        raise Refused(f"{what}: no {shown(value)}; {did_you_mean(value, known) if known else 'there are none'}")
    return known.index(value)


def numbers(value: object, what: str, known: Sequence[str], low: float, high: float) -> Iterator[tuple[int, float]]:
    """The entries of a dict, as the place of each name among those that are known, and its number."""
    if not isinstance(value, Mapping):
        raise Refused(f"{what} is {shown(value)}; it must be a dict of numbers")
    for name, entry in value.items():
        yield word(name, what, known), number(entry, f"{what}[{shown(name)}]", low, high)


def each(value: object, what: str, kind: type[T]) -> Iterator[tuple[str, T]]:
    """The things in a list or tuple, all of one kind, with what to call each."""
    if not isinstance(value, list | tuple):
        raise Refused(f"{what} is {shown(value)}; it must be a list of {kind.__name__}")
    for place, thing in enumerate(value):
        if not isinstance(thing, kind):
            raise Refused(f"{what}[{place}] is {shown(thing)}; it must be {kind.__name__}")
        yield f"{what}[{place}]", thing


def _as_float(value: float | np.integer | np.floating) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf
