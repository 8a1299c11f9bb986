"""Plain values: numpy's numbers are numbers wherever a caller gives them."""

from __future__ import annotations

import operator
from collections.abc import Mapping

import numpy as np

from freeagentics.errors import BadInput


def plain(value: object) -> object:
    """A value with Python's own numbers, times and lists in place of numpy's, however deep in tables and lists they are."""
    if isinstance(value, Mapping):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.datetime64):
        # Of nanoseconds it would make a number.
        return value.astype("datetime64[us]").item()
    if isinstance(value, np.ndarray):
        return plain(list(value)) if value.ndim else plain(value[()])
    return value.item() if isinstance(value, np.generic) else value


def whole(name: str, value: object) -> int:
    """A whole number, Python's or numpy's. Raises BadInput, which names the argument, for anything else."""
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError as error:
        raise BadInput(f"{name}: {value!r} is no whole number") from error
